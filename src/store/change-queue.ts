import type { ConditionalWrite } from '../journal/conditional-writes.ts';
import type { Change, Recorder, Scope } from './recorder.ts';

/** How long work that nobody waits for may wait until somebody else wants a change, ms. */
const UNHURRIED_MS = 20;

/** The event loop stands still while work is decided, so that so much is at a time at most. */
const MOST_WORK = 1_000;

/** A piece of work and whoever waits for it. */
class Work<Result = unknown> {
  readonly scope: Scope;
  /** It threw, or did not reach the disk. */
  readonly thrown: (reason: unknown) => void;
  private readonly work: () => Result;
  private readonly resolve: (result: Result) => void;
  private result: Result | undefined;

  constructor(
    scope: Scope,
    work: () => Result,
    resolve: (result: Result) => void,
    reject: (reason: unknown) => void,
  ) {
    this.scope = scope;
    this.work = work;
    this.resolve = resolve;
    this.thrown = reject;
  }

  decide(): void {
    this.result = this.work();
  }

  /** What it has decided is on the disk. */
  confirm(): void {
    this.resolve(this.result as Result);
  }
}

/** Work that was decided together, since it is about one scope. */
interface Decided {
  readonly works: readonly Work[];
  readonly change: Change;
}

export interface ChangeQueueOptions {
  readonly recorder: Recorder;
  /** Throws if the disk must not be written to. */
  readonly assertSpace: () => void;
  /** Reads that follow see what is committed now. */
  readonly refresh: () => void;
  /** Resolves with which of the changes took effect, once they are on the disk. */
  readonly append: (changes: readonly ConditionalWrite[]) => Promise<readonly boolean[]>;
  /** Told how many changes came too late and are decided again. */
  readonly onConflicts: (count: number) => void;
}

/**
 * Decides pieces of work against what is stored, and hands over what they change: whoever comes while that is
 * on its way to the disk joins the next time. What was decided on something that has changed meanwhile is
 * decided again.
 */
export class ChangeQueue {
  private readonly options: ChangeQueueOptions;
  private waiting: Work[] = [];
  /** Somebody waits for those who wait. */
  private isAsked = false;
  private unhurried: NodeJS.Timeout | undefined;
  /** The changes that are on their way to the disk; there is one such group at a time. */
  private writing: Promise<void> | undefined;

  constructor(options: ChangeQueueOptions) {
    this.options = options;
  }

  /**
   * Resolves with what `work` returned once what it wrote is on the disk; rejects with what it threw, and
   * then nothing of it is kept, or with CommitError. `work` is synchronous, and may be run again. With
   * `hurry` false it waits some 20 ms for something that somebody else wants.
   */
  add<Result>(scope: Scope, work: () => Result, hurry = true): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.waiting.push(new Work(scope, work, resolve, reject) as Work);
      if (hurry) this.hurry();
      else if (!this.isAsked) this.unhurried ??= setTimeout(() => this.endWait(), UNHURRIED_MS);
    });
  }

  /** Resolves when nobody waits any more. */
  async drain(): Promise<void> {
    while (this.waiting.length > 0 || this.writing) {
      this.hurry();
      await (this.writing ?? new Promise(setImmediate));
    }
  }

  /** Those whom it was for may be done already: with others that were decided again. */
  private endWait(): void {
    this.unhurried = undefined;
    this.hurry();
  }

  private hurry(): void {
    if (this.isAsked || this.waiting.length === 0) return;
    this.isAsked = true;
    clearTimeout(this.unhurried);
    this.unhurried = undefined;
    // At the end of this turn, when all who come in it are there.
    if (this.writing === undefined) setImmediate(() => this.begin());
  }

  private begin(): void {
    this.isAsked = false;
    const works = this.waiting.splice(0, MOST_WORK);
    if (this.waiting.length > 0) this.isAsked = true;
    this.writing = this.write(works).then((refused) => {
      this.writing = undefined;
      this.waiting.unshift(...refused);
      if (refused.length > 0) this.isAsked = true;
      if (this.isAsked) this.begin();
    });
  }

  /** Returns the work that must be decided again. Never rejects: the promises of those who wait do. */
  private async write(works: readonly Work[]): Promise<readonly Work[]> {
    try {
      this.options.assertSpace();
      const decided = this.decide(works);
      const changes = decided.filter(({ change }) => !change.isEmpty);
      for (const { works: idle, change } of decided)
        if (change.isEmpty) for (const work of idle) work.confirm();
      if (changes.length === 0) return [];
      return this.settle(changes, await this.options.append(changes.map(({ change }) => change)));
    } catch (error) {
      // Those that wrote nothing are confirmed already.
      for (const work of works) work.thrown(error);
      return [];
    }
  }

  /** Decides each piece of work after those of its scope that came before. */
  private decide(works: readonly Work[]): Decided[] {
    this.options.refresh();
    const byScope = new Map<string, [Work, ...Work[]]>();
    for (const work of works) {
      const name = work.scope.name;
      const others = byScope.get(name);
      if (others) others.push(work);
      else byScope.set(name, [work]);
    }
    return Array.from(byScope.values(), (together) => {
      const { change, kept } = this.options.recorder.record(together[0].scope, together);
      return { works: kept, change };
    });
  }

  private settle(decided: readonly Decided[], done: readonly boolean[]): readonly Work[] {
    const refused: Work[] = [];
    let conflicts = 0;
    for (const [index, { works }] of decided.entries()) {
      if (done[index]) for (const work of works) work.confirm();
      else {
        conflicts++;
        refused.push(...works);
      }
    }
    if (conflicts > 0) this.options.onConflicts(conflicts);
    return refused;
  }
}
