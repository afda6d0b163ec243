import type { Table } from '../journal/environment.ts';
import { numberKey } from './keys.ts';
import type { WritePath } from './write-path.ts';

/** One thing that somebody did through the API, with what came of it. Times are epoch ms. */
export interface AuditRecord {
  readonly at: number;
  /** Id of the API key; empty for a log-in that failed. */
  readonly actor: string;
  readonly role: string;
  /** How the actor showed who it is. */
  readonly via: 'key' | 'session' | 'none';
  readonly remoteAddress: string;
  /** `operationId` in the description of the API. */
  readonly operation: string;
  /** What it was about: parameters of the path. */
  readonly target: Readonly<Record<string, string>>;
  /** The body as JSON without secrets, cut; empty where there was none. */
  readonly request: string;
  /** HTTP status of the answer. */
  readonly status: number;
  /** In a word: an error code, or what a charge point said. */
  readonly outcome: string;
  readonly durationMs: number;
}

export interface AuditEntry extends AuditRecord {
  /** Rises by one with each entry. */
  readonly seq: number;
}

/** Who did what. In `directory`. */
export interface AuditTrail {
  /** Resolves once it is on the disk; the oldest entries beyond the maximum go. */
  add(entry: AuditRecord): Promise<void>;
  /** Newest first, those with a lower `seq` than `before`. */
  list(options: { readonly before?: number; readonly limit: number }): AuditEntry[];
}

const MAX_ENTRIES = 200_000;
/** More than one, so that a lowered maximum is reached too. */
const REMOVED_PER_ENTRY = 2;

const COUNTER = Buffer.from('audit');

export class AuditTable implements AuditTrail {
  private readonly path: WritePath;
  private readonly table: Table<AuditEntry>;
  private readonly maxEntries: number;

  constructor(path: WritePath, maxEntries = MAX_ENTRIES) {
    this.path = path;
    this.table = path.environment.records('audit');
    this.maxEntries = maxEntries;
  }

  add(entry: AuditRecord): Promise<void> {
    return this.path.transact(() => {
      const seq = this.path.count(COUNTER);
      const old = this.table.getRange({
        end: numberKey(seq - this.maxEntries + 1),
        limit: REMOVED_PER_ENTRY,
      });
      for (const { key } of [...old]) this.table.remove(key);
      this.table.put(numberKey(seq), { ...entry, seq });
    });
  }

  list({ before, limit }: { readonly before?: number; readonly limit: number }): AuditEntry[] {
    const start = numberKey(before === undefined ? Number.MAX_SAFE_INTEGER : before - 1);
    return Array.from(this.table.getRange({ start, reverse: true, limit }), ({ value }) => value);
  }
}
