import type { RootDatabase } from 'lmdb';
import type { WorkInHand } from '../telemetry/work-in-hand.ts';

/** A piece of work and whoever waits for it. */
interface Work {
  readonly run: () => void;
  /** Its transaction is on the disk. */
  readonly committed: () => void;
  readonly failed: (reason: unknown) => void;
}

/**
 * The event loop and everybody else's writes stand still while a transaction does its work, so it does so
 * many pieces at most.
 */
const MOST_WORK = 1_000;

/**
 * Runs pieces of work in write transactions that they share, in the order in which they came, yet each of
 * them is all or nothing by itself.
 */
export class GroupCommit {
  private readonly root: RootDatabase<unknown, Uint8Array>;
  /** Those who will be in the transaction that has been asked for. */
  private readonly waiting: Work[] = [];
  private readonly inHand: WorkInHand;
  private readonly assertSpace: () => void;
  /** A transaction for those who wait has been asked for. */
  private asked = false;
  /** The last transaction could not take all who waited. */
  private isLeftOver = false;
  private committing: Promise<void> | undefined;

  /** `inHand` counts each transaction. `assertSpace` throws if the disk must not be written to. */
  constructor(root: RootDatabase<unknown, Uint8Array>, inHand: WorkInHand, assertSpace: () => void) {
    this.root = root;
    this.inHand = inHand;
    this.assertSpace = assertSpace;
  }

  /**
   * Resolves with what `work` returned once that is on the disk; rejects with what it threw, and then nothing
   * of it is kept, or with CommitError. Whoever comes before the transaction begins joins it. `work` is
   * synchronous, and is run again where another one threw beside it.
   */
  add<Result>(work: () => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      let result: Result;
      this.waiting.push({
        run: () => {
          result = work();
        },
        committed: () => resolve(result),
        failed: reject,
      });
      this.hurry();
    });
  }

  /** Asks for the transaction of those who wait, if any do. */
  private hurry(): void {
    if (this.asked || this.waiting.length === 0) return;
    this.asked = true;
    this.committing = this.commit();
  }

  /** Resolves when nobody waits any more. */
  async drain(): Promise<void> {
    while (this.waiting.length > 0) {
      this.hurry();
      await this.committing;
    }
  }

  /** Never rejects: the promises of those who wait do. */
  private async commit(): Promise<void> {
    await this.commitOnce();
    if (this.isLeftOver) this.hurry();
  }

  private async commitOnce(): Promise<void> {
    let kept: readonly Work[] | undefined;
    try {
      await this.inHand.during(() =>
        durable(
          this.root.transaction(() => {
            kept = this.run(this.takeWaiting());
          }),
        ),
      );
    } catch (error) {
      // Where it did not even begin, nobody has been taken.
      for (const work of kept ?? this.takeWaiting()) work.failed(error);
      return;
    }
    for (const work of kept ?? []) work.committed();
  }

  private takeWaiting(): readonly Work[] {
    this.asked = false;
    const works = this.waiting.splice(0, MOST_WORK);
    this.isLeftOver = this.waiting.length > 0;
    return works;
  }

  /**
   * Returns the works that have succeeded, and fails the others with the reason. The disk may have filled up
   * while they waited for the write lock.
   */
  private run(works: readonly Work[]): readonly Work[] {
    try {
      this.assertSpace();
    } catch (error) {
      for (const work of works) work.failed(error);
      return [];
    }
    if (works.length > 1 && this.runTogether(works)) return works;
    return works.filter((work) => this.runAlone(work));
  }

  /**
   * One nested transaction for all, since LMDB carries the list of changed pages into and out of each. False
   * where one of them threw: nothing is kept.
   */
  private runTogether(works: readonly Work[]): boolean {
    try {
      // Runs at once, since a transaction is under way.
      void this.root.childTransaction(() => {
        for (const work of works) work.run();
      });
      return true;
    } catch {
      return false;
    }
  }

  private runAlone(work: Work): boolean {
    try {
      void this.root.childTransaction(() => work.run());
      return true;
    } catch (error) {
      work.failed(error);
      return false;
    }
  }
}

/**
 * A write did not reach the disk: nothing of its transaction is kept, so whoever asked for it may try again.
 */
export class CommitError extends Error {
  override readonly name = 'CommitError';
}

/** Turns lmdb's way of reporting a failed commit into one error with its cause. */
export async function durable<Result>(write: Promise<Result>): Promise<Result> {
  try {
    return await write;
  } catch (error) {
    throw await withCause(error);
  }
}

/** lmdb rejects with an error whose `commitError` is a promise that rejects with the reason. */
async function withCause(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !('commitError' in error)) return error;
  try {
    await error.commitError;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new CommitError(`not written to disk: ${reason}`, { cause });
  }
  return error;
}
