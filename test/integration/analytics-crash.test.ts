import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openChdb } from '../../src/analytics/chdb-engine.ts';
import { type Journal, journalPath, openJournal } from '../../src/journal/journal.ts';
import { packChunk } from '../../src/records/chunk.ts';
import { connections } from '../../src/records/connections.ts';
import { registerSample, sampleChunk } from '../support/analytics-rows.ts';
import { linesOf } from '../support/embedded-engine.ts';
import { until } from '../support/until.ts';
import { type Program, startProgram } from './children.ts';

type Told = { readonly inserting: string } | { readonly inserted: string };

const noon = Date.UTC(2026, 4, 4, 12);
const ROWS_PER_CHUNK = 100;

it('SIGKILL of the sink in the middle of inserts neither loses nor doubles a row', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'farad-crash-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const journals = ['edge-0', 'edge-1'].map((edge) => openJournal({ path: journalPath(dataDir, edge) }));
  const writers = journals.flatMap((journal, edge) =>
    [0, 1].map((lane) => writeRows(journal, `CP-${edge}-${lane}`)),
  );

  // Each life of the sink ends at another moment: as an insert begins, while it runs, as it has ended, and a
  // little later.
  for (const [moment, insertsBefore] of [
    ['inserting', 1],
    ['inserted', 2],
    ['inserting', 3],
    ['inserted', 1],
    ['inserting', 5],
    ['inserted', 4],
  ] as const) {
    const program = startProgram<Told>('analytics-sink', [dataDir]);
    await until(`${insertsBefore} x ${moment}`, () => howOften(program, moment) >= insertsBefore);
    program.process.kill('SIGKILL');
    await program.ended;
  }
  const last = startProgram<Told>('analytics-sink', [dataDir]);
  const written = await Promise.all(writers.map((stop) => stop()));
  await until('the journals are drained', () =>
    journals.every(({ queue }) => queue.depth().entries === 0 && !queue.savedBatch()),
  );
  last.process.kill('SIGKILL');
  await last.ended;
  for (const journal of journals) await journal.close();

  const home = process.cwd();
  const engine = await openChdb({
    path: join(dataDir, 'clickhouse'),
    workDirectory: join(dataDir, 'clickhouse-cwd'),
    backups: join(dataDir, 'backups'),
    database: 'farad',
    memory: 1_000_000_000,
    queryTimeout: 20_000,
  });
  await engine.prepare();
  for (const table of ['meter_samples', 'connections']) {
    const rows = await engine.query(
      `SELECT charge_point_id AS chargePointId, count() AS rows FROM ${table} GROUP BY 1 ORDER BY 1`,
    );
    expect(rows, table).toEqual(written);
  }
  await engine.close();
  process.chdir(home);
}, 60_000);

function howOften({ told }: Program<Told>, moment: 'inserting' | 'inserted'): number {
  return told.filter((message) => moment in message).length;
}

/**
 * Appends chunks for both tables as fast as they are flushed, until the returned function is called; it
 * answers how many rows each table was given.
 */
function writeRows(
  journal: Journal,
  chargePointId: string,
): () => Promise<{ chargePointId: string; rows: number }> {
  const lane = journal.openLane();
  let chunks = 0;
  let stopped = false;
  const writing = (async () => {
    while (!stopped) {
      const numbers = Array.from({ length: ROWS_PER_CHUNK }, (_, index) => chunks * ROWS_PER_CHUNK + index);
      const samples = numbers.map((number) =>
        registerSample({ chargePointId, ts: noon + number * 1000, value: number }),
      );
      const closings = linesOf(
        connections,
        numbers.map((number) => ({
          chargePointId,
          event: 'closed' as const,
          epoch: number,
          remoteAddress: '',
          code: null,
          reason: '',
          durationMs: null,
          receivedAt: Date.now(),
        })),
      );
      await Promise.all([
        lane.append(sampleChunk(samples)),
        lane.append(packChunk(connections.id, ROWS_PER_CHUNK, Date.now(), closings.toString())),
      ]);
      chunks++;
      // A steady 10,000 rows a second or so from all writers: more would only make the machine the subject.
      await new Promise((resolve) => setTimeout(resolve, 80));
    }
  })();
  return async () => {
    stopped = true;
    await writing;
    return { chargePointId, rows: chunks * ROWS_PER_CHUNK };
  };
}
