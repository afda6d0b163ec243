import type { Cell } from '../journal/cell.ts';
import type { Environment, Layout, Table } from '../journal/environment.ts';
import type { DirectoryTable } from './tables.ts';
import { WriteMeter } from './write-meter.ts';

const CHANGES = Buffer.from('changes');

/** The only way in which anything changes in `directory`, and to its tables. One process writes there. */
export class DirectoryPath {
  /** Tables come from here alone, so that each has said whose its keys are. */
  readonly environment: Omit<Environment, 'records' | 'bytes'>;
  private readonly tables: Environment;
  private readonly meter: WriteMeter;
  private readonly meta: Table<number>;
  /** By the name of the counter, one of the constants. */
  private readonly counters = new Map<Buffer, Cell<number>>();

  constructor(environment: Environment, mayWrite: boolean) {
    this.environment = environment;
    this.tables = environment;
    this.meter = new WriteMeter('directory', mayWrite);
    this.meta = this.records('meta');
  }

  /** As `Environment.records`. */
  records<Value>(name: DirectoryTable, layouts: readonly Layout<Value>[] = []): Table<Value> {
    return this.tables.records(name, layouts);
  }

  /**
   * Runs `work` in one LMDB transaction, all or nothing; resolves with its result once that is on the disk.
   * `work` is synchronous and sees what it has written. Rejects with what `work` threw, with CommitError, or
   * with EnvironmentError in a process that may not write here.
   */
  transact<Result>(work: () => Result): Promise<Result> {
    return this.meter.measure(() => this.environment.transact(work));
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
