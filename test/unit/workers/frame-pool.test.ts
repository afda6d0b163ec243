import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openJournal } from '../../../src/journal/journal.ts';
import { createFramePool, type FramePool } from '../../../src/workers/frame-pool.ts';
import { until } from '../../support/until.ts';
import { batchOf, frame, meterValues, rowsIn } from './meter-values-fixtures.ts';

let path: string;
let pool: FramePool;
let failures: Error[];

function start(): FramePool {
  const onFault = (error: Error): void => void failures.push(error);
  return createFramePool({ journal: { path }, threads: 2, batchesInFlight: 4, onFault });
}

beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'farad-pool-'));
  failures = [];
  pool = start();
});

afterEach(async () => {
  await pool.close();
  expect(failures).toEqual([]);
  rmSync(path, { recursive: true, force: true });
});

test('Batches are decided on threads, each with a lane of its own, and their samples are in the journal', async () => {
  const batches = Array.from({ length: 12 }, (_, n) =>
    batchOf([frame(`m-${n}`, 'MeterValues', meterValues(n)), '[2,"bad"']),
  );
  const verdicts = await Promise.all(batches.map((batch) => pool.run(batch)));
  for (const [n, { verdicts: decided, faults }] of verdicts.entries()) {
    expect(faults).toEqual([]);
    expect(decided[0]).toEqual({
      action: 'MeterValues',
      samples: 2,
      digest: { connectorId: 1, at: Date.UTC(2026, 2, 1, 11, 59), lastRegisterWh: 1000 + n, powerW: 7000 },
    });
    expect(decided[1]).toEqual({ action: '', unhandled: true, samples: 0 });
  }
  const journal = openJournal({ path });
  const values = rowsIn(journal).filter(({ measurand }) => measurand === 'Energy.Active.Import.Register');
  expect(values.map(({ value }) => value).sort()).toEqual(Array.from({ length: 12 }, (_, n) => 1000 + n));
  expect(journal.queue.lanes()).toHaveLength(2);
  await journal.close();
});

test('A pool that is closed right after its start ends, and leaves the process alone', async () => {
  for (let round = 0; round < 5; round++) await start().close();
});

test('Threads that refused meter values take them again as soon as the journal has room', async () => {
  const journal = openJournal({ path });
  const lane = journal.openLane();
  const chunk = Buffer.alloc(100_000);
  const small = createFramePool({
    journal: { path, budget: 1_000_000 },
    threads: 1,
    batchesInFlight: 1,
    onFault: (error) => void failures.push(error),
  });
  const outcome = async (): Promise<string> => {
    const batch = batchOf([frame('m-1', 'MeterValues', meterValues(1))]);
    const { verdicts } = await small.run(batch);
    return verdicts[0]?.error?.code ?? 'kept';
  };
  for (let count = 0; count < 10; count++) await lane.append(chunk);
  await until('meter values are refused', async () => (await outcome()) === 'InternalError');

  await journal.queue.remove([{ lane: lane.number, from: 1, to: 10 }]);
  await until('they are taken again', async () => (await outcome()) === 'kept');
  await small.close();
  await journal.close();
});

describe('a thread that hangs', () => {
  const file = new URL('../../integration/programs/hanging-frames.mjs', import.meta.url).pathname;
  const usual = batchOf([frame('m-1', 'MeterValues', meterValues(1))]);
  let faults: string[];
  let one: FramePool;

  beforeEach(() => {
    faults = [];
    const onFault = (error: Error): void => void faults.push(error.message);
    one = createFramePool({ journal: { path }, threads: 1, batchesInFlight: 8, onFault, file });
  });
  afterEach(() => one.close());

  test('is replaced once its batch is given up, and what is handed over from then on is decided', async () => {
    await one.run(usual);
    for (let round = 0; round < 3; round++) {
      const given = new AbortController();
      const hanging = batchOf([frame('HANG', 'MeterValues', meterValues(2))]);
      const hung = Array.from({ length: 7 }, () => one.run(hanging, given.signal));
      await until('the thread hangs', () => Buffer.from(hanging.bytes).toString().startsWith('x'));
      given.abort();
      const after = one.run(usual);
      expect((await Promise.allSettled(hung)).map(({ status }) => status)).toEqual(Array(7).fill('rejected'));
      expect((await after).verdicts).toMatchObject([{ action: 'MeterValues', samples: 2 }]);
    }
    expect(faults).toEqual(Array(3).fill('a frame worker hangs, another takes its place'));
  });

  test('what it posts may be anything: that batch has failed, the thread goes on', async () => {
    await expect(one.run(batchOf([frame('ODD', 'MeterValues', meterValues(1))]))).rejects.toThrow();
    expect((await one.run(usual)).verdicts).toHaveLength(1);
    expect(faults).toEqual([]);
  });
});
