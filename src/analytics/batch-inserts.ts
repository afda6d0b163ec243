import { CommitError } from '../journal/group-commit.ts';
import type { Entry, LaneQueue, SavedBatch, Span } from '../journal/lane-queue.ts';
import { rejectedRows } from '../records/rejected-rows.ts';
import { encodeRow, type TableName } from '../records/table.ts';
import type { Log, ThrottledLog } from '../telemetry/log.ts';
import { BackOff, type Pauses } from './back-off.ts';
import { type Batch, batchOf, type Rejection, type TableRows } from './batch.ts';
import { type Insert, withLines } from './engine.ts';
import { sinkMetrics } from './sink-metrics.ts';
import { splitInsert } from './split-insert.ts';
import type { SteadyInsert } from './steady-insert.ts';
import { tokenOf } from './token.ts';
import type { Trouble } from './trouble.ts';

export interface BatchInsertsOptions {
  /** Name of the queue in metrics. */
  readonly name: string;
  readonly queue: LaneQueue;
  /** As `DrainOptions`. */
  readonly isDoubtful?: boolean;
  readonly inserts: SteadyInsert;
  readonly trouble: Trouble;
  readonly log: Log;
  readonly warn: ThrottledLog;
  readonly pauses?: Pauses;
  /** ms; 5 minutes by default (`DrainOptions`). */
  readonly patience?: number;
}

/**
 * What an earlier process left of a queue: a batch that it had begun, and its entries that are still there.
 */
export interface LeftBatch {
  readonly saved: SavedBatch;
  readonly entries: readonly Entry[];
}

const PATIENCE_MS = 5 * 60_000;

/**
 * A repeated insert must reach these tables even if its rows are there: a view behind them may have missed
 * it.
 */
export const WITH_VIEW: ReadonlySet<TableName> = new Set<TableName>(['meter_samples', 'transactions']);

/**
 * Inserts the batches of one queue, table by table: saves first which spans make up the batch, and removes
 * exactly those at its end. Rows that ClickHouse refuses are kept in `rejected_rows`.
 */
export class BatchInserts {
  private readonly options: BatchInsertsOptions;
  private readonly queue: LaneQueue;
  private readonly inserts: SteadyInsert;
  private readonly trouble: Trouble;
  private readonly warn: ThrottledLog;
  /** The batch that is being inserted, as it is saved. */
  private saved: SavedBatch | undefined;

  constructor(options: BatchInsertsOptions) {
    this.options = options;
    this.queue = options.queue;
    this.inserts = options.inserts;
    this.trouble = options.trouble;
    this.warn = options.warn;
  }

  /** Ends a batch that an earlier process has begun. */
  async resume({ saved, entries }: LeftBatch): Promise<void> {
    this.saved = saved;
    // Removal begins after all inserts have succeeded, so what is no longer complete is in ClickHouse.
    const complete = entries.length === saved.spans.reduce((sum, { from, to }) => sum + to - from + 1, 0);
    if (complete) await this.insertAll(batchOf(entries), true);
    await this.finish();
  }

  /** Inserts a batch of these entries and removes them; `again`: it was tried before. */
  async move(entries: readonly Entry[], again: boolean): Promise<void> {
    const batch = batchOf(entries);
    // What is to be inserted in parts is looked for first.
    const split = this.options.isDoubtful ? batch.tables.map(({ table }) => table) : undefined;
    if (!this.saved) await this.save(batch.spans, split);
    await this.insertAll(batch, again);
    await this.finish();
  }

  private async finish(): Promise<void> {
    await this.written(() => this.queue.finishBatch());
    this.saved = undefined;
    this.trouble.over();
    sinkMetrics.batches.with({ queue: this.options.name }).inc();
  }

  private async insertAll(batch: Batch, resumed: boolean): Promise<void> {
    const rejections = [...batch.unusable];
    for (const rows of batch.tables) {
      for (const { row, error } of await this.insertTable(rows, batch, resumed)) {
        rejections.push({ table: rows.table, row, error });
      }
    }
    if (rejections.length > 0) await this.keepRejected(rejections, batch, resumed);
  }

  private async insertTable(rows: TableRows, { spans }: Batch, resumed: boolean) {
    const { uuid } = this.queue;
    const { table } = rows;
    const insert: Insert = { ...rows, token: tokenOf({ uuid, table, spans }) };
    const split = this.saved?.split ?? [];
    if (!split.includes(table)) {
      const lookFirst = resumed && !WITH_VIEW.has(table);
      const error = await this.inserts.insert(insert, { repeated: resumed, lookFirst });
      if (!error) return [];
      // From here on these rows must never be inserted as a whole again: parts of them are.
      await this.save(spans, [...split, table]);
    }
    return this.insertParts(insert, spans, resumed);
  }

  /** Inserts what is not there yet, in parts; returns the rows that were refused. */
  private async insertParts(insert: Insert, spans: readonly Span[], resumed: boolean) {
    const { table } = insert;
    const { patience = PATIENCE_MS, pauses } = this.options;
    const backOff = new BackOff(pauses);
    const began = performance.now();
    // An earlier process, or an attempt on the whole, may still be under way at the server.
    await this.inserts.settle();
    for (;;) {
      const absent = await this.inserts.absentOf(insert);
      if (!absent) return [];
      let lookFirst = false;
      const insertPart = async (part: Buffer) => {
        const token = tokenOf({ uuid: this.queue.uuid, table, spans, part });
        const doubts = { suspect: true, repeated: resumed || lookFirst, lookFirst };
        const error = await this.inserts.insert({ table, lines: part, token }, doubts);
        // It may have got in all the same, and its halves have other tokens.
        lookFirst ||= error !== undefined && error.fault !== 'rows';
        return error;
      };
      const blameRows = performance.now() - began >= patience;
      const { rejected, hindered } = await splitInsert(withLines(absent).lines, insertPart, { blameRows });
      if (!hindered) return rejected;
      this.trouble.meet(hindered);
      this.warn.warn(
        { err: hindered, table },
        'ClickHouse takes no row of a batch, they are kept and tried again',
      );
      await this.inserts.pause(backOff.next());
    }
  }

  private async keepRejected(
    rejections: readonly Rejection[],
    { spans }: Batch,
    resumed: boolean,
  ): Promise<void> {
    const table = rejectedRows.name;
    // The same in every repetition, as the rows of any insert are.
    const receivedAt = this.saved?.savedAt ?? Date.now();
    const lines = rejections.map((rejection) => `${encodeRow(rejectedRows, { ...rejection, receivedAt })}\n`);
    // A name of its own: the batch may hold rows of this table, too.
    const token = tokenOf({ uuid: this.queue.uuid, table: `${table}.kept`, spans });
    const insert = { table, lines: Buffer.from(lines.join('')), token };
    const error = await this.inserts.insert(insert, { repeated: resumed, lookFirst: resumed });
    const refused = error ? await this.insertParts(insert, spans, resumed) : [];
    if (refused.length > 0) {
      const message = 'ClickHouse refuses even the text of refused rows: they are only in this line';
      this.options.log.error({ rows: refused }, message);
    }
    for (const rejection of rejections) sinkMetrics.rejected.with({ table: rejection.table }).inc();
    const [{ row, ...first }] = rejections as [Rejection];
    const shown = { ...first, row: row.slice(0, 500), rows: rejections.length };
    this.warn.warn(shown, 'rows were refused by ClickHouse');
  }

  private async save(spans: readonly Span[], split?: readonly string[]): Promise<void> {
    // Refused rows carry the time of their batch, whenever it was found out that they are.
    const savedAt = split && this.saved ? this.saved.savedAt : Date.now();
    this.saved = await this.written(() => this.queue.saveBatch(spans, split, savedAt));
  }

  /** A write to the queue, repeated until the disk takes it. */
  private async written<Result>(write: () => Promise<Result>): Promise<Result> {
    const backOff = new BackOff(this.options.pauses);
    for (;;) {
      try {
        return await write();
      } catch (error) {
        if (!(error instanceof CommitError)) throw error;
        this.trouble.meet(error);
        this.warn.warn({ err: error }, 'the queue cannot be written to, trying again');
        await this.inserts.pause(backOff.next());
      }
    }
  }
}
