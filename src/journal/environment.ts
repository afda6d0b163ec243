import { basename } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import { watchman } from '../telemetry/watchman.ts';
import { WorkInHand } from '../telemetry/work-in-hand.ts';
import { type ConditionalWrite, Fences, writeWhereNewest } from './conditional-writes.ts';
import { DISK_RESERVE, DiskSpace } from './disk-space.ts';
import { CommitError, durable, GroupCommit } from './group-commit.ts';
import type { KeyBytes, Table } from './table.ts';

export type { KeyBytes, Table } from './table.ts';

/** An environment was closed, or is used in a way that its owner ruled out. A programming error. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}

export interface TableSize {
  readonly entries: number;
  /** Pages in use, in bytes; the file itself never shrinks. */
  readonly bytes: number;
}

/** What `getStats` of lmdb returns for a table. */
interface PageCounts {
  readonly pageSize: number;
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
  readonly entryCount: number;
}

export interface EnvironmentOptions {
  /** The environment must exist, and nothing can be written. */
  readonly readOnly?: boolean;
  /** Bytes of the disk that writes leave free. */
  readonly diskReserve?: number;
  /** Its name in metrics, where the one of the directory is one of many. */
  readonly shownAs?: string;
  /** What is written together was gathered before, so that writes begin at once. */
  readonly isGathered?: boolean;
}

/** The members of records of one kind. */
export type Layout<Value> = readonly (keyof Value & string)[];

const MAX_TABLES = 64;

/**
 * lmdb begins to write when more than one instruction waits, but in the middle of a batch never: its thread
 * would hold the write lock while it waits for the rest. Its types do not know of these options.
 */
const GATHERED: object = { txnStartThreshold: 1, batchStartThreshold: Number.MAX_SAFE_INTEGER };

/**
 * How many layouts of their own the records of a table may have in one piece of msgpack: with more, msgpackr
 * would number them in two bytes.
 */
const OWN_LAYOUTS = 32;

/**
 * One LMDB directory. Every write that an environment acknowledges is on the disk:
 * - `overlappingSync` is off, so a transaction is flushed before anybody can see it, and one that cannot be
 *   flushed never happened. (With it on, lmdb's `flushed` stays pending for ever when a flush fails.)
 * - `eventTurnBatching` is off, because the transaction that lmdb then opens by itself leaves a promise
 *   behind that rejects unhandled when a commit fails. Writes of one turn share a transaction all the same:
 *   they queue up while the one before is being flushed. Never `noSync`, never `cache`.
 */
export class Environment {
  readonly path: string;
  readonly space: DiskSpace;
  private readonly root: RootDatabase<unknown, KeyBytes>;
  private readonly commits: GroupCommit;
  /** Write transactions that are not on the disk yet. */
  private readonly inHand = new WorkInHand();
  private readonly endWatch: () => void;
  private open = true;
  /** Work of a write transaction is running. */
  private isTransacting = false;
  private readings = 0;
  private readingEnds: NodeJS.Timeout | undefined;

  constructor(
    path: string,
    {
      readOnly = false,
      diskReserve = DISK_RESERVE,
      shownAs = basename(path),
      isGathered = false,
    }: EnvironmentOptions = {},
  ) {
    this.path = path;
    this.space = new DiskSpace(path, diskReserve);
    this.root = open<unknown, KeyBytes>({
      path,
      readOnly,
      maxDbs: MAX_TABLES,
      overlappingSync: false,
      eventTurnBatching: false,
      keyEncoding: 'binary',
      // A directory name may contain a dot; by default lmdb would take it for a file then.
      noSubdir: false,
      ...(isGathered && GATHERED),
    });
    this.commits = new GroupCommit(this.root, this.inHand, () => this.assertSpace());
    this.endWatch = watchman.watch({
      name: `writes to ${shownAs}`,
      waitsFor: 'the disk, or for the write lock',
      waitingSince: this.inHand.oldest,
      cure: 'restart',
    });
  }

  get isOpen(): boolean {
    return this.open;
  }

  /**
   * A table of msgpack records. Each record carries the names of its members, so any process can read it at
   * any time. Those with exactly the members of one of the `layouts`, in that order, carry its number
   * instead: that halves them, and what it takes to read and write them. Once released, layouts are never
   * changed or removed, only added to.
   */
  records<Value>(name: string, layouts: readonly Layout<Value>[] = []): Table<Value> {
    const options = { encoding: 'msgpack', keyEncoding: 'binary' } as const;
    if (layouts.length === 0) return this.root.openDB<Value, KeyBytes>(name, options);
    // lmdb hands these on to msgpackr.
    const encoder = {
      getStructures: () => layouts.map((members) => [...members]),
      maxSharedStructures: layouts.length,
      maxOwnStructures: OWN_LAYOUTS,
    };
    const withLayouts = { ...options, encoder };
    return this.root.openDB<Value, KeyBytes>(name, withLayouts);
  }

  /** A table of bytes. */
  bytes(name: string): Table<Buffer> {
    return this.root.openDB<Buffer, KeyBytes>(name, { encoding: 'binary', keyEncoding: 'binary' });
  }

  /** A table that tells which change of something is its newest one. */
  fences(name: string): Fences {
    return new Fences(this.root, name);
  }

  /**
   * Runs `work` inside one write transaction: it sees what it has written, and if it throws nothing of it is
   * kept. Resolves with what it returned once that is on the disk. Calls made while another transaction is
   * being flushed share the next one. `work` must be synchronous and change nothing but the database, since
   * it may be run again. Rejects with what `work` threw, or with CommitError.
   */
  async transact<Result>(work: () => Result): Promise<Result> {
    this.assertSpace();
    try {
      return await this.commits.add(() => this.run(work));
    } finally {
      this.readings++;
    }
  }

  /** As `transact`, but blocks until the result is on the disk: for the start of a process or thread. */
  transactSync<Result>(work: () => Result): Result {
    this.readings++;
    let result: Result | undefined;
    // lmdb must not see the result: it would wait for a promise, such as that of a `put`, and commit later.
    this.root.transactionSync(() => {
      result = this.run(work);
    });
    return result as Result;
  }

  private run<Result>(work: () => Result): Result {
    this.isTransacting = true;
    try {
      return work();
    } finally {
      this.isTransacting = false;
    }
  }

  /**
   * Removals and small notes, which a full disk must not stop: all of them in one transaction that the
   * writing thread runs by itself, so that other processes never wait for this one's event loop. Resolves
   * once on the disk; rejects with CommitError.
   */
  async write(operations: () => void): Promise<void> {
    await this.commit(() => this.root.batch(operations));
    this.readings++;
  }

  /**
   * Runs a write of its own and resolves once it is on the disk; until then it counts as work in hand.
   * Rejects with CommitError.
   */
  commit<Result>(write: () => Promise<Result>): Promise<Result> {
    return this.inHand.during(() => durable(write()));
  }

  /**
   * Writes what was decided before, each if its fences are still what they were; resolves once that is on the
   * disk, with which of the writes it was. All in one transaction that the writing thread runs by itself.
   * Rejects with CommitError, and then none is kept.
   */
  async writeWhereNewest(writes: readonly ConditionalWrite[]): Promise<boolean[]> {
    try {
      return await this.commit(() => writeWhereNewest(this.root, writes));
    } finally {
      this.endRead();
    }
  }

  /** Writes a copy as it stands now into the empty directory `path`, while others go on writing. */
  async copyTo(path: string): Promise<void> {
    await this.root.backup(path, false);
  }

  /** Throws CommitError when what is left of the disk is kept in reserve. */
  assertSpace(): void {
    if (this.space.left() < 0) throw new CommitError(`the disk of ${this.path} is full`);
  }

  /** Throws unless called from within `transact`. */
  assertTransacting(what: string): void {
    if (!this.isTransacting) throw new EnvironmentError(`${what} outside a write transaction`);
  }

  /**
   * Lets go of the snapshot that reads of this turn are served from: before a read, to see what others have
   * committed since; after it, so that the pages they have freed can be used again.
   */
  endRead(): void {
    this.readings++;
    this.root.resetReadTxn();
  }

  /**
   * Stays the same for as long as reads are served from one snapshot, so what was found under the same number
   * need not be looked for again. Like that snapshot it ends by itself within a turn of the event loop.
   */
  get reading(): number {
    this.readingEnds ??= setTimeout(() => {
      this.readingEnds = undefined;
      this.readings++;
    }, 0).unref();
    return this.readings;
  }

  /** Waits for the writes under way. Nothing may be read or written afterwards. */
  async close(): Promise<void> {
    if (!this.open) return;
    this.open = false;
    await this.commits.drain();
    await this.root.close();
    this.endWatch();
  }
}

/** Size of a table, from counters that LMDB keeps: O(1). */
export function sizeOf(table: Table<unknown>): TableSize {
  const counts = table.getStats() as PageCounts;
  const pages = counts.treeBranchPageCount + counts.treeLeafPageCount + counts.overflowPages;
  return { entries: counts.entryCount, bytes: pages * counts.pageSize };
}
