import type { ChunkWriter } from '../records/chunk.ts';
import { LineBuffer } from '../records/chunk.ts';
import { EXCHANGES, type Exchange, ExchangeBuffer, ROWS_PER_EXCHANGE } from '../records/exchanges.ts';
import { messages } from '../records/messages.ts';
import type { Table, TableName } from '../records/table.ts';
import type { ThrottledLog } from '../telemetry/log.ts';
import { metrics } from '../telemetry/metrics.ts';

export interface RowBufferOptions {
  /** A chunk is written as soon as it has this many rows. */
  readonly maxRows: number;
  /** The longest that a row waits for company, ms; 0 = until the end of this turn of the event loop. */
  readonly maxDelayMs: number;
  /** Rows waiting or being written; what comes on top is lost and counted. Default 100,000. */
  readonly maxPending?: number;
  readonly log?: ThrottledLog;
}

/** Where full chunks go: a lane of the journal. */
export interface ChunkSink {
  append(chunk: Uint8Array): Promise<unknown>;
}

/** A chunk that is being filled. */
interface Gathering<Writer extends ChunkWriter = ChunkWriter> {
  /** Number of the chunk. */
  readonly id: number;
  /** Where its rows end up. */
  readonly table: TableName;
  readonly writer: Writer;
}

/** Room for a usual chunk; one that needs more grows. */
const FIRST_BYTES = 64 * 1024;

/** A chunk is also written when it has so many bytes: rows may be long. */
const FULL_BYTES = 512 * 1024;

/** Buffers of usual size are used again, but no more than so many of them. */
const KEPT_BYTES = 1024 * 1024;
const KEPT_BUFFERS = 4;

const kept = metrics.counter('farad_journal_rows_total', 'Rows written to the journal by the row buffer.', [
  'table',
]);
const lost = metrics.counter('farad_journal_rows_lost_total', 'Rows that could not be kept in the journal.', [
  'table',
  'reason',
]);

/**
 * Gathers rows that need no confirmation before an answer (authorizations, connections, messages) and writes
 * them as chunks, one per table. Callers never wait and never see an error: a row that cannot be kept is
 * counted and logged.
 */
export class RowBuffer {
  private readonly sink: ChunkSink;
  private readonly options: Required<Omit<RowBufferOptions, 'log'>>;
  private readonly log: ThrottledLog | undefined;
  private readonly gathering = new Map<number, Gathering>();
  private readonly free: Buffer[] = [];
  private readonly underWay = new Set<Promise<void>>();
  private pending = 0;
  private cancelWake: (() => void) | undefined;

  constructor(sink: ChunkSink, { maxRows, maxDelayMs, maxPending = 100_000, log }: RowBufferOptions) {
    this.sink = sink;
    this.options = { maxRows, maxDelayMs, maxPending };
    this.log = log;
  }

  add<Row>(table: Table<Row>, row: Row): void {
    if (!this.admits(table.name, 1)) return;
    const known = this.gathering.get(table.id) as Gathering<LineBuffer> | undefined;
    const gathering = known ?? this.begin(table.id, table.name, new LineBuffer(this.buffer()));
    gathering.writer.add(table, row);
    this.added(gathering);
  }

  /** Adds the rows of `messages` that an exchange becomes. */
  exchange(exchange: Exchange): void {
    if (!this.admits(messages.name, ROWS_PER_EXCHANGE)) return;
    const known = this.gathering.get(EXCHANGES) as Gathering<ExchangeBuffer> | undefined;
    const gathering = known ?? this.begin(EXCHANGES, messages.name, new ExchangeBuffer(this.buffer()));
    gathering.writer.add(exchange);
    this.added(gathering);
  }

  /** Resolves when every row added so far is on the disk or counted as lost. */
  async flush(): Promise<void> {
    this.writeAll();
    await Promise.all(this.underWay);
  }

  private admits(table: TableName, rows: number): boolean {
    if (this.pending < this.options.maxPending) {
      this.pending += rows;
      return true;
    }
    lost.with({ table, reason: 'full' }).inc(rows);
    this.log?.warn({ table, pending: this.pending }, 'journal cannot keep up, rows are lost');
    return false;
  }

  private begin<Writer extends ChunkWriter>(id: number, table: TableName, writer: Writer): Gathering<Writer> {
    const gathering = { id, table, writer };
    this.gathering.set(id, gathering);
    return gathering;
  }

  private buffer(): Buffer {
    return this.free.pop() ?? Buffer.allocUnsafeSlow(FIRST_BYTES);
  }

  private added(gathering: Gathering): void {
    const { writer } = gathering;
    if (writer.rows >= this.options.maxRows || writer.size >= FULL_BYTES) this.write(gathering);
    else if (!this.cancelWake) this.wakeLater();
  }

  private wakeLater(): void {
    const { maxDelayMs } = this.options;
    if (maxDelayMs > 0) {
      const timer = setTimeout(() => this.writeAll(), maxDelayMs);
      this.cancelWake = () => clearTimeout(timer);
    } else {
      const immediate = setImmediate(() => this.writeAll());
      this.cancelWake = () => clearImmediate(immediate);
    }
  }

  private writeAll(): void {
    this.cancelWake?.();
    this.cancelWake = undefined;
    for (const gathering of this.gathering.values()) this.write(gathering);
  }

  private write({ id, table, writer }: Gathering): void {
    this.gathering.delete(id);
    const { rows } = writer;
    const chunk = writer.finish(id, Date.now());
    const writing = this.sink
      .append(chunk)
      .then(
        () => kept.with({ table }).inc(rows),
        (error: unknown) => {
          lost.with({ table, reason: 'write' }).inc(rows);
          this.log?.error({ err: error, table, rows }, 'rows could not be written to the journal');
        },
      )
      .finally(() => {
        this.pending -= rows;
        this.underWay.delete(writing);
        this.giveBack(chunk.buffer as ArrayBuffer);
      });
    this.underWay.add(writing);
  }

  /** The journal has read the bytes; they may hold other rows now. */
  private giveBack(bytes: ArrayBuffer): void {
    if (bytes.byteLength <= KEPT_BYTES && this.free.length < KEPT_BUFFERS) this.free.push(Buffer.from(bytes));
  }
}
