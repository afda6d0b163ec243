import type { Database, RootDatabase } from 'lmdb';
import type { KeyBytes } from './table.ts';

/** What a write rests on: that this change is still the newest one of something. */
export interface Fence {
  readonly of: Fences;
  readonly key: KeyBytes;
  /** The number of the change; 0: there has been none. */
  readonly newest: number;
}

/** Puts and removals that are all done, or none of them. */
export interface ConditionalWrite {
  readonly fences: readonly Fence[];
  /** Puts and removes, and awaits nothing. Never throws. */
  readonly write: () => void;
}

/** A table with the numbers of the newest changes, each of something that has a key. */
export class Fences {
  private readonly numbers: Database<Buffer, KeyBytes>;

  constructor(root: RootDatabase<unknown, KeyBytes>, name: string) {
    this.numbers = root.openDB<Buffer, KeyBytes>(name, {
      encoding: 'binary',
      keyEncoding: 'binary',
      useVersions: true,
    });
  }

  /** As the reads of this turn see it. */
  newest(key: KeyBytes): Fence {
    return { of: this, key, newest: this.numbers.getEntry(key)?.version ?? 0 };
  }

  /**
   * Within a batch of lmdb. Does what `write` does if the change is still the newest one, and counts it up.
   */
  passed({ key, newest }: Fence, write: () => void): Promise<boolean> {
    return this.numbers.ifVersion(key, newest === 0 ? NO_RECORD : newest, () => {
      void this.numbers.put(key, NOTHING, newest + 1);
      write();
    });
  }
}

const NOTHING = Buffer.from([0]);

/** To lmdb this version means that there is no record; its types do not know. */
const NO_RECORD = null as unknown as number;

/**
 * Writes in one transaction what may be written still, each together with the numbers of its fences; resolves
 * once that is on the disk, with which of the writes it was. LMDB's own thread compares and puts while it
 * holds the write lock: without JavaScript, and without a turn of the event loop, so that other processes
 * wait for little more than the disk.
 */
export async function writeWhereNewest(
  root: RootDatabase<unknown, KeyBytes>,
  writes: readonly ConditionalWrite[],
): Promise<boolean[]> {
  const fates: Promise<boolean>[] = [];
  const whole = root.batch(() => {
    for (const { fences, write } of writes) fates.push(passAll(fences, write));
  });
  // lmdb begins to write in the next turn, unless something else comes.
  const start = root.batch(() => undefined);
  const [, , ...done] = await Promise.all([whole, start, ...fates]);
  return done;
}

/** Nothing may follow an inner fence: lmdb would do it even where the outer one was not passed. */
function passAll([fence, ...others]: readonly Fence[], write: () => void): Promise<boolean> {
  if (fence === undefined) {
    write();
    return Promise.resolve(true);
  }
  if (others.length === 0) return fence.of.passed(fence, write);
  let inner: Promise<boolean> | undefined;
  const outer = fence.of.passed(fence, () => {
    inner = passAll(others, write);
  });
  return Promise.all([outer, inner]).then((passed) => passed.every((is) => is === true));
}
