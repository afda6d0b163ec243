import type { Table } from '../journal/environment.ts';
import type { DirectoryPath } from './directory-path.ts';
import { textKey } from './keys.ts';

/** Whom a session belongs to, and with what it ends. */
export type SessionHolder =
  | {
      readonly keyId: string;
      /** Of the API key at the log-in: the session ends with the key. */
      readonly keySha256: string;
    }
  | {
      readonly userName: string;
      /** Of the user at the log-in: the session ends once the user has another. */
      readonly credential: string;
    };

/** Somebody who logged in to the console. */
export type ConsoleSessionRecord = SessionHolder & {
  /** SHA-256 of the session's secret, hexadecimal: what the cookie holds is not kept. */
  readonly sha256: string;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly expiresAt: number;
  /** Where the log-in came from, and what the browser calls itself; absent in those of earlier versions. */
  readonly remoteAddress?: string;
  readonly userAgent?: string;
};

/** Log-ins that have not ended. In `directory`, so that a restart of control logs nobody out. */
export interface ConsoleSessions {
  /** One read. Also returns one that is over. */
  get(sha256: string): ConsoleSessionRecord | undefined;
  /** All of them, those that are over too, in no order. */
  list(): ConsoleSessionRecord[];
  /** Keeps a session, and ends the ones named. */
  begin(session: ConsoleSessionRecord, ended?: readonly string[]): Promise<void>;
  /** Ends sessions; those that are not there are no mistake. */
  end(sha256s: readonly string[]): Promise<void>;
}

export class ConsoleSessionTable implements ConsoleSessions {
  private readonly path: DirectoryPath;
  private readonly table: Table<ConsoleSessionRecord>;

  constructor(path: DirectoryPath) {
    this.path = path;
    this.table = path.records('console-sessions');
  }

  get(sha256: string): ConsoleSessionRecord | undefined {
    return this.table.get(textKey(sha256));
  }

  list(): ConsoleSessionRecord[] {
    return Array.from(this.table.getRange({}), ({ value }) => value);
  }

  begin(session: ConsoleSessionRecord, ended: readonly string[] = []): Promise<void> {
    return this.path.transact(() => {
      for (const sha256 of ended) this.table.remove(textKey(sha256));
      this.table.put(textKey(session.sha256), session);
    });
  }

  end(sha256s: readonly string[]): Promise<void> {
    return this.path.transact(() => {
      for (const sha256 of sha256s) this.table.remove(textKey(sha256));
    });
  }
}
