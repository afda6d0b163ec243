import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ThrottledLog } from '../telemetry/log.ts';
import { BackOff, type Pauses } from './back-off.ts';
import { type Engine, type Insert, withLines } from './engine.ts';
import { EngineError, isOfBrokenPart, isStanding } from './engine-error.ts';
import { type Presence, presenceOf } from './presence.ts';
import { sinkMetrics } from './sink-metrics.ts';
import { countLines } from './split-insert.ts';
import type { Trouble } from './trouble.ts';

/** Thrown out of whatever waits when the process stops. What it was about is saved and will be resumed. */
export class Abandoned extends Error {
  override readonly name = 'Abandoned';
}

export interface SteadyInsertOptions {
  readonly engine: Engine;
  readonly stopping: AbortSignal;
  readonly warn: ThrottledLog;
  readonly trouble: Trouble;
  readonly pauses?: Pauses | undefined;
  /** How long an insert whose answer was lost may go on at a server without anybody waiting for it, ms. */
  readonly settling?: number | undefined;
  readonly onBroken: (error: EngineError) => void;
}

export interface InsertDoubts {
  /** Some of these rows are known to be at fault, so errors that could have to do with rows do. */
  readonly suspect?: boolean;
  /** This insert, or a part of it, may have been made already under this token. */
  readonly repeated?: boolean;
  /** The rows may have got in under another token, so they are looked for first. */
  readonly lookFirst?: boolean;
}

/** An error that could have to do with the rows but does not say so is taken to after so many attempts. */
const ATTEMPTS_BEFORE_SUSPICION = 8;

/**
 * Rows above that are tried in parts where an insert keeps needing too much time or memory, or does not get
 * through, bytes.
 */
const LARGE_BYTES = 1024 * 1024;

const SETTLING_MS = 1000;

/** Looks for rows that ClickHouse cannot answer before it is gone on without. */
const LOOKS = 5;

/** `BrokenParts` looks for parts that cannot be read every 20 s, ms. */
const MENDED_WITHIN_MS = 60_000;

/**
 * Inserts that are tried for as long as it takes, and looked after where it is not certain what became of
 * them.
 */
export class SteadyInsert {
  /** When rows last reached their table, monotonic ms. */
  movedAt = 0;
  private readonly options: SteadyInsertOptions;

  constructor(options: SteadyInsertOptions) {
    this.options = options;
  }

  /**
   * Resolves once the rows are in the table, or with the error where the rows may be at fault. Throws
   * Abandoned when the process stops.
   */
  async insert(
    insert: Insert,
    { suspect = false, repeated = false, lookFirst = false }: InsertDoubts = {},
  ): Promise<EngineError | undefined> {
    const backOff = new BackOff(this.options.pauses);
    let left: Insert | undefined = lookFirst ? await this.absentOf(insert) : insert;
    let doubtful = repeated;
    for (let attempt = 1; left; attempt++) {
      const due = left;
      if (this.options.stopping.aborted) throw new Abandoned();
      try {
        await this.once(due);
        left = doubtful ? await this.lostOf(due) : undefined;
        doubtful = false; // ClickHouse cannot take what is lost for a duplicate again: its token is new
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        if (error.fault === 'rows') return error;
        if (await this.mayBeTheirs(error, due, attempt, suspect)) return error;
        doubtful = true;
        this.report(error, insert);
        await this.pause(backOff.next());
      }
    }
    sinkMetrics.rows.with({ table: insert.table }).inc(rowsOf(insert));
    this.options.trouble.over();
    this.movedAt = performance.now();
    return undefined;
  }

  /** The same insert with nothing but the rows that are not there yet; undefined where all are. */
  async absentOf(insert: Insert): Promise<Insert | undefined> {
    const presence = await this.look(insert);
    if (!presence) return insert;
    const { table, token } = insert;
    const lines = Buffer.concat([presence.absent, presence.unknown]);
    const present = rowsOf(insert) - countLines(lines);
    sinkMetrics.doubts.with({ table, outcome: 'there' }).inc(present);
    if (lines.length === 0) return undefined;
    return present === 0 ? insert : { table, token, lines };
  }

  /** Throws Abandoned when the process stops meanwhile. */
  async pause(ms: number): Promise<void> {
    try {
      await delay(ms, undefined, { signal: this.options.stopping });
    } catch {
      throw new Abandoned(); // the pause ends early only because the process stops
    }
  }

  /** Waits until an insert that nobody waits for any more has ended at its server. */
  settle(): Promise<void> {
    return this.pause(this.options.settling ?? SETTLING_MS);
  }

  private async once(insert: Insert): Promise<void> {
    const started = performance.now();
    await this.options.engine.insert(insert);
    sinkMetrics.insertSeconds.with({ table: insert.table }).observe((performance.now() - started) / 1000);
  }

  /** Rows that ClickHouse confirmed and does not have, to be inserted under a token that it cannot know. */
  private async lostOf(insert: Insert): Promise<Insert | undefined> {
    const { table, token } = insert;
    let presence = await this.look(insert);
    if (presence && presence.absent.length > 0) {
      await this.settle();
      presence = await this.look(insert);
    }
    const lost = presence?.absent ?? Buffer.alloc(0);
    sinkMetrics.doubts.with({ table, outcome: 'lost' }).inc(countLines(lost));
    sinkMetrics.doubts
      .with({ table, outcome: 'there' })
      .inc(presence ? rowsOf(insert) - countLines(lost) : 0);
    if (lost.length === 0) return undefined;
    this.options.warn.warn(
      { table, token, rows: countLines(lost) },
      'rows were taken for duplicates of rows that are not there, they are inserted under another token',
    );
    return { table, lines: lost, token: `${token}@again-${randomUUID()}` };
  }

  /** Undefined where ClickHouse cannot answer: then its own deduplication is relied on, and that is told. */
  private async look(insert: Insert): Promise<Presence | undefined> {
    const { table, lines } = withLines(insert);
    const backOff = new BackOff(this.options.pauses);
    const began = performance.now();
    for (let looks = 1; ; looks++) {
      if (this.options.stopping.aborted) throw new Abandoned();
      try {
        return await presenceOf(this.options.engine, table, lines);
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        const isAway = error.fault === 'away' || error.fault === 'broken';
        const isBeingMended = isOfBrokenPart(error) && performance.now() - began < MENDED_WITHIN_MS;
        if (!isAway && !isBeingMended && looks >= LOOKS) {
          sinkMetrics.doubts.with({ table, outcome: 'unknown' }).inc(countLines(lines));
          this.options.warn.warn(
            { err: error, table },
            'it cannot be told which rows are in ClickHouse already',
          );
          return undefined;
        }
        this.report(error, { table });
        await this.pause(backOff.next());
      }
    }
  }

  /** Whether it is worth trying the rows in parts. */
  private async mayBeTheirs(
    error: EngineError,
    insert: Insert,
    attempt: number,
    suspect: boolean,
  ): Promise<boolean> {
    if (!suspect && attempt < ATTEMPTS_BEFORE_SUSPICION) return false;
    if (!isStanding(error)) return true;
    const { length } = 'lines' in insert ? insert.lines : insert.block;
    if (length <= LARGE_BYTES || rowsOf(insert) === 1) return false;
    if (error.fault === 'memory' || error.fault === 'time') return true;
    return error.fault === 'away' && (await this.answers());
  }

  /**
   * Whether ClickHouse answers while an insert does not get through: a proxy may refuse its size, or it takes
   * too long.
   */
  private async answers(): Promise<boolean> {
    try {
      await this.options.engine.query('SELECT 1');
      return true;
    } catch (error) {
      if (error instanceof EngineError) return false;
      throw error;
    }
  }

  private report(error: EngineError, { table }: Pick<Insert, 'table'>): void {
    sinkMetrics.retries.with({ reason: error.fault }).inc();
    this.options.trouble.meet(error);
    this.options.warn.warn(
      { err: error, table },
      'ClickHouse does not take rows, they are kept and tried again',
    );
    if (error.fault === 'broken') this.options.onBroken(error);
  }
}

function rowsOf(insert: Insert): number {
  return 'lines' in insert ? countLines(insert.lines) : insert.rows;
}
