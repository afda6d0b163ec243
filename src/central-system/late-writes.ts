import { CommitError } from '../store/store.ts';
import { watchman } from '../telemetry/watchman.ts';
import type { Decision } from './decision.ts';

/**
 * Charge points are answered before what they said is on the disk while no write has been under way for
 * longer, ms.
 */
const WINDOW_MS = 250;

/** How long after a failure an owed write is tried again, ms. */
const RETRY_MS = 1_000;

/** Begins a write. Throws CommitError where the disk is full already. */
export type LateWrite = () => Promise<unknown>;

/** A write that failed after its answer: it is owed to the charge point. */
interface Owed {
  readonly chargePointId: string;
  readonly write: LateWrite;
  /** By which the watchman knows of it. */
  readonly piece: number;
}

export interface LateWritesOptions {
  /** Told of a write that failed after its answer, when it first fails and when it is given up. */
  readonly onFault: (error: unknown, chargePointId: string) => void;
  /** Counts what became of a write that failed after its answer. */
  readonly count: (outcome: 'kept' | 'lost') => void;
  /** Monotonic, ms. */
  readonly clock?: () => number;
}

const owedOnes = watchman.workOf({
  name: 'statuses owed',
  serves: 'operators',
  waitsFor: 'a disk that takes writes',
});

/**
 * Writes that charge points need not wait for, because nothing rests on their confirmation: what a crash can
 * take of them was answered within a quarter of a second. While the disk does not keep up, or refuses writes,
 * answers wait for it as all others do. So what waits is bounded, and so is what is owed: writes that failed
 * after their answer, which are tried again until they succeed.
 */
export class LateWrites {
  /** When each began, monotonic ms, the oldest first. */
  private readonly begun = new Map<Promise<unknown>, number>();
  private readonly owed = new Set<Owed>();
  private readonly options: LateWritesOptions;
  private readonly clock: () => number;
  private timer: NodeJS.Timeout | undefined;
  /** One after the other, so that nothing is written twice. */
  private tries: Promise<unknown> = Promise.resolve();

  constructor(options: LateWritesOptions) {
    this.options = options;
    this.clock = options.clock ?? (() => performance.now());
  }

  /**
   * Answers `decision` at once while `writes` go on; or after them, and then rejects where they fail. Those
   * that fail after the answer are begun again.
   */
  answer(
    chargePointId: string,
    decision: Decision,
    writes: readonly LateWrite[],
  ): Decision | Promise<Decision> {
    if (writes.length === 0) return decision;
    const mustWait = this.owed.size > 0 || this.isBehind();
    const begun = writes.map((write) => ({ write, writing: write() }));
    if (mustWait) return this.track(Promise.all(begun.map(({ writing }) => writing))).then(() => decision);
    for (const { write, writing } of begun) {
      void this.track(writing.catch((error: unknown) => this.failed(chargePointId, write, error)));
    }
    return decision;
  }

  /**
   * Resolves when all that was answered so far is on the disk, or is lost: what is still owed is tried once
   * more, and then given up. Returns how many are. With an id only what is owed to that charge point.
   */
  async settled(chargePointId?: string): Promise<number> {
    await Promise.allSettled(this.begun.keys());
    return this.inTurn(async () => {
      const failures = await this.tryAgain(
        [...this.owed].filter((owed) => chargePointId === undefined || owed.chargePointId === chargePointId),
      );
      for (const [owed, error] of failures) this.giveUp(owed, error);
      return failures.length;
    });
  }

  private track<Result>(writing: Promise<Result>): Promise<Result> {
    const done: Promise<Result> = writing.finally(() => this.begun.delete(done));
    this.begun.set(done, this.clock());
    return done;
  }

  private isBehind(): boolean {
    const [oldest] = this.begun.values();
    return oldest !== undefined && this.clock() - oldest > WINDOW_MS;
  }

  private failed(chargePointId: string, write: LateWrite, error: unknown): void {
    const owed: Owed = { chargePointId, write, piece: owedOnes.begin() };
    if (!isOfTheDisk(error)) {
      this.giveUp(owed, error);
      return;
    }
    this.owed.add(owed);
    this.options.onFault(error, chargePointId);
    this.retryLater();
  }

  private retryLater(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.inTurn(() => this.retry());
    }, RETRY_MS).unref();
  }

  private async retry(): Promise<void> {
    for (const [owed, error] of await this.tryAgain([...this.owed])) {
      if (!isOfTheDisk(error)) this.giveUp(owed, error);
    }
    if (this.owed.size > 0) this.retryLater();
  }

  /** Returns those that failed again, each with its reason. */
  private async tryAgain(due: readonly Owed[]): Promise<[Owed, unknown][]> {
    const failures: [Owed, unknown][] = [];
    await Promise.all(
      due.map(async (owed) => {
        try {
          await owed.write();
          this.end(owed, 'kept');
        } catch (error) {
          failures.push([owed, error]);
        }
      }),
    );
    return failures;
  }

  private giveUp(owed: Owed, error: unknown): void {
    this.end(owed, 'lost');
    this.options.onFault(error, owed.chargePointId);
  }

  private end(owed: Owed, outcome: 'kept' | 'lost'): void {
    this.owed.delete(owed);
    owedOnes.end(owed.piece);
    this.options.count(outcome);
  }

  /** `work` never rejects. */
  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.tries.then(work);
    this.tries = result;
    return result;
  }
}

/** What failed for another reason would fail for ever. */
function isOfTheDisk(error: unknown): boolean {
  return error instanceof CommitError;
}
