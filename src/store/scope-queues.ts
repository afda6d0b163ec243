import { ChangeQueue, type ChangeQueueOptions } from './change-queue.ts';

/** So many scopes have changes on their way at a time; others wait for their turn. */
const MOST_SCOPES = 1_000;

/** Work that waits until its scope has a queue. */
type Held<Base> = (queue: ChangeQueue<Base>) => void;

/**
 * Decides pieces of work as ChangeQueue does, with a queue for each scope: where a change takes long, the
 * others do not wait for it.
 */
export class ScopeQueues<Base> {
  private readonly options: ChangeQueueOptions<Base>;
  private readonly mostScopes: number;
  private readonly queues = new Map<string, ChangeQueue<Base>>();
  /** By scope, the longest waiting first. */
  private readonly held = new Map<string, Held<Base>[]>();

  constructor(options: ChangeQueueOptions<Base>, mostScopes = MOST_SCOPES) {
    this.options = options;
    this.mostScopes = mostScopes;
  }

  /** As `ChangeQueue.add`. */
  add<Result>(scope: string, work: () => Result, hurry = true): Promise<Result> {
    const queue = this.queues.get(scope);
    if (queue) return queue.add(scope, work, hurry);
    if (this.queues.size < this.mostScopes) return this.open(scope).add(scope, work, hurry);
    return new Promise<Result>((resolve, reject) => {
      const others = this.held.get(scope);
      const one: Held<Base> = (later) => void later.add(scope, work, hurry).then(resolve, reject);
      if (others) others.push(one);
      else this.held.set(scope, [one]);
    });
  }

  /** As `ChangeQueue.drain`. */
  async drain(): Promise<void> {
    while (this.queues.size > 0) await Promise.all([...this.queues.values()].map((queue) => queue.drain()));
  }

  private open(scope: string): ChangeQueue<Base> {
    const queue = new ChangeQueue(this.options, () => this.close(scope));
    this.queues.set(scope, queue);
    return queue;
  }

  private close(scope: string): void {
    this.queues.delete(scope);
    for (const [next, works] of this.held) {
      this.held.delete(next);
      const queue = this.open(next);
      for (const work of works) work(queue);
      return;
    }
  }
}
