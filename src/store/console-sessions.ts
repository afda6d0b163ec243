import type { Table } from '../journal/environment.ts';
import { textKey } from './keys.ts';
import type { WritePath } from './write-path.ts';

/** Somebody who logged in to the console. */
export interface ConsoleSessionRecord {
  /** SHA-256 of the session's secret, hexadecimal: what the cookie holds is not kept. */
  readonly sha256: string;
  readonly keyId: string;
  /** Of the API key at the log-in: the session ends with the key. */
  readonly keySha256: string;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** Log-ins that have not ended. In `directory`, so that a restart of control logs nobody out. */
export interface ConsoleSessions {
  /** One read. Also answers one that is over. */
  get(sha256: string): ConsoleSessionRecord | undefined;
  /** Keeps a session, and forgets those that were over at its beginning. */
  begin(session: ConsoleSessionRecord): Promise<void>;
  /** False where there was none. */
  end(sha256: string): Promise<boolean>;
}

export class ConsoleSessionTable implements ConsoleSessions {
  private readonly path: WritePath;
  private readonly table: Table<ConsoleSessionRecord>;

  constructor(path: WritePath) {
    this.path = path;
    this.table = path.environment.records('console-sessions');
  }

  get(sha256: string): ConsoleSessionRecord | undefined {
    return this.table.get(textKey(sha256));
  }

  begin(session: ConsoleSessionRecord): Promise<void> {
    return this.path.transact(() => {
      for (const { key, value } of this.table.getRange({})) {
        if (value.expiresAt <= session.createdAt) this.table.remove(key);
      }
      this.table.put(textKey(session.sha256), session);
    });
  }

  end(sha256: string): Promise<boolean> {
    return this.path.transact(() => this.table.removeSync(textKey(sha256)));
  }
}
