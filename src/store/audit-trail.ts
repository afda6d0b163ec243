import { setImmediate } from 'node:timers/promises';
import type { Table } from '../journal/environment.ts';
import type { DirectoryPath } from './directory-path.ts';
import { numberKey } from './keys.ts';

/**
 * One thing that somebody did through the API, or Farad unasked, with what came of it. Times are epoch ms.
 */
export interface AuditRecord {
  readonly at: number;
  /**
   * Id of the API key, or name of the user; empty for a log-in that failed, and where Farad did it by itself.
   */
  readonly actor: string;
  /** Absent: the actor is a key, or nobody. */
  readonly isUser?: true;
  readonly role: string;
  /** How the actor showed who it is; `farad` where nobody asked for it but a setting. */
  readonly via: 'key' | 'session' | 'none' | 'farad';
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
  /** How many alike this one stands for; absent: one. */
  readonly count?: number;
}

export interface AuditEntry extends AuditRecord {
  /** Rises by one with each entry. */
  readonly seq: number;
}

/** Who did what. In `directory`. */
export interface AuditTrail {
  /**
   * Resolves with its number once it is on the disk; where its part of the trail is full, the oldest of
   * whoever has most there goes.
   */
  add(entry: AuditRecord): Promise<number>;
  /** Says how many alike an entry stands for; one that is gone stays so. */
  count(seq: number, count: number): Promise<void>;
  /**
   * A number such that entries of at most that time, epoch ms, are among those with a lower one. Entries are
   * numbered as they are written, after what they are about is done.
   */
  numberAfter(at: number): number;
  /** Newest first, those with a lower `seq` than `before`. */
  list(options: { readonly before?: number; readonly limit: number }): AuditEntry[];
}

/**
 * Nobody pushes out of the trail what weighs more: strangers no keys, refusals and those who only look no
 * changes.
 */
type Part = 'changes' | 'refusals' | 'strangers';

/** Entries kept of each part. */
const KEPT: Readonly<Record<Part, number>> = { changes: 150_000, refusals: 40_000, strangers: 10_000 };
/** Entries read in one go when a process takes up the trail. */
const READ_AT_ONCE = 2000;

/** An entry that is written later began at most so long before another one, ms. */
export const LONGEST_REQUEST_MS = 3_600_000;

/** More than one, so that a lowered maximum is reached too. */
const REMOVED_PER_ENTRY = 2;

const COUNTER = 'audit';

export class AuditTable implements AuditTrail {
  private readonly path: DirectoryPath;
  private readonly table: Table<AuditEntry>;
  private readonly kept: Readonly<Record<Part, number>>;
  /** Numbers of the entries that there are, the oldest first, by part and actor. */
  private readonly shares: Readonly<Record<Part, Map<string, number[]>>> = {
    changes: new Map(),
    refusals: new Map(),
    strangers: new Map(),
  };
  private readonly sizes: Record<Part, number> = { changes: 0, refusals: 0, strangers: 0 };
  private taken: Promise<void> | undefined;

  constructor(path: DirectoryPath, kept = KEPT) {
    this.path = path;
    this.table = path.records('audit');
    this.kept = kept;
  }

  async add(entry: AuditRecord): Promise<number> {
    this.taken ??= this.takeUp();
    await this.taken;
    const part = partOf(entry);
    const removed = this.makeRoom(part);
    this.sizes[part]++;
    const seq = await this.path.transact(() => {
      const next = this.path.count(COUNTER);
      for (const old of removed) this.table.remove(numberKey(old));
      this.table.put(numberKey(next), { ...entry, seq: next });
      return next;
    });
    this.share(part, entry.actor).push(seq);
    return seq;
  }

  count(seq: number, count: number): Promise<void> {
    return this.path.transact(() => {
      const entry = this.table.get(numberKey(seq));
      if (entry) this.table.put(numberKey(seq), { ...entry, count });
    });
  }

  list({ before, limit }: { readonly before?: number; readonly limit: number }): AuditEntry[] {
    const start = numberKey(before === undefined ? Number.MAX_SAFE_INTEGER : before - 1);
    return Array.from(this.table.getRange({ start, reverse: true, limit }), ({ value }) => value);
  }

  numberAfter(at: number): number {
    let low = 0;
    let high = this.path.counted(COUNTER) + 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const [entry] = Array.from(this.table.getRange({ start: numberKey(middle), limit: 1 }));
      if (entry === undefined || entry.value.at > at + LONGEST_REQUEST_MS) high = middle;
      else low = Math.max(middle + 1, entry.value.seq + 1);
    }
    return low;
  }

  /** Learns what an earlier process left, a bounded number at a time. */
  private async takeUp(): Promise<void> {
    let start = numberKey(0);
    for (;;) {
      const entries = Array.from(this.table.getRange({ start, limit: READ_AT_ONCE }), ({ value }) => value);
      for (const entry of entries) {
        const part = partOf(entry);
        this.share(part, entry.actor).push(entry.seq);
        this.sizes[part]++;
      }
      const last = entries.at(-1);
      if (entries.length < READ_AT_ONCE || last === undefined) return;
      start = numberKey(last.seq + 1);
      await setImmediate();
    }
  }

  /** The numbers of those that go for a new entry: more than one where the trail was larger before. */
  private makeRoom(part: Part): number[] {
    const removed: number[] = [];
    while (this.sizes[part] >= this.kept[part] && removed.length < REMOVED_PER_ENTRY) {
      let largest: number[] = [];
      for (const share of this.shares[part].values()) if (share.length > largest.length) largest = share;
      const oldest = largest.shift();
      if (oldest === undefined) break;
      removed.push(oldest);
      this.sizes[part]--;
    }
    return removed;
  }

  private share(part: Part, actor: string): number[] {
    let share = this.shares[part].get(actor);
    if (!share) {
      share = [];
      this.shares[part].set(actor, share);
    }
    return share;
  }
}

function partOf({ via, role, status }: AuditRecord): Part {
  if (via === 'none') return 'strangers';
  return role === 'viewer' || (status >= 400 && status < 500) ? 'refusals' : 'changes';
}
