import { EnvironmentError } from '../journal/environment.ts';
import type { Change, ChangeDriver, TableChange } from './change-driver.ts';

/** A table that work writes to. */
interface Noting {
  take(): TableChange | undefined;
}

/** A piece of work that decides; `decide` runs it. */
export interface Deciding {
  /** Runs again where another piece of work of the change threw. */
  readonly decide: () => void;
  /** `decide` threw: nothing of it is kept. */
  readonly thrown: (reason: unknown) => void;
}

/** What work writes to while it runs. */
export interface Recording {
  /** The number of the snapshot that reads are served from. */
  readonly reading: number;
  /** Work writes to a table for the first time in this change. */
  changes(table: Noting): void;
  /** What tables have noted of this change has grown by so many bytes of keys and records. */
  grows(bytes: number): void;
  /**
   * The change rests on what is decided about `name`, one of a kind, whatever its scope: of two that do so at
   * once, one is decided again.
   */
  restOn(kind: string, name: string): void;
  /** These rows leave for ClickHouse if the change takes effect. */
  carry(rows: Uint8Array): void;
}

/** What a change will be made of. */
interface Draft<Base> {
  readonly bases: [Base, ...Base[]];
  readonly noting: Noting[];
  readonly rows: Uint8Array[];
  bytes: number;
}

/** No further work joins a change that has so many bytes: what carries it on has a bound. */
const ENOUGH_BYTES = 64 * 1024;

/** What has become of pieces of work. */
interface Recorded<Base, Work> {
  /** Undefined where they write nothing. */
  readonly change: Change<Base> | undefined;
  /** Whose change it is. */
  readonly kept: readonly Work[];
  /** Not run, since the change is large enough without them: the last ones. */
  readonly left: readonly Work[];
}

/**
 * Runs pieces of work and notes what they write, without any lock: a change, which may take effect if nobody
 * else has changed the same meanwhile. One change at a time.
 */
export class Recorder<Base> implements Recording {
  private readonly driver: Pick<ChangeDriver<Base>, 'newest' | 'restOn'>;
  private readonly snapshot: () => number;
  /** Of the change that is being recorded. */
  private draft: Draft<Base> | undefined;

  /** `snapshot` stays the same while reads are served from one snapshot. */
  constructor(driver: Pick<ChangeDriver<Base>, 'newest' | 'restOn'>, snapshot: () => number) {
    this.driver = driver;
    this.snapshot = snapshot;
  }

  get reading(): number {
    return this.snapshot();
  }

  /**
   * Runs `works`, one after the other, within a change that takes effect if nothing else of `scope` changes
   * meanwhile. Where one of them throws, which hardly happens, the others run again without it.
   */
  record<Work extends Deciding>(scope: string, works: readonly Work[]): Recorded<Base, Work> {
    let wanted = works;
    for (;;) {
      const draft: Draft<Base> = { bases: [this.driver.newest(scope)], noting: [], rows: [], bytes: 0 };
      this.draft = draft;
      const { done, failed } = decide(wanted, draft);
      this.draft = undefined;
      const change = finish(scope, draft);
      if (failed === undefined) return { change, kept: wanted.slice(0, done), left: wanted.slice(done) };
      wanted = wanted.filter((work) => work !== failed);
    }
  }

  restOn(kind: string, name: string): void {
    this.driver.restOn?.(this.recording('resting on something').bases, kind, name);
  }

  changes(table: Noting): void {
    this.recording('writing').noting.push(table);
  }

  grows(bytes: number): void {
    this.recording('writing').bytes += bytes;
  }

  carry(rows: Uint8Array): void {
    const draft = this.recording('adding rows');
    draft.rows.push(rows);
    draft.bytes += rows.length;
  }

  private recording(what: string): Draft<Base> {
    if (this.draft === undefined) throw new EnvironmentError(`${what} outside a write transaction`);
    return this.draft;
  }
}

function finish<Base>(scope: string, { bases, noting, rows }: Draft<Base>): Change<Base> | undefined {
  const tables = noting.map((table) => table.take()).filter((change) => change !== undefined);
  return tables.length === 0 && rows.length === 0 ? undefined : { scope, bases, tables, rows };
}

/** Runs works until the change is large enough or one throws; returns how many are done. */
function decide<Work extends Deciding>(
  works: readonly Work[],
  draft: { readonly bytes: number },
): { done: number; failed?: Work } {
  let done = 0;
  for (const work of works) {
    if (draft.bytes >= ENOUGH_BYTES) break;
    try {
      work.decide();
    } catch (error) {
      work.thrown(error);
      return { done, failed: work };
    }
    done++;
  }
  return { done };
}
