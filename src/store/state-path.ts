import type { Fences } from '../journal/conditional-writes.ts';
import { type Environment, EnvironmentError, type Layout, type Table } from '../journal/environment.ts';
import { metrics } from '../telemetry/metrics.ts';
import { ChangeQueue } from './change-queue.ts';
import { keyOf, textKey } from './keys.ts';
import { Recorder, type Scope } from './recorder.ts';
import { RecordingTable } from './recording-table.ts';
import type { StateTable } from './tables.ts';
import { WriteMeter } from './write-meter.ts';

const conflicts = metrics.counter(
  'farad_store_conflicts_total',
  'Changes that were decided again, since another process had changed the same meanwhile.',
);

/** The newest change of each charge point. */
const NEWEST_CHANGES: StateTable = 'newest-changes';

/** The newest change that rested on something that charge points share. */
const SHARED_FENCES: StateTable = 'shared-fences';

const META: StateTable = 'meta';

/** Names of one kind have so many fences at most; some may share one. */
const FENCES_OF_KIND = 4_096;

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
  private readonly newestChanges: Fences;
  private readonly sharedFences: Fences;
  private readonly meta: Table<number>;
  private readonly recorder: Recorder;
  private readonly changes: ChangeQueue;
  private readonly opened = new Set<StateTable>();

  constructor(environment: Environment, mayWrite: boolean) {
    this.environment = environment;
    this.tables = environment;
    this.meter = new WriteMeter('state', mayWrite);
    this.newestChanges = environment.fences(NEWEST_CHANGES);
    this.sharedFences = environment.fences(SHARED_FENCES);
    this.meta = environment.records(META);
    this.recorder = new Recorder(() => environment.reading);
    this.changes = new ChangeQueue({
      recorder: this.recorder,
      assertSpace: () => environment.assertSpace(),
      refresh: () => environment.endRead(),
      append: (changes) => environment.writeWhereNewest(changes),
      onConflicts: (count) => conflicts.with().inc(count),
    });
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
   * Runs `work`, which writes keys of this charge point alone, all or nothing; resolves with its result once
   * that is on the disk. `work` is synchronous, sees what it has written, and may be run again. Rejects with
   * what `work` threw, with CommitError, or with EnvironmentError in a process that may not write here.
   */
  transact<Result>(chargePointId: string, work: () => Result): Promise<Result> {
    return this.change(this.scopeOf(chargePointId), work);
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
    return this.meter.count(this.changes.add(this.scopeOf(chargePointId), work, false));
  }

  /**
   * The work that is running rests on what charge points decide about `name`, all of them: of two that do so
   * at once, one decides again. `kind` is that of the name.
   */
  restOn(kind: string, name = ''): void {
    this.recorder.restOn(this.sharedFences.newest(keyOf(kind, fenceOf(name))));
  }

  /** Resolves when nothing is being written any more. */
  drain(): Promise<void> {
    return this.changes.drain();
  }

  private scopeOf(chargePointId: string): Scope {
    return { in: this.newestChanges, key: textKey(chargePointId), name: chargePointId };
  }

  /** What one table notes, another one would not see. */
  private recording<Value>(name: StateTable, table: Table<Value>): RecordingTable<Value> {
    if (this.opened.has(name)) throw new EnvironmentError(`the table ${name} is opened twice`);
    this.opened.add(name);
    return new RecordingTable(table, this.recorder);
  }

  private change<Result>(scope: Scope, work: () => Result): Promise<Result> {
    return this.meter.measure(() => {
      this.environment.assertSpace();
      return this.changes.add(scope, work);
    });
  }
}

/** Which of the fences that names share is that of `name`. */
function fenceOf(name: string): number {
  let hash = 0;
  for (let i = 0; i < name.length; i++) hash = (hash * 31 + name.charCodeAt(i)) | 0;
  return (hash >>> 0) % FENCES_OF_KIND;
}
