import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { Environment, type EnvironmentOptions } from './environment.ts';
import type { EntryName, TransactionLane } from './lane.ts';
import { LaneQueue } from './lane-queue.ts';

/** Between the path of a journal and what tells its overflows apart. */
const INFIX = '.overflow-';

/**
 * Of an overflow that is being made. lmdb never forgets a name, which to it ends before the last dot: so
 * these and all others have that of their journal.
 */
const NEW = `${INFIX}new-`;

/** Whether a directory of this name is an overflow, not a journal. */
export function isOverflow(name: string): boolean {
  return name.includes(INFIX);
}

/** Whether it was never finished: no row was ever confirmed by it. */
export function isUnfinished(name: string): boolean {
  return name.includes(NEW);
}

/** By what a journal or an overflow is shown: overflows come and go, and each has the name of its journal. */
export function shownName(name: string): string {
  return isOverflow(name) ? journalOf(name) : name;
}

/** The journal that an overflow belongs to. */
export function journalOf(overflow: string): string {
  return overflow.slice(0, overflow.indexOf(INFIX));
}

/** Whether an overflow has ended, in a table of its own. */
class Ending {
  private static readonly KEY = Buffer.from('ended');
  private readonly table;

  constructor(environment: Environment) {
    this.table = environment.records<true>('ending');
  }

  get isNoted(): boolean {
    return this.table.doesExist(Ending.KEY);
  }

  note(): void {
    this.table.put(Ending.KEY, true);
  }
}

/**
 * One writer's lane in an environment of its own, which is deleted once it is drained: what a journal cannot
 * do, since its file never shrinks and others have it open. Only its maker ever appends to it.
 */
export class OverflowLane {
  readonly queue: LaneQueue;
  private readonly path: string;
  private readonly environment: Environment;
  private readonly lane: TransactionLane;
  private readonly ending: Ending;

  private constructor(path: string, options: EnvironmentOptions) {
    this.path = path;
    this.environment = new Environment(path, { ...options, shownAs: shownName(basename(path)) });
    this.queue = new LaneQueue(this.environment, 'entries');
    this.lane = this.queue.openTransactionLane();
    this.ending = new Ending(this.environment);
  }

  /**
   * Makes an overflow of the journal at this path. It has its name once all of it is on the disk, so whoever
   * finds it finds it whole.
   */
  static async begin(journal: string, diskReserve: number | undefined): Promise<OverflowLane> {
    const options = diskReserve === undefined ? {} : { diskReserve };
    const [draft, path] = [NEW, INFIX].map((infix) => `${journal}${infix}${randomUUID()}`) as [
      string,
      string,
    ];
    mkdirSync(draft);
    const unfinished = new Environment(draft, options);
    try {
      unfinished.assertSpace();
      new LaneQueue(unfinished, 'entries');
    } finally {
      await unfinished.close();
    }
    renameSync(draft, path);
    for (const directory of [path, dirname(path)]) flushDirectory(directory);
    return new OverflowLane(path, options);
  }

  /**
   * Resolves with its name once the chunk is on the disk, with undefined where the overflow has ended; then
   * the chunk is not in it. Rejects with CommitError.
   */
  async append(chunk: Uint8Array): Promise<EntryName | undefined> {
    try {
      return await this.environment.transact(() =>
        this.ending.isNoted ? undefined : { queue: this.queue.uuid, ...this.lane.append(chunk) },
      );
    } catch (error) {
      if (existsSync(this.path)) throw error;
      return undefined; // deleted, so it has ended: there is no disk any more whose space could be looked at
    }
  }

  get isOpen(): boolean {
    return this.environment.isOpen;
  }

  /** Waits for the appends under way; none may follow. */
  close(): Promise<void> {
    return this.environment.close();
  }
}

/**
 * Ends an overflow in which nothing is left, and returns whether it has ended: nothing can come into it any
 * more, even from a writer that still has it open. Blocks until that is on the disk.
 */
export function endOverflow(environment: Environment, queue: LaneQueue): boolean {
  const ending = new Ending(environment);
  return environment.transactSync(() => {
    if (!queue.isEmpty) return false;
    ending.note();
    return true;
  });
}

/** Blocks until the names in a directory are on the disk. */
export function flushDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
