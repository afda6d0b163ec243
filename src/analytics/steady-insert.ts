import { setTimeout as delay } from 'node:timers/promises';
import type { TableName } from '../records/table.ts';
import type { ThrottledLog } from '../telemetry/log.ts';
import { BackOff, type Pauses } from './back-off.ts';
import type { Engine, Insert } from './engine.ts';
import { EngineError, isStanding } from './engine-error.ts';
import { missingRows } from './presence.ts';
import { sinkMetrics } from './sink-metrics.ts';
import { countLines } from './split-insert.ts';

/** Thrown out of whatever waits when the process stops. What it was about is saved and will be resumed. */
export class Abandoned extends Error {
  override readonly name = 'Abandoned';
}

export interface SteadyInsertOptions {
  readonly engine: Engine;
  readonly stopping: AbortSignal;
  readonly warn: ThrottledLog;
  readonly pauses?: Pauses | undefined;
  readonly onBroken: (error: EngineError) => void;
}

export interface InsertDoubts {
  /** Some of these rows are known to be at fault, so errors that could have to do with rows do. */
  readonly suspect?: boolean;
  /** An earlier process may have made this insert, wholly or in part. */
  readonly resumed?: boolean;
}

/** An error that could have to do with the rows but does not say so is taken to after so many attempts. */
const ATTEMPTS_BEFORE_SUSPICION = 8;

/** How long an insert whose answer was lost may go on at a server without anybody waiting for it, ms. */
const SETTLING_MS = 1000;

/** A repeated insert must reach these tables even if its rows are there: a view behind them may have missed it. */
const WITH_ROLLUP: ReadonlySet<TableName> = new Set<TableName>(['meter_samples']);

/** Inserts that are tried for as long as it takes, and looked after where it is not certain what became of them. */
export class SteadyInsert {
  private readonly options: SteadyInsertOptions;
  private failing: { readonly since: number; readonly error: EngineError } | undefined;

  constructor(options: SteadyInsertOptions) {
    this.options = options;
  }

  /** What keeps inserts from succeeding, and since when (epoch ms). */
  get failure(): { readonly since: number; readonly error: EngineError } | undefined {
    return this.failing;
  }

  /** Resolves once the rows are in the table, or with the error where the rows are at fault. Throws Abandoned when the process stops. */
  async insert(
    insert: Insert,
    { suspect = false, resumed = false }: InsertDoubts = {},
  ): Promise<EngineError | undefined> {
    const { stopping, pauses } = this.options;
    const backOff = new BackOff(pauses);
    let doubtful = resumed;
    let due = insert;
    let burnt = 0;
    for (let attempt = 1; ; attempt++) {
      if (stopping.aborted) throw new Abandoned();
      try {
        const unneeded = resumed && attempt === 1 && (await this.isThereAlready(due));
        if (!unneeded) await this.once(due);
        const missing = doubtful ? await this.missing(due) : undefined;
        if (!missing) {
          sinkMetrics.rows.with({ table: insert.table }).inc(countLines(insert.lines));
          this.failing = undefined;
          return undefined;
        }
        this.options.warn.warn(
          { table: due.table, token: due.token },
          'rows were taken for duplicates of rows that are not there',
        );
        due = { ...insert, lines: missing, token: `${insert.token}@again${++burnt}` };
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        if (error.fault === 'rows') return error;
        if (!isStanding(error) && (suspect || attempt >= ATTEMPTS_BEFORE_SUSPICION)) return error;
        doubtful = true;
        this.report(error, insert);
        await this.pause(backOff.next());
      }
    }
  }

  /** Throws Abandoned when the process stops meanwhile. */
  async pause(ms: number): Promise<void> {
    try {
      await delay(ms, undefined, { signal: this.options.stopping });
    } catch {
      throw new Abandoned(); // the pause ends early only because the process stops
    }
  }

  private async once(insert: Insert): Promise<void> {
    const started = performance.now();
    await this.options.engine.insert(insert);
    sinkMetrics.insertSeconds.with({ table: insert.table }).observe((performance.now() - started) / 1000);
  }

  private async isThereAlready({ table, lines }: Insert): Promise<boolean> {
    if (WITH_ROLLUP.has(table)) return false;
    return (await missingRows(this.options.engine, table, lines)).length === 0;
  }

  private async missing({ table, lines }: Insert): Promise<Buffer | undefined> {
    if ((await missingRows(this.options.engine, table, lines)).length === 0) return undefined;
    await this.pause(SETTLING_MS);
    const missing = await missingRows(this.options.engine, table, lines);
    return missing.length === 0 ? undefined : missing;
  }

  private report(error: EngineError, { table }: Insert): void {
    sinkMetrics.retries.with({ reason: error.fault }).inc();
    this.failing = { since: this.failing?.since ?? Date.now(), error };
    this.options.warn.warn(
      { err: error, table },
      'ClickHouse does not take rows, they are kept and tried again',
    );
    if (error.fault === 'broken') this.options.onBroken(error);
  }
}
