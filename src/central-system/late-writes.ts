import type { Decision } from './decision.ts';

/**
 * Charge points are answered before what they said is on the disk while no write has been under way for
 * longer, ms.
 */
const WINDOW_MS = 250;

/**
 * Writes that charge points need not wait for, because nothing rests on their confirmation: what a crash can
 * take of them was answered within a quarter of a second. Where the disk does not keep up, answers wait for
 * it as all others do, so what waits is bounded.
 */
export class LateWrites {
  /** When each began, monotonic ms, the oldest first. */
  private readonly begun = new Map<Promise<unknown>, number>();
  private readonly onFault: (error: unknown, chargePointId: string) => void;
  private readonly clock: () => number;

  /** `onFault` is told of a write that failed after its answer. */
  constructor(
    onFault: (error: unknown, chargePointId: string) => void,
    clock: () => number = () => performance.now(),
  ) {
    this.onFault = onFault;
    this.clock = clock;
  }

  /** Answers `decision` at once while `writes` go on; or after them, and then rejects where they fail. */
  answer(
    chargePointId: string,
    decision: Decision,
    writes: readonly Promise<unknown>[],
  ): Decision | Promise<Decision> {
    if (writes.length === 0) return decision;
    const writing = writes.length === 1 ? (writes[0] as Promise<unknown>) : Promise.all(writes);
    const isBehind = this.isBehind();
    const told = isBehind ? writing : writing.catch((error: unknown) => this.onFault(error, chargePointId));
    const done: Promise<unknown> = told.finally(() => this.begun.delete(done));
    this.begun.set(done, this.clock());
    return isBehind ? done.then(() => decision) : decision;
  }

  /** Resolves when all that was answered so far is on the disk, or has failed. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.begun.keys());
  }

  private isBehind(): boolean {
    const [oldest] = this.begun.values();
    return oldest !== undefined && this.clock() - oldest > WINDOW_MS;
  }
}
