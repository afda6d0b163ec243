import { type Environment, EnvironmentError, type Layout, type Table } from '../journal/environment.ts';
import type { TransactionLane } from '../journal/lane.ts';
import type { LaneQueue } from '../journal/lane-queue.ts';
import type { ChangeDriver } from './change-driver.ts';
import type { Changes } from './change-queues.ts';
import { type FenceTables, LocalChanges } from './local-changes.ts';
import { IN_LOG, OUTBOX } from './outbox.ts';
import type { Recording } from './recorder.ts';
import { RecordingTable } from './recording-table.ts';
import type { StateTable } from './tables.ts';
import { WriteMeter } from './write-meter.ts';
import { writingThrough } from './writing.ts';

/** The newest change of each charge point. */
const NEWEST_CHANGES: StateTable = 'newest-changes';

/** The newest change that rested on something that charge points share. */
const SHARED_FENCES: StateTable = 'shared-fences';

const META: StateTable = 'meta';

/**
 * The only way in which anything changes in `state`, and to its tables. Several processes write there, so
 * none of them holds the write lock while it decides: work runs on what is stored now, and what it changes
 * takes effect if nobody else has changed the same charge point meanwhile. Otherwise it runs again.
 */
export class StatePath {
  /** Tables come from here alone, so that each has said whose its keys are. */
  readonly environment: Omit<Environment, 'records' | 'bytes'>;
  private readonly tables: Environment;
  private readonly meter: WriteMeter;
  private readonly meta: Table<number>;
  private readonly recorder: Recording;
  private readonly changes: Changes;
  private readonly opened = new Set<StateTable>();
  /** Changes go into a log, and come back out of it. */
  private readonly isLogged: boolean;

  /** `driver`: how changes take effect; absent: on this machine alone. */
  constructor(environment: Environment, mayWrite: boolean, driver?: ChangeDriver<unknown>) {
    this.environment = environment;
    this.tables = environment;
    this.meter = new WriteMeter('state', mayWrite);
    this.meta = environment.records(META);
    const { recorder, changes } = driver
      ? writingThrough(environment, driver)
      : writingThrough(environment, new LocalChanges(environment, fencesOf(environment)));
    this.recorder = recorder;
    this.changes = changes;
    this.isLogged = driver !== undefined;
  }

  /** As `Environment.records`. */
  records<Value>(name: StateTable, layouts: readonly Layout<Value>[] = []): RecordingTable<Value> {
    return this.recording(name, this.tables.records(name, layouts));
  }

  /** As `Environment.bytes`. */
  bytes(name: StateTable): RecordingTable<Buffer> {
    return this.recording(name, this.tables.bytes(name));
  }

  /**
   * Where rows go that belong to a change: a new lane of the queue, or the log. Blocks until the number of a
   * lane is on the disk.
   */
  laneOf(queue: LaneQueue): Pick<TransactionLane, 'append'> {
    if (!this.isLogged) return queue.openTransactionLane(this.bytes(OUTBOX));
    return {
      append: (chunk) => {
        this.recorder.carry(chunk);
        return IN_LOG;
      },
    };
  }

  /**
   * Runs `work`, which writes keys of this charge point alone, all or nothing; resolves with its result once
   * that is on the disk. `work` is synchronous, sees what it has written, and may be run again. Rejects with
   * what `work` threw, with CommitError, or with EnvironmentError in a process that may not write here.
   */
  transact<Result>(chargePointId: string, work: () => Result): Promise<Result> {
    return this.change(chargePointId, work);
  }

  /**
   * Draws numbers that all processes share: `draw` runs while this process holds the write lock. Resolves
   * once that is on the disk; rejects as `transact`.
   */
  drawIds<Result>(draw: (meta: Table<number>) => Result): Promise<Result> {
    return this.meter.measure(() => this.environment.transact(() => draw(this.meta)));
  }

  /**
   * As `transact`, for what nobody waits for: it joins the next write, at the latest after some 20 ms. Throws
   * CommitError at once where the disk is full.
   */
  transactLater<Result>(chargePointId: string, work: () => Result): Promise<Result> {
    this.meter.assertMayWrite();
    this.environment.assertSpace();
    return this.meter.count(this.changes.add(chargePointId, work, false));
  }

  /**
   * The work that is running rests on what charge points decide about `name`, all of them: of two that do so
   * at once, one decides again. `kind` is that of the name.
   */
  restOn(kind: string, name = ''): void {
    this.recorder.restOn(kind, name);
  }

  /** Resolves when nothing is being written any more. */
  drain(): Promise<void> {
    return this.changes.drain();
  }

  /** What one table notes, another one would not see. */
  private recording<Value>(name: StateTable, table: Table<Value>): RecordingTable<Value> {
    if (this.opened.has(name)) throw new EnvironmentError(`the table ${name} is opened twice`);
    this.opened.add(name);
    return new RecordingTable(name, table, this.recorder);
  }

  private change<Result>(scope: string, work: () => Result): Promise<Result> {
    return this.meter.measure(() => {
      this.environment.assertSpace();
      return this.changes.add(scope, work);
    });
  }
}

function fencesOf(environment: Environment): FenceTables {
  return { newest: environment.fences(NEWEST_CHANGES), shared: environment.fences(SHARED_FENCES) };
}
