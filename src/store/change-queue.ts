import type { Change, ChangeDriver, Outcome } from './change-driver.ts';
import type { Recorder } from './recorder.ts';

/** How long work that nobody waits for may wait until somebody else wants a change, ms. */
const UNHURRIED_MS = 20;

/** The event loop stands still while work is decided, so that so much is at a time at most. */
const MOST_WORK = 1_000;

/** A piece of work and whoever waits for it. */
class Work<Result = unknown> {
  readonly scope: string;
  /** It threw, or did not reach the disk. */
  readonly thrown: (reason: unknown) => void;
  private readonly work: () => Result;
  private readonly resolve: (result: Result) => void;
  private result: Result | undefined;

  constructor(
    scope: string,
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

/** Work that was decided together, since it is about one scope, with what it changes. */
interface Decided<Base> {
  readonly works: readonly Work[];
  readonly change: Change<Base>;
}

export interface ChangeQueueOptions<Base> {
  readonly recorder: Recorder<Base>;
  /** Throws if the disk must not be written to. */
  readonly assertSpace: () => void;
  /** Reads that follow see what is committed now. */
  readonly refresh: () => void;
  /** As `ChangeDriver.append`. */
  readonly append: ChangeDriver<Base>['append'];
  /** Told how many changes came too late and are decided again. */
  readonly onConflicts: (count: number) => void;
}

/**
 * Decides pieces of work against what is stored, and hands over what they change: whoever comes while that is
 * on its way to the disk joins the next time, and so does what comes behind a change that is large enough.
 * What was decided on something that has changed meanwhile is decided again.
 */
export class ChangeQueue<Base> {
  private readonly options: ChangeQueueOptions<Base>;
  private waiting: Work[] = [];
  /** Somebody waits for those who wait. */
  private isAsked = false;
  private unhurried: NodeJS.Timeout | undefined;
  /** The changes that are on their way to the disk; there is one such group at a time. */
  private writing: Promise<void> | undefined;
  private readonly onIdle: () => void;

  /** `onIdle` is called when nobody waits any more. */
  constructor(options: ChangeQueueOptions<Base>, onIdle: () => void = () => undefined) {
    this.options = options;
    this.onIdle = onIdle;
  }

  /**
   * Resolves with what `work` returned once what it wrote is on the disk; rejects with what it threw, and
   * then nothing of it is kept, or with CommitError. `work` is synchronous, and may be run again. With
   * `hurry` false it waits some 20 ms for something that somebody else wants.
   */
  add<Result>(scope: string, work: () => Result, hurry = true): Promise<Result> {
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
    this.writing = this.write(works).then((next) => {
      this.writing = undefined;
      this.waiting.unshift(...next);
      if (next.length > 0) this.isAsked = true;
      if (this.isAsked) this.begin();
      else if (this.waiting.length === 0) this.onIdle();
    });
  }

  /** Returns the work that must be decided next. Never rejects: the promises of those who wait do. */
  private async write(works: readonly Work[]): Promise<readonly Work[]> {
    try {
      this.options.assertSpace();
      const { decided, left } = this.decide(works);
      if (decided.length === 0) return left;
      const refused = this.settle(decided, await this.options.append(decided.map(({ change }) => change)));
      // What was refused came before what is left of its scope.
      return [...refused, ...left];
    } catch (error) {
      // Those that wrote nothing are confirmed already.
      for (const work of works) work.thrown(error);
      return [];
    }
  }

  /**
   * Decides each piece of work after those of its scope that came before; what writes nothing is done.
   * Returns what is left of scopes whose changes are large enough, too.
   */
  private decide(works: readonly Work[]): { decided: readonly Decided<Base>[]; left: readonly Work[] } {
    this.options.refresh();
    const byScope = new Map<string, Work[]>();
    for (const work of works) {
      const others = byScope.get(work.scope);
      if (others) others.push(work);
      else byScope.set(work.scope, [work]);
    }
    const decided: Decided<Base>[] = [];
    const left: Work[] = [];
    for (const [scope, together] of byScope) {
      const recorded = this.options.recorder.record(scope, together);
      left.push(...recorded.left);
      if (recorded.change) decided.push({ works: recorded.kept, change: recorded.change });
      else for (const idle of recorded.kept) idle.confirm();
    }
    return { decided, left };
  }

  private settle(decided: readonly Decided<Base>[], outcomes: readonly Outcome[]): readonly Work[] {
    const refused: Work[] = [];
    let conflicts = 0;
    for (const [index, { works }] of decided.entries()) {
      const outcome = outcomes[index];
      if (outcome === true) for (const work of works) work.confirm();
      else if (outcome instanceof Error) for (const work of works) work.thrown(outcome);
      else {
        conflicts++;
        refused.push(...works);
      }
    }
    if (conflicts > 0) this.options.onConflicts(conflicts);
    return refused;
  }
}
