import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openChdb } from '../src/analytics/chdb-engine.ts';
import type { Engine } from '../src/analytics/engine.ts';
import { migrate } from '../src/analytics/migrate.ts';
import { Sink } from '../src/analytics/sink.ts';
import { journalPath, openJournal } from '../src/journal/journal.ts';
import { SAMPLES, SampleBuffer } from '../src/records/sample-buffer.ts';
import { openStore } from '../src/store/store.ts';
import { logTo } from '../src/telemetry/log.ts';
import { mainThreadCpuSeconds } from '../src/telemetry/process-metrics.ts';
import type { Bench, Contender, Reading } from './bench.ts';
import { frameRows, SAMPLES_PER_FRAME } from './meter-sample-rows.ts';

const ROWS = 300_000;
/** What a frame worker appends at a time under load. */
const FRAMES_PER_CHUNK = 18;

/**
 * How fast a full journal gets into the embedded ClickHouse, rollup and flushes included (target: 150,000
 * samples a second).
 */
export const sinkBench: Bench = {
  name: 'sink',
  question:
    'How many meter samples a second does the sink move from the journal into chDB, over the size of a batch?',
  figures: [
    { key: 'rows', unit: 'per second', better: 'higher' },
    { key: 'all threads', unit: 's of CPU per million rows', better: 'lower' },
    { key: 'main thread', unit: 's of CPU per million rows', better: 'lower' },
  ],
  async prepare() {
    const directory = mkdtempSync(join(tmpdir(), 'farad-bench-'));
    const home = process.cwd();
    const engine = await openChdb({
      path: join(directory, 'clickhouse'),
      workDirectory: join(directory, 'cwd'),
      backups: join(directory, 'backups'),
      database: 'farad',
      memory: 1_500_000_000,
      queryTimeout: 20_000,
    });
    process.chdir(home);
    await migrate(engine);
    return {
      contenders: [10_000, 2000, 30_000, 60_000].map((rows) => batchesOf(rows, engine, directory)),
      async close() {
        await engine.close();
        rmSync(directory, { recursive: true, force: true });
      },
    };
  },
};

function batchesOf(batchRows: number, engine: Engine, directory: string): Contender {
  return {
    name: `batches of ${batchRows} rows`,
    async run() {
      const dataDir = mkdtempSync(join(directory, 'data-'));
      await fillJournal(dataDir);
      const reading = await drain(dataDir, batchRows, engine);
      rmSync(dataDir, { recursive: true });
      return reading;
    },
  };
}

async function drain(dataDir: string, batchRows: number, engine: Engine): Promise<Reading> {
  const store = openStore({ dataDir, role: 'analytics' });
  const sink = new Sink({
    dataDir,
    outbox: store.outbox,
    batchRows,
    interval: 200,
    listener: () => undefined,
    log: logTo({ write: () => undefined }, 'warn', 'bench'),
    onBroken(error) {
      throw error;
    },
  });
  const journal = openJournal({ path: journalPath(dataDir, 'edge-0') });
  const began = performance.now();
  const cpuBefore = process.cpuUsage();
  const mainBefore = mainThreadCpuSeconds() ?? 0;
  sink.start(engine);
  while (journal.queue.depth().entries > 0 || journal.queue.savedBatch()) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const mainThread = (mainThreadCpuSeconds() ?? 0) - mainBefore;
  await sink.stop();
  await journal.close();
  await store.close();
  const perMillion = 1e6 / ROWS;
  return {
    rows: ROWS / seconds,
    'all threads': ((user + system) / 1e6) * perMillion,
    'main thread': mainThread * perMillion,
  };
}

async function fillJournal(dataDir: string): Promise<void> {
  const journal = openJournal({ path: journalPath(dataDir, 'edge-0') });
  const lanes = [journal.openLane(), journal.openLane()];
  const rowsPerChunk = FRAMES_PER_CHUNK * SAMPLES_PER_FRAME;
  const now = Date.now();
  const appends: Promise<unknown>[] = [];
  for (let chunk = 0; chunk * rowsPerChunk < ROWS; chunk++) {
    const packed = new SampleBuffer(Buffer.allocUnsafeSlow(4096));
    for (let frame = chunk * FRAMES_PER_CHUNK; frame < (chunk + 1) * FRAMES_PER_CHUNK; frame++) {
      for (const row of frameRows(frame, now)) packed.add(row);
    }
    const bytes = packed.finish(SAMPLES, now);
    appends.push((lanes[chunk % lanes.length] as (typeof lanes)[number]).append(bytes));
  }
  await Promise.all(appends);
  await journal.close();
}
