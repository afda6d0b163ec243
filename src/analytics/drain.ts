import { CommitError } from '../journal/durable.ts';
import type { Entry, LaneQueue, SavedBatch, Span } from '../journal/lane-queue.ts';
import { rejectedRows } from '../records/rejected-rows.ts';
import { encodeRow, type TableName } from '../records/table.ts';
import { type Log, type ThrottledLog, throttled } from '../telemetry/log.ts';
import { BackOff, type Pauses } from './back-off.ts';
import { type Batch, batchOf, type Rejection, type TableRows } from './batch.ts';
import type { Engine, Insert } from './engine.ts';
import type { EngineError } from './engine-error.ts';
import { type ChunkListener, QueueReader } from './queue-reader.ts';
import { sinkMetrics } from './sink-metrics.ts';
import { splitInsert } from './split-insert.ts';
import { Abandoned, SteadyInsert } from './steady-insert.ts';
import { tokenOf } from './token.ts';
import { type Hindrance, Trouble } from './trouble.ts';

export interface DrainSettings {
  /** Rows that make a batch full (`sink.batchRows`). */
  readonly batchRows: number;
  /** Longest wait of a row for company, ms (`sink.interval`). */
  readonly interval: number;
}

export interface DrainOptions extends DrainSettings {
  /** Name of the queue in metrics and log. */
  readonly name: string;
  readonly queue: LaneQueue;
  readonly listener: ChunkListener;
  readonly log: Log;
  /** Between attempts; by default from 0.1 to 5 s. */
  readonly pauses?: Pauses;
  /**
   * How long an error which no row of a batch is free of is taken to ClickHouse and not to the rows, ms; 5
   * minutes by default.
   */
  readonly patience?: number;
  /** How long an insert that nobody waits for any more may go on at a server, ms; 1 second by default. */
  readonly settling?: number;
  /** The embedded engine has ended itself. */
  readonly onBroken: (error: EngineError) => void;
}

/** A batch is full with so many bytes, however few rows they are. */
const BATCH_BYTES = 16 * 1024 * 1024;
const READER_LIMITS = { buffer: 2 * BATCH_BYTES, read: 8 * 1024 * 1024 };

const PATIENCE_MS = 5 * 60_000;

/**
 * A repeated insert must reach these tables even if its rows are there: a view behind them may have missed
 * it.
 */
const WITH_VIEW: ReadonlySet<TableName> = new Set<TableName>(['meter_samples', 'transactions']);

/** How often a queue is looked at, ms; oftener where the interval is short. */
const LOOK_EVERY_MS = 50;

/**
 * Moves one queue into ClickHouse: reads, saves which spans make up the batch, inserts them table by table,
 * removes exactly those spans. After a crash anywhere in between the same batch is inserted again under the
 * same tokens, and ClickHouse leaves out what it has.
 */
export class Drain {
  private readonly options: DrainOptions;
  private readonly queue: LaneQueue;
  private readonly reader: QueueReader;
  private readonly log: Log;
  private readonly warn: ThrottledLog;
  private readonly stopping = new AbortController();
  private readonly trouble = new Trouble();
  private readonly look: NodeJS.Timeout;
  /** What an earlier process left, read before anything else so that the reader goes on behind it. */
  private readonly left: { readonly saved: SavedBatch; readonly entries: readonly Entry[] } | undefined;
  private running: Promise<void> | undefined;
  private steady: SteadyInsert | undefined;
  /** The batch that is being inserted, as it is saved. */
  private saved: SavedBatch | undefined;
  /** The last look at the queue failed. */
  private unreadable = false;
  private afterLook: (() => void) | undefined;
  private held: Promise<void> | undefined;
  private letGo: (() => void) | undefined;
  private batchUnderWay: Promise<void> | undefined;
  /** Monotonic, ms. */
  private batchBegunAt: number | undefined;

  /** From now on the queue is read and the listener hears of it; nothing is inserted before `start`. */
  constructor(options: DrainOptions) {
    this.options = options;
    this.queue = options.queue;
    this.reader = new QueueReader(options.queue, READER_LIMITS, options.listener);
    this.log = options.log.child({ queue: options.name });
    this.warn = throttled(this.log, 10_000);
    const saved = this.queue.savedBatch();
    this.left = saved && { saved, entries: saved.spans.flatMap((span) => this.queue.readSpan(span)) };
    if (this.left) this.reader.skip(this.left.entries);
    this.look = setInterval(() => this.lookAtQueue(), Math.min(LOOK_EVERY_MS, options.interval));
  }

  /**
   * Inserts from now on, beginning with the batch that an earlier process left. Call it once the tables
   * exist.
   */
  start(engine: Engine): void {
    const { warn, trouble } = this;
    const { pauses, settling, onBroken } = this.options;
    const { signal: stopping } = this.stopping;
    this.steady ??= new SteadyInsert({ engine, stopping, warn, trouble, pauses, settling, onBroken });
    this.running ??= this.run();
  }

  /** When rows of it last reached ClickHouse, monotonic ms; 0 before the first. */
  get movedAt(): number {
    return this.trouble.movedAt;
  }

  /** What keeps the queue from being drained at present. */
  get hindrance(): Hindrance | undefined {
    return this.trouble.present;
  }

  /**
   * Since when nothing has moved although there are rows, monotonic ms; undefined where there are none, or
   * while it is held.
   */
  get waitingSince(): number | undefined {
    if (this.batchBegunAt !== undefined) return Math.max(this.batchBegunAt, this.steady?.movedAt ?? 0);
    return this.held ? undefined : this.reader.waitingSince;
  }

  private get inserts(): SteadyInsert {
    if (!this.steady) throw new TypeError('start() comes first');
    return this.steady;
  }

  /** Resolves once no insert is under way; the batch that it belongs to is either finished or saved. */
  async stop(): Promise<void> {
    this.stopping.abort();
    clearInterval(this.look);
    this.release();
    this.afterLook?.();
    await this.running;
  }

  /** Begins no further batch until `release` is called. Resolves once none is under way. */
  async hold(): Promise<void> {
    this.held ??= new Promise((resolve) => {
      this.letGo = resolve;
    });
    await this.batchUnderWay;
  }

  release(): void {
    this.held = undefined;
    this.letGo?.();
  }

  private async unlessHeld(work: () => Promise<void>): Promise<void> {
    while (this.held) await this.held;
    if (this.stopping.signal.aborted) return;
    this.batchBegunAt = performance.now();
    const done = work();
    this.batchUnderWay = done.catch(() => undefined); // who waits for it only wants it to be over
    await done;
    this.batchBegunAt = undefined;
  }

  private async run(): Promise<void> {
    try {
      await this.insist(() => this.resume());
      while (!this.stopping.signal.aborted) {
        const entries = await this.gather();
        if (entries.length > 0) await this.insist((again) => this.move(entries, again));
      }
    } catch (error) {
      if (!(error instanceof Abandoned)) throw error;
    }
  }

  /**
   * Begins again after an error that nobody expected: it must neither end the other drains nor leave this one
   * behind.
   */
  private async insist(work: (again: boolean) => Promise<void>): Promise<void> {
    const backOff = new BackOff(this.options.pauses);
    for (let again = false; ; again = true) {
      try {
        await this.unlessHeld(() => work(again));
        return;
      } catch (error) {
        if (error instanceof Abandoned) throw error;
        this.meetUnexpected(error, 'a batch failed for a reason that nobody expected, it is tried again');
        await this.inserts.pause(backOff.next());
      }
    }
  }

  private meetUnexpected(error: unknown, what: string): void {
    const cause = error instanceof Error ? error : new Error(String(error));
    this.trouble.meet(cause);
    this.warn.error({ err: cause }, what);
  }

  private async resume(): Promise<void> {
    if (!this.left) return;
    const { saved, entries } = this.left;
    this.saved = saved;
    // Removal begins after all inserts have succeeded, so what is no longer complete is in ClickHouse.
    const complete = entries.length === saved.spans.reduce((sum, { from, to }) => sum + to - from + 1, 0);
    if (complete) await this.insertAll(batchOf(entries), true);
    await this.finish();
  }

  private async move(entries: readonly Entry[], again: boolean): Promise<void> {
    const batch = batchOf(entries);
    if (!this.saved) await this.save(batch.spans);
    await this.insertAll(batch, again);
    await this.finish();
  }

  private async finish(): Promise<void> {
    await this.written(() => this.queue.finishBatch());
    this.saved = undefined;
    this.trouble.over();
    sinkMetrics.batches.with({ queue: this.options.name }).inc();
  }

  /** Waits until there is a full batch, or rows that have waited long enough. */
  private async gather(): Promise<Entry[]> {
    const { batchRows, interval } = this.options;
    while (!this.stopping.signal.aborted) {
      const full = this.reader.rowsWaiting >= batchRows || this.reader.bytesWaiting >= BATCH_BYTES;
      if (full || (this.reader.rowsWaiting > 0 && this.reader.waitingMs >= interval)) {
        return this.reader.take({ rows: batchRows, bytes: BATCH_BYTES });
      }
      await new Promise<void>((resolve) => {
        this.afterLook = resolve;
      });
    }
    return [];
  }

  private lookAtQueue(): void {
    try {
      this.reader.advance();
      if (this.unreadable) this.trouble.over();
      this.unreadable = false;
    } catch (error) {
      this.unreadable = true;
      this.meetUnexpected(error, 'the queue cannot be read, trying again');
    }
    this.afterLook?.();
    this.afterLook = undefined;
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

  private async insertTable({ table, pieces }: TableRows, { spans }: Batch, resumed: boolean) {
    const { uuid } = this.queue;
    const lines = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
    const insert = { table, lines, token: tokenOf({ uuid, table, spans }) };
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
      const { rejected, hindered } = await splitInsert(absent.lines, insertPart, { blameRows });
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
      this.log.error({ rows: refused }, message);
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
