import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { BrokenParts } from '../../src/analytics/broken-parts.ts';
import { DiskRoom } from '../../src/analytics/disk-room.ts';
import type { Engine, Insert } from '../../src/analytics/engine.ts';
import { SteadyInsert } from '../../src/analytics/steady-insert.ts';
import { Trouble } from '../../src/analytics/trouble.ts';
import { WholeInserts } from '../../src/analytics/whole-inserts.ts';
import { meterSamples } from '../../src/records/meter-samples.ts';
import { throttled } from '../../src/telemetry/log.ts';
import { registerSample } from '../support/analytics-rows.ts';
import { type EmbeddedEngine, linesOf, openEmbeddedEngine } from '../support/embedded-engine.ts';

/** Inserts in the middle of which the disk of the embedded engine is full. */

const PLENTY = 2 ** 40;
const noon = Date.UTC(2026, 10, 20, 12);
const silent = { error: () => undefined, warn: () => undefined } as never;

let embedded: EmbeddedEngine;
let free: number;
/** Runs between an insert and the answer to it. */
let afterInsert: ((insert: Insert) => Promise<void>) | undefined;
let inserts: WholeInserts;
let steady: SteadyInsert;

beforeAll(async () => {
  embedded = await openEmbeddedEngine();
  await embedded.engine.command('SYSTEM STOP MERGES');
});
afterAll(() => embedded.close());

beforeEach(() => {
  const { engine } = embedded;
  [free, afterInsert] = [PLENTY, undefined];
  inserts = new WholeInserts({
    engine: new Proxy(engine, {
      get(target, name) {
        if (name !== 'insert') return Reflect.get(target, name).bind(target);
        return async (insert: Insert) => {
          await target.insert(insert);
          await afterInsert?.(insert);
        };
      },
    }) as Engine,
    parts: new BrokenParts({ engine, log: silent }),
    room: new DiskRoom(() => free),
  });
  steady = new SteadyInsert({
    engine: inserts,
    stopping: new AbortController().signal,
    warn: throttled(silent, 1000),
    trouble: new Trouble(),
    pauses: { first: 1, longest: 5 },
    settling: 1,
    onBroken: () => undefined,
  });
});

let minute = 0;
function nextInsert(): Insert {
  minute++;
  const row = registerSample({ chargePointId: 'CP-1', ts: noon + minute * 60_000, value: minute });
  return { table: 'meter_samples', lines: linesOf(meterSamples, [row]), token: `minute:${minute}` };
}

/** As ClickHouse leaves the last part of a table where there was no room for its end. */
async function breakLastPart(table: string): Promise<void> {
  const [part] = await embedded.engine.query<{ path: string }>(
    `SELECT path FROM system.parts WHERE database = currentDatabase() AND table = '${table}' AND active ORDER BY min_block_number DESC LIMIT 1`,
  );
  if (!part) throw new Error(`there is no part of ${table}`);
  truncateSync(join(part.path, 'data.cmrk4'));
}

const fullDisk = (table: string) => async () => {
  afterInsert = undefined;
  free = 0;
  await breakLastPart(table);
};

const minutes = async () =>
  (await embedded.engine.query<{ value: number }>('SELECT value FROM meter_samples ORDER BY ts')).map(
    ({ value }) => value,
  );
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

it('rows whose part was broken by a full disk are inserted again, and none is doubled', async () => {
  expect(await steady.insert(nextInsert())).toBeUndefined();
  afterInsert = fullDisk('meter_samples');
  expect(await steady.insert(nextInsert())).toBeUndefined();
  free = PLENTY;
  expect(await steady.insert(nextInsert())).toBeUndefined();
  expect(await minutes()).toEqual(upTo(minute));
});

it('an insert whose part was broken is refused, and says so', async () => {
  afterInsert = fullDisk('meter_samples');
  const insert = nextInsert();
  await expect(inserts.insert(insert)).rejects.toMatchObject({
    fault: 'away',
    message: expect.stringMatching(/^the disk was full when ClickHouse wrote meter_samples\/2026/),
  });
  expect(await steady.insert(insert, { repeated: true })).toBeUndefined();
  expect(await minutes()).toEqual(upTo(minute));
});

it('a part that was written on a full disk and can be read stays', async () => {
  afterInsert = async () => {
    free = 0;
  };
  await inserts.insert(nextInsert());
  expect(await minutes()).toEqual(upTo(minute));
});

it('what was written before the last look is looked at again where that look failed', async () => {
  const { engine } = embedded;
  const command = engine.command.bind(engine);
  afterInsert = async (insert) => {
    await fullDisk('meter_samples')();
    expect(insert.table).toBe('meter_samples');
    engine.command = () => {
      engine.command = command;
      return Promise.reject(new Error('DETACH was refused'));
    };
  };
  const insert = nextInsert();
  await expect(inserts.insert(insert)).rejects.toThrow('DETACH was refused');
  free = PLENTY;
  expect(await steady.insert(insert, { repeated: true })).toBeUndefined();
  expect(await minutes()).toEqual(upTo(minute));
});

it('days whose note was lost with a broken part are noted again', async () => {
  await embedded.engine.command('TRUNCATE TABLE energy_touched');
  afterInsert = fullDisk('energy_touched');
  expect(await steady.insert(nextInsert())).toBeUndefined();
  const noted = await embedded.engine.query(
    'SELECT DISTINCT charge_point_id AS id, connector_id AS connector, day FROM energy_touched',
  );
  expect(noted).toEqual([{ id: 'CP-1', connector: 1, day: Math.floor(noon / 86_400_000) }]);
  expect(await minutes()).toEqual(upTo(minute));
});
