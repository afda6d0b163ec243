import type { ChangeQueue } from './change-queue.ts';

/** Takes pieces of work, and resolves once what they have decided is on the disk. */
export type Changes = Pick<ChangeQueue<unknown>, 'add' | 'drain'>;

/** Queues that do not wait for each other: one for the scopes whose changes go the same way. */
export class ChangeQueues implements Changes {
  private readonly queues = new Map<string, Changes>();
  private readonly wayOf: (scope: string) => string;
  private readonly open: () => Changes;

  /** `wayOf` a scope stays the same; `open` makes the queue of a way. */
  constructor(wayOf: (scope: string) => string, open: () => Changes) {
    this.wayOf = wayOf;
    this.open = open;
  }

  /** As `ChangeQueue.add`. */
  add<Result>(scope: string, work: () => Result, hurry = true): Promise<Result> {
    const way = this.wayOf(scope);
    let queue = this.queues.get(way);
    if (queue === undefined) {
      queue = this.open();
      this.queues.set(way, queue);
    }
    return queue.add(scope, work, hurry);
  }

  async drain(): Promise<void> {
    await Promise.all([...this.queues.values()].map((queue) => queue.drain()));
  }
}
