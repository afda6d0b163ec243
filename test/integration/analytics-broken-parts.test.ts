import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BrokenParts } from '../../src/analytics/broken-parts.ts';
import { meterSamples } from '../../src/records/meter-samples.ts';
import { registerSample } from '../support/analytics-rows.ts';
import { type EmbeddedEngine, insertRows, openEmbeddedEngine } from '../support/embedded-engine.ts';
import { until } from '../support/until.ts';

let embedded: EmbeddedEngine;
beforeAll(async () => {
  embedded = await openEmbeddedEngine();
});
afterAll(() => embedded.close());

const noon = Date.UTC(2026, 10, 20, 12);
const insert = (minute: number) =>
  insertRows(embedded.engine, meterSamples, [
    registerSample({ chargePointId: 'CP-1', ts: noon + minute * 60_000, value: minute }),
  ]);
const rowsOf = async (table: string) =>
  (await embedded.engine.query<{ rows: number }>(`SELECT count() AS rows FROM (SELECT * FROM ${table})`))[0]
    ?.rows;
const sumOf = async () =>
  (await embedded.engine.query<{ sum: number }>('SELECT sum(value) AS sum FROM meter_samples'))[0]?.sum;

/** As a merge leaves a part for whose end there was no room. */
async function breakLastMerge(): Promise<string> {
  const [part] = await embedded.engine.query<{ name: string; path: string }>(
    "SELECT name, path FROM system.parts WHERE database = currentDatabase() AND table = 'meter_samples' AND active AND level > 0 ORDER BY modification_time DESC LIMIT 1",
  );
  if (!part) throw new Error('nothing was merged');
  for (const file of ['columns.txt', 'data.cmrk4']) truncateSync(join(part.path, file));
  return part.name;
}

it('a part that was merged on a full disk is mended out of what it was made of, and nothing is lost or doubled', async () => {
  const lines: unknown[] = [];
  const parts = new BrokenParts({
    engine: embedded.engine,
    log: { error: (details: unknown) => void lines.push(details) } as never,
  });
  for (let minute = 1; minute <= 4; minute++) await insert(minute);
  expect(await parts.look()).toEqual([]);
  await embedded.engine.command('OPTIMIZE TABLE meter_samples FINAL');
  const name = await breakLastMerge();
  // Nothing speaks for it yet, and nobody reads whole tables without need.
  expect(await parts.look()).toEqual([]);
  await expect(sumOf()).rejects.toThrow(/marks/);
  await embedded.engine.command(
    'ALTER TABLE meter_samples MODIFY SETTING max_suspicious_broken_parts_bytes = 1',
  );

  expect(await parts.look()).toEqual([`meter_samples/${name}`]);
  expect(lines).toEqual([{ parts: [`meter_samples/${name}`] }]);
  expect([await sumOf(), await rowsOf('meter_samples')]).toEqual([10, 4]);
  // What hangs on the table goes on: rows that come are noted for the account of energy.
  const touched = await rowsOf('energy_touched');
  await insert(60 * 24);
  await until('the rows are noted', async () => (await rowsOf('energy_touched')) === (touched ?? 0) + 1);
  expect(await parts.look()).toEqual([]);
  expect(lines).toHaveLength(1);
});
