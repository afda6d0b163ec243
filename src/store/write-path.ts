import type { Cell } from '../journal/cell.ts';
import { type Environment, EnvironmentError, type Layout, type Table } from '../journal/environment.ts';
import { type Counter, type Histogram, metrics } from '../telemetry/metrics.ts';
import type { DirectoryTable, StateTable } from './tables.ts';

const seconds = metrics.histogram(
  'farad_store_write_seconds',
  'From asking for a write until it is on the disk.',
  undefined,
  ['environment'],
);
const failures = metrics.counter(
  'farad_store_write_failures_total',
  'Writes that did not reach the disk or were given up.',
  ['environment'],
);

const CHANGES = Buffer.from('changes');

/** The only way in which anything changes in an environment of the store, and to its tables. */
class WritePath<Name extends string> {
  /** Tables come from here alone, so that each has said whose its keys are. */
  readonly environment: Omit<Environment, 'records' | 'bytes'>;
  private readonly tables: Environment;
  private readonly mayWrite: boolean;
  private readonly name: string;
  private readonly seconds: Histogram;
  private readonly failures: Counter;

  constructor(environment: Environment, name: string, mayWrite: boolean) {
    this.environment = environment;
    this.tables = environment;
    this.name = name;
    this.mayWrite = mayWrite;
    this.seconds = seconds.with({ environment: name });
    this.failures = failures.with({ environment: name });
  }

  /** As `Environment.records`. */
  records<Value>(name: Name, layouts: readonly Layout<Value>[] = []): Table<Value> {
    return this.tables.records(name, layouts);
  }

  /** As `Environment.bytes`. */
  bytes(name: Name): Table<Buffer> {
    return this.tables.bytes(name);
  }

  /**
   * Runs `work` in one LMDB transaction, all or nothing; resolves with its result once that is on the disk.
   * `work` is synchronous and sees what it has written. Rejects with what `work` threw, with CommitError, or
   * with EnvironmentError in a process that may not write here.
   */
  async transact<Result>(work: () => Result): Promise<Result> {
    this.assertMayWrite();
    const start = performance.now();
    try {
      const result = await this.environment.transact(work);
      this.seconds.observe((performance.now() - start) / 1000);
      return result;
    } catch (error) {
      this.failures.inc();
      throw error;
    }
  }

  /**
   * As `transact`, for what nobody waits for: it joins the next write, at the latest after some 20 ms. Throws
   * CommitError at once where the disk is full.
   */
  transactLater<Result>(work: () => Result): Promise<Result> {
    this.assertMayWrite();
    const writing = this.environment.transactLater(work);
    writing.catch(() => this.failures.inc());
    return writing;
  }

  private assertMayWrite(): void {
    if (!this.mayWrite) throw new EnvironmentError(`this process may not write to ${this.name}`);
  }
}

/** To `state`. Nothing is counted there over all charge points. */
export class StatePath extends WritePath<StateTable> {
  constructor(environment: Environment, mayWrite: boolean) {
    super(environment, 'state', mayWrite);
  }
}

/** To `directory`. */
export class DirectoryPath extends WritePath<DirectoryTable> {
  private readonly meta: Table<number>;
  /** By the name of the counter, one of the constants. */
  private readonly counters = new Map<Buffer, Cell<number>>();

  constructor(environment: Environment, mayWrite: boolean) {
    super(environment, 'directory', mayWrite);
    this.meta = this.records('meta');
  }

  /**
   * A version higher than any that a record of this environment has had, for records that only one process
   * writes. Within `transact` only.
   */
  nextVersion(): number {
    return this.count(CHANGES);
  }

  /** Counts a counter of the environment up. Within `transact` only. */
  count(counter: Buffer): number {
    this.environment.assertTransacting('counting');
    const cell = this.cellOf(counter);
    const next = (cell.get() ?? 0) + 1;
    cell.put(next);
    return next;
  }

  /** Where a counter of the environment stands. */
  counted(counter: Buffer): number {
    return this.cellOf(counter).get() ?? 0;
  }

  private cellOf(counter: Buffer): Cell<number> {
    let cell = this.counters.get(counter);
    if (cell === undefined) {
      cell = this.environment.cell(this.meta, counter);
      this.counters.set(counter, cell);
    }
    return cell;
  }
}
