import { afterAll, beforeAll, expect, it } from 'vitest';
import { DiskRoom } from '../../src/analytics/disk-room.ts';
import { MergePause } from '../../src/analytics/merge-pause.ts';
import { meterSamples } from '../../src/records/meter-samples.ts';
import { registerSample } from '../support/analytics-rows.ts';
import { type EmbeddedEngine, insertRows, openEmbeddedEngine } from '../support/embedded-engine.ts';

const MIB = 1024 * 1024;
const noon = Date.UTC(2026, 10, 20, 12);

let embedded: EmbeddedEngine;
beforeAll(async () => {
  embedded = await openEmbeddedEngine();
});
afterAll(() => embedded.close());

const silent = { warn: () => undefined, info: () => undefined } as never;
const insert = (minute: number) =>
  insertRows(embedded.engine, meterSamples, [
    registerSample({ chargePointId: 'CP-1', ts: noon + minute * 60_000, value: minute }),
  ]);
const merge = () => embedded.engine.command('OPTIMIZE TABLE meter_samples FINAL');

it('no part is merged while the disk is nearly full, and all are once there is room again', async () => {
  const lines: string[] = [];
  let left = 0;
  const pause = new MergePause({
    engine: embedded.engine,
    room: new DiskRoom(() => left),
    log: { warn: () => lines.push('pause'), info: () => lines.push('resume') } as never,
  });
  await insert(1);
  await insert(2);
  left = 511 * MIB;
  await pause.run();
  await expect(merge()).rejects.toThrow(/merg/i);

  // Between the two limits all stays as it is.
  left = 530 * MIB;
  await pause.run();
  await expect(merge()).rejects.toThrow(/merg/i);

  left = 600 * MIB;
  await pause.run();
  await merge();
  left = 530 * MIB;
  await pause.run();
  await insert(3);
  await merge();
  expect(lines).toEqual(['pause', 'resume']);
});

it('merges are paused while an insert or another command is under way', async () => {
  const slow = embedded.engine.command(
    'CREATE TABLE slow ENGINE = Null AS SELECT sleepEachRow(0.5) FROM numbers(1)',
  );
  let ended = false;
  void slow.then(() => {
    ended = true;
  });
  const pause = new MergePause({
    engine: embedded.engine,
    room: new DiskRoom(() => 0),
    log: silent,
  });
  await pause.run();
  expect(ended).toBe(false);
  await slow;
  await embedded.engine.command('SYSTEM START MERGES');
});

it('the less is left, the sooner it is looked again: before a fast writer can have filled the disk', async () => {
  let left = 0;
  const pause = new MergePause({
    engine: { command: () => Promise.resolve() },
    room: new DiskRoom(() => left),
    log: silent,
  });
  const waits: number[] = [];
  for (const mib of [100, 600, 1024, 100_000]) {
    left = mib * MIB;
    await pause.run();
    waits.push(pause.every);
  }
  expect(waits).toEqual([10, 22, 128, 1000]);
});
