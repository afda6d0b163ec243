import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine, Insert } from '../../src/analytics/engine.ts';
import { Sink, type SinkOptions } from '../../src/analytics/sink.ts';
import { type Journal, journalPath, openJournal } from '../../src/journal/journal.ts';
import type { OverflowingLane as Lane } from '../../src/journal/overflow.ts';
import { packChunk } from '../../src/records/chunk.ts';
import { type MeterSampleRow, meterSamples } from '../../src/records/meter-samples.ts';
import { encodeRow, type Table } from '../../src/records/table.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { logTo } from '../../src/telemetry/log.ts';
import { sampleChunk } from './analytics-rows.ts';
import { until } from './until.ts';

/**
 * A data directory with a store and the journal of one edge, and sinks that drain them one after the other.
 */
export interface SinkUnderTest {
  readonly dataDir: string;
  readonly store: Store;
  readonly journal: Journal;
  readonly lane: Lane;
  /** A sink that inserts into `engine`; without one it only reads. */
  open(engine: Engine | undefined, change?: Partial<SinkOptions>): Sink;
  /** Appends one chunk with these rows to the journal. */
  append<Row>(table: Table<Row>, rows: readonly Row[]): Promise<void>;
  /** Adds each row to the outbox by itself. */
  send<Row>(table: Table<Row>, rows: readonly Row[]): Promise<void>;
  /** Resolves once journal and outbox are empty. */
  drained(): Promise<unknown>;
  close(): Promise<void>;
}

export function openSinkUnderTest(): SinkUnderTest {
  const dataDir = mkdtempSync(join(tmpdir(), 'farad-sink-'));
  const store = openStore({ dataDir, role: 'setup' });
  const journal = openJournal({ path: journalPath(dataDir, 'edge-0') });
  const lane = journal.openLane();
  const outboxLane = store.outbox.openLane();
  const sinks: Sink[] = [];
  return {
    dataDir,
    store,
    journal,
    lane,
    open(engine, change = {}) {
      const sink = new Sink({
        dataDir,
        outbox: store.outbox,
        batchRows: 1000,
        interval: 20,
        pauses: { first: 5, longest: 20 },
        listener: () => undefined,
        onBroken: (error) => {
          throw error;
        },
        log: logTo({ write: () => undefined }, 'info', 'test'),
        ...change,
      });
      sinks.push(sink);
      if (engine) sink.start(engine);
      return sink;
    },
    async append(table, rows) {
      await lane.append(chunkOf(table, rows));
    },
    async send(table, rows) {
      for (const row of rows) await outboxLane.append(chunkOf(table, [row]));
    },
    drained: () =>
      until('journal and outbox are drained', () =>
        [journal.queue, store.outbox].every((queue) => queue.depth().entries === 0 && !queue.savedBatch()),
      ),
    async close() {
      for (const sink of sinks) await sink.stop();
      await journal.close();
      await store.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function chunkOf<Row>(table: Table<Row>, rows: readonly Row[]): Buffer {
  if (table.id === meterSamples.id) return sampleChunk(rows as unknown as readonly MeterSampleRow[]);
  const lines = rows.map((row) => `${encodeRow(table, row)}\n`).join('');
  return packChunk(table.id, rows.length, Date.now(), lines);
}

/** What happens around an insert; what is thrown there is what the sink gets. */
export interface InsertHooks {
  before?(insert: Insert): unknown;
  /** Once the rows are in the table. */
  after?(insert: Insert): unknown;
}

/** `engine` with something happening around its inserts. */
export function engineAround(engine: Engine, { before, after }: InsertHooks): Engine {
  return {
    prepare: () => engine.prepare(),
    command: (sql) => engine.command(sql),
    query: (...question) => engine.query(...question),
    export: (...question) => engine.export(...question),
    foreign: (...question) => engine.foreign(...question),
    syntaxTree: (...question) => engine.syntaxTree(...question),
    backup: (name) => engine.backup(name),
    close: () => Promise.resolve(),
    async insert(insert) {
      await before?.(insert);
      await engine.insert(insert);
      await after?.(insert);
    },
  };
}
