import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batchOf, type TableRows } from '../src/analytics/batch.ts';
import { openChdb } from '../src/analytics/chdb-engine.ts';
import type { Engine } from '../src/analytics/engine.ts';
import { migrate } from '../src/analytics/migrate.ts';
import type { MeterSampleRow } from '../src/records/meter-samples.ts';
import { SAMPLES, SampleBuffer } from '../src/records/sample-buffer.ts';
import type { Bench, Contender } from './bench.ts';
import { answerAndDrain, type Server, startFarad } from './frames/contenders.ts';
import { frameRows, SAMPLES_PER_FRAME } from './meter-sample-rows.ts';
import { sizes } from './sizes.ts';

const SECONDS = sizes.seconds(6);
const CHARGE_POINTS = 400;
/** Most rows that the sink inserts at a time (`sink.batchRows`). */
const BATCH_ROWS = 50_000;
const BATCHES = 8;

/**
 * What of the engine's speed is left when the rows come from charge points, are validated, flushed and
 * confirmed first.
 */
export const ingestBench: Bench = {
  name: 'ingest',
  question:
    'How many meter samples a second get into ClickHouse, from frames of charge points until the last row is there, and by a bare insert?',
  figures: [
    { key: 'samples', unit: 'per second, in ClickHouse', better: 'higher' },
    { key: 'CPU', unit: 's per million samples, of all processes of the contender', better: 'lower' },
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
    const server = await startFarad({});
    return {
      contenders: [bareInsert(engine, 'block'), bareInsert(engine, 'lines'), endToEnd(server)],
      async close() {
        await server.stop();
        await engine.close();
        rmSync(directory, { recursive: true, force: true });
      },
    };
  },
};

const BARE_NOTES = {
  block:
    'the embedded engine alone, fed with columns as by the sink: nothing is received, checked, flushed or confirmed, and nobody sends; its rows lie ready',
  lines: 'the same with lines of JSONCompactEachRow',
} as const;

/** Rows that lie ready as bytes, in batches as large as the sink's; rollups are kept as in Farad. */
function bareInsert(engine: Engine, format: keyof typeof BARE_NOTES): Contender {
  let runs = 0;
  return {
    name: format === 'block' ? 'bare insert' : 'bare insert of lines',
    note: BARE_NOTES[format],
    async run() {
      runs++;
      const batches = Array.from({ length: BATCHES }, (_, place) => rowsOf(runs * BATCHES + place, format));
      const cpuBefore = process.cpuUsage();
      const began = performance.now();
      for (const [place, rows] of batches.entries())
        await engine.insert({ ...rows, token: `bench-${format}-${runs}-${place}` });
      const seconds = (performance.now() - began) / 1000;
      const { user, system } = process.cpuUsage(cpuBefore);
      const samples = BATCHES * BATCH_ROWS;
      return { samples: samples / seconds, CPU: (user + system) / samples };
    },
  };
}

function rowsOf(place: number, format: keyof typeof BARE_NOTES): TableRows {
  const now = Date.now() - place * 60_000;
  const frames = Math.floor(BATCH_ROWS / SAMPLES_PER_FRAME) + 1;
  const rows: MeterSampleRow[] = [];
  for (let frame = place * frames; frame < (place + 1) * frames; frame++) rows.push(...frameRows(frame, now));
  const packed = new SampleBuffer(Buffer.alloc(1024));
  for (const row of rows.slice(0, BATCH_ROWS)) packed.add(row);
  const [block] = batchOf([{ lane: 1, seq: 1, chunk: packed.finish(SAMPLES, now) }]).tables;
  if (!block || !('block' in block)) throw new Error('samples do not become a block');
  return format === 'block' ? block : { table: block.table, lines: block.toLines() };
}

/** The whole gateway in a closed loop; the clock runs until its journal is empty. */
function endToEnd(server: Server): Contender {
  let runs = 0;
  return {
    name: 'Farad, end to end',
    note: `${CHARGE_POINTS} charge points send, on the same cores, and each sample is confirmed after its flush`,
    async run() {
      const run = {
        traffic: 'MeterValues',
        chargePoints: CHARGE_POINTS,
        samples: SAMPLES_PER_FRAME,
      } as const;
      const { answered, seconds, cpuSeconds } = await answerAndDrain(server, run, ++runs, SECONDS * 1000);
      const samples = answered * SAMPLES_PER_FRAME;
      return { samples: samples / seconds, CPU: (cpuSeconds / samples) * 1e6 };
    },
  };
}
