import { type Environment, EnvironmentError } from '../journal/environment.ts';
import type { KeyBytes, Table } from '../journal/table.ts';
import type { ChangeDriver } from './change-driver.ts';
import type { Changes } from './change-queues.ts';
import { LocalChanges } from './local-changes.ts';
import type { Recording } from './recorder.ts';
import { RecordingTable } from './recording-table.ts';
import {
  DIRECTORY_TABLES,
  type DirectoryCounter,
  type DirectoryTable,
  type MainTable,
  type Scope,
} from './tables.ts';
import type { NumberSource } from './transaction-ids.ts';
import { WriteMeter } from './write-meter.ts';
import { writingThrough } from './writing.ts';

/** The newest change of each scope. */
const NEWEST_CHANGES: DirectoryTable = 'newest-changes';

const META: DirectoryTable = 'meta';

/** What a piece of work writes keys of. */
type WorkScope = Exclude<Scope, 'machine'>;

/** The scope of each counter. */
const COUNTERS: Readonly<Record<DirectoryCounter, WorkScope>> = DIRECTORY_TABLES.meta;

const KEYS = Object.fromEntries(
  Object.keys(COUNTERS).map((counter) => [counter, Buffer.from(counter)]),
) as Readonly<Record<DirectoryCounter, Buffer>>;

/**
 * The only way in which anything changes in `directory`, and to its tables. As in `state` (see StatePath),
 * work runs on what is stored now, without the write lock, and what it changes takes effect if nobody else
 * has changed anything of the same scope meanwhile. Otherwise it runs again.
 */
export class DirectoryPath implements NumberSource {
  /** Tables come from here alone, so that each has said whose its keys are. */
  readonly environment: Omit<Environment, 'records' | 'bytes'>;
  private readonly tables: Environment;
  private readonly meter: WriteMeter;
  private readonly recorder: Recording;
  private readonly changes: Changes;
  private readonly meta: RecordingTable<number>;
  private readonly opened = new Set<DirectoryTable>();
  /** Of the work that is running. */
  private scope: WorkScope | undefined;

  /** `driver`: how changes take effect; absent: on this machine alone. */
  constructor(environment: Environment, mayWrite: boolean, driver?: ChangeDriver<unknown>) {
    this.environment = environment;
    this.tables = environment;
    this.meter = new WriteMeter('directory', mayWrite);
    const { recorder, changes } = driver
      ? writingThrough(environment, driver)
      : writingThrough(
          environment,
          new LocalChanges(environment, { newest: environment.fences(NEWEST_CHANGES) }),
        );
    this.recorder = recorder;
    this.changes = changes;
    this.meta = new RecordingTable(META, environment.records<number>(META), recorder);
  }

  /** As `Environment.records`. What one table notes, another one would not see. */
  records<Value>(name: MainTable): RecordingTable<Value> {
    return this.open(name, () => this.assertIn('main', name));
  }

  /** As `records`, for leases: each of them is of a scope of its own. */
  leases<Value>(): RecordingTable<Value> {
    return this.open('leases', (key) => {
      const name = Buffer.from(key).toString();
      this.assertIn(`lease.${name}`, `the lease ${name}`);
    });
  }

  /** As `transactIn` the scope `main`. */
  transact<Result>(work: () => Result): Promise<Result> {
    return this.transactIn('main', work);
  }

  /**
   * Runs `work`, which writes keys of this scope alone, all or nothing; resolves with its result once that is
   * on the disk. `work` is synchronous, sees what it has written, and may be run again: it changes nothing
   * but tables. Rejects with what `work` threw, with CommitError, or with EnvironmentError in a process that
   * may not write here.
   */
  transactIn<Result>(scope: WorkScope, work: () => Result): Promise<Result> {
    return this.meter.measure(() => {
      this.environment.assertSpace();
      return this.changes.add(scope, () => this.runIn(scope, work));
    });
  }

  /** As `NumberSource`: in the scope of ids. */
  drawIds<Result>(draw: (meta: Table<number>) => Result): Promise<Result> {
    return this.transactIn('ids', () => draw(this.meta));
  }

  /** A version higher than any that a record of this environment has had. Within `transact` only. */
  nextVersion(): number {
    return this.nextVersions(1);
  }

  /** As `nextVersion` for so many records, in one go; returns the first one. */
  nextVersions(records: number): number {
    return this.count('changes', this.counted('changes') + records) - records + 1;
  }

  /** Sets a counter, by default to the next number; returns it. Within work of its scope only. */
  count(counter: DirectoryCounter, next = this.counted(counter) + 1): number {
    this.assertIn(COUNTERS[counter], counter);
    this.meta.put(KEYS[counter], next);
    return next;
  }

  /** Where a counter of the environment stands. */
  counted(counter: DirectoryCounter): number {
    return this.meta.get(KEYS[counter]) ?? 0;
  }

  /** Resolves when nothing is being written any more. */
  drain(): Promise<void> {
    return this.changes.drain();
  }

  private open<Value>(name: DirectoryTable, assertMay: (key: KeyBytes) => void): RecordingTable<Value> {
    if (this.opened.has(name)) throw new EnvironmentError(`the table ${name} is opened twice`);
    this.opened.add(name);
    return new ScopedTable(name, this.tables.records<Value>(name), this.recorder, assertMay);
  }

  private runIn<Result>(scope: WorkScope, work: () => Result): Result {
    this.scope = scope;
    try {
      return work();
    } finally {
      this.scope = undefined;
    }
  }

  private assertIn(scope: WorkScope, what: string): void {
    if (this.scope === scope) return;
    const where = this.scope === undefined ? 'outside a write transaction' : `for the scope ${this.scope}`;
    throw new EnvironmentError(`writing ${what} ${where}`);
  }
}

/** A table that work for another scope cannot write to. */
class ScopedTable<Value> extends RecordingTable<Value> {
  private readonly assertMay: (key: KeyBytes) => void;

  constructor(
    name: DirectoryTable,
    table: Table<Value>,
    recorder: Recording,
    assertMay: (key: KeyBytes) => void,
  ) {
    super(name, table, recorder);
    this.assertMay = assertMay;
  }

  override put(key: KeyBytes, value: Value): void {
    this.assertMay(key);
    super.put(key, value);
  }

  override remove(key: KeyBytes): void {
    this.assertMay(key);
    super.remove(key);
  }
}
