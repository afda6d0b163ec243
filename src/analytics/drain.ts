import type { Entry, LaneQueue } from '../journal/lane-queue.ts';
import { type Log, type ThrottledLog, throttled } from '../telemetry/log.ts';
import { BackOff, type Pauses } from './back-off.ts';
import { BatchInserts, type LeftBatch } from './batch-inserts.ts';
import type { Engine } from './engine.ts';
import type { EngineError } from './engine-error.ts';
import { QueueLooks } from './queue-looks.ts';
import { type ChunkListener, QueueReader } from './queue-reader.ts';
import { Abandoned, SteadyInsert } from './steady-insert.ts';
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
  /** Its rows may be in ClickHouse already, under other tokens. */
  readonly isDoubtful?: boolean;
  readonly listener: ChunkListener;
  /** Whether somebody waits for rows; by default it is as if somebody always did. */
  readonly isAwaited?: () => boolean;
  /** Longest wait of a few rows while nobody does, ms; 1 second by default. */
  readonly unawaitedInterval?: number;
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

/**
 * So many rows wait for others while nobody asks for them, for so long, ms: each insert costs as much as a
 * thousand rows.
 */
const FEW_ROWS = 2000;
const UNAWAITED_MS = 1000;

/** How often a queue is looked at while rows come, ms; oftener where the interval is short. */
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
  private readonly looks: QueueLooks;
  /** What an earlier process left, read before anything else so that the reader goes on behind it. */
  private readonly left: LeftBatch | undefined;
  private running: Promise<void> | undefined;
  private steady: SteadyInsert | undefined;
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
    this.looks = new QueueLooks({
      file: this.queue.file,
      everyMs: Math.min(LOOK_EVERY_MS, options.interval),
      look: () => this.lookAtQueue(),
    });
  }

  /**
   * Inserts from now on, beginning with the batch that an earlier process left. Call it once the tables
   * exist.
   */
  start(engine: Engine): void {
    if (this.running) return;
    const { warn, trouble, log } = this;
    const { pauses, settling, onBroken } = this.options;
    const { signal: stopping } = this.stopping;
    const inserts = new SteadyInsert({ engine, stopping, warn, trouble, pauses, settling, onBroken });
    this.steady = inserts;
    this.running = this.run(inserts, new BatchInserts({ ...this.options, inserts, trouble, log, warn }));
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

  /** Resolves once no insert is under way; the batch that it belongs to is either finished or saved. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.looks.stop();
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

  private async run(steady: SteadyInsert, batches: BatchInserts): Promise<void> {
    const { left } = this;
    try {
      await this.insist(steady, async () => {
        if (left) await batches.resume(left);
      });
      while (!this.stopping.signal.aborted) {
        const entries = await this.gather();
        if (entries.length > 0) await this.insist(steady, (again) => batches.move(entries, again));
      }
    } catch (error) {
      if (!(error instanceof Abandoned)) throw error;
    }
  }

  /**
   * Begins again after an error that nobody expected: it must neither end the other drains nor leave this one
   * behind.
   */
  private async insist(steady: SteadyInsert, work: (again: boolean) => Promise<void>): Promise<void> {
    const backOff = new BackOff(this.options.pauses);
    for (let again = false; ; again = true) {
      try {
        await this.unlessHeld(() => work(again));
        return;
      } catch (error) {
        if (error instanceof Abandoned) throw error;
        this.meetUnexpected(error, 'a batch failed for a reason that nobody expected, it is tried again');
        await steady.pause(backOff.next());
      }
    }
  }

  private meetUnexpected(error: unknown, what: string): void {
    const cause = error instanceof Error ? error : new Error(String(error));
    this.trouble.meet(cause);
    this.warn.error({ err: cause }, what);
  }

  /** Waits until there is a full batch, or rows that have waited long enough. */
  private async gather(): Promise<Entry[]> {
    const { batchRows } = this.options;
    while (!this.stopping.signal.aborted) {
      const full = this.reader.rowsWaiting >= batchRows || this.reader.bytesWaiting >= BATCH_BYTES;
      if (full || (this.reader.rowsWaiting > 0 && this.reader.waitingMs >= this.longestWait())) {
        return this.reader.take({ rows: batchRows, bytes: BATCH_BYTES });
      }
      await new Promise<void>((resolve) => {
        this.afterLook = resolve;
      });
    }
    return [];
  }

  /** Of the rows that are there now, ms. */
  private longestWait(): number {
    const { interval, unawaitedInterval = UNAWAITED_MS, isAwaited = () => true } = this.options;
    const mayWait = this.reader.rowsWaiting < FEW_ROWS && !isAwaited();
    return mayWait ? Math.max(interval, unawaitedInterval) : interval;
  }

  /** Returns whether there is anything to do, so that it is worth looking again soon. */
  private lookAtQueue(): boolean {
    let isNew = false;
    try {
      isNew = this.reader.advance();
      if (this.unreadable) this.trouble.over();
      this.unreadable = false;
    } catch (error) {
      this.unreadable = true;
      this.meetUnexpected(error, 'the queue cannot be read, trying again');
    }
    this.afterLook?.();
    this.afterLook = undefined;
    return isNew || this.unreadable || this.reader.rowsWaiting > 0;
  }
}
