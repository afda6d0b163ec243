import type { ConditionalWrite, Fence, Fences } from '../journal/conditional-writes.ts';
import { EnvironmentError } from '../journal/environment.ts';
import type { KeyBytes } from '../journal/table.ts';

/** What a change is about. */
export interface Scope {
  readonly in: Fences;
  readonly key: KeyBytes;
  /** By which it is told apart. */
  readonly name: string;
}

/** A table that work writes to. */
interface Noting {
  take(): (() => void) | undefined;
}

/** What pieces of work for one scope have decided, one after the other. */
export interface Change extends ConditionalWrite {
  /** They have written nothing. */
  readonly isEmpty: boolean;
}

/** A piece of work that decides; `decide` runs it. */
export interface Deciding {
  /** Runs again where another piece of work of the change threw. */
  readonly decide: () => void;
  /** `decide` threw: nothing of it is kept. */
  readonly thrown: (reason: unknown) => void;
}

/**
 * Runs pieces of work and notes what they write, without any lock: a change, which may take effect if nobody
 * else has changed the same meanwhile. One change at a time.
 */
export class Recorder {
  private readonly snapshot: () => number;
  /** Of the change that is being recorded. */
  private fences: Fence[] | undefined;
  private readonly changed: Noting[] = [];

  /** `snapshot` stays the same while reads are served from one snapshot. */
  constructor(snapshot: () => number) {
    this.snapshot = snapshot;
  }

  /** The number of the snapshot that reads are served from. */
  get reading(): number {
    return this.snapshot();
  }

  /**
   * Runs `works` within a change that takes effect if nothing else of `scope` changes meanwhile. Where one of
   * them throws, which hardly happens, the others run again without it.
   */
  record<Work extends Deciding>(
    scope: Scope,
    works: readonly Work[],
  ): { change: Change; kept: readonly Work[] } {
    let kept = works;
    for (;;) {
      const fence = scope.in.newest(scope.key);
      this.fences = [fence];
      const failed = firstToThrow(kept);
      const change = this.finish(this.fences);
      this.fences = undefined;
      if (failed === undefined) return { change, kept };
      kept = kept.filter((work) => work !== failed);
    }
  }

  /** The change rests on this, too: of two that do at once, one is decided again. */
  restOn(fence: Fence): void {
    const fences = this.recording('resting on something');
    const isThere = fences.some(({ of, key }) => of === fence.of && Buffer.compare(key, fence.key) === 0);
    if (!isThere) fences.push(fence);
  }

  /** Work writes to a table for the first time in this change. */
  changes(table: Noting): void {
    this.recording('writing');
    this.changed.push(table);
  }

  private recording(what: string): Fence[] {
    if (this.fences === undefined) throw new EnvironmentError(`${what} outside a write transaction`);
    return this.fences;
  }

  private finish(fences: readonly Fence[]): Change {
    const writes = this.changed.map((table) => table.take());
    this.changed.length = 0;
    return {
      fences,
      isEmpty: writes.length === 0,
      write: () => {
        for (const write of writes) write?.();
      },
    };
  }
}

function firstToThrow<Work extends Deciding>(works: readonly Work[]): Work | undefined {
  for (const work of works) {
    try {
      work.decide();
    } catch (error) {
      work.thrown(error);
      return work;
    }
  }
  return undefined;
}
