import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { EngineError } from '../../../src/analytics/engine-error.ts';
import { IdleCores } from '../../../src/analytics/idle-cores.ts';
import { keepUp, restMs } from '../../../src/analytics/upkeep.ts';
import { until } from '../../support/until.ts';

const SILENT = pino({ level: 'silent' });

test('a chore takes a tenth of the time, and half of it where most of the machine is idle', () => {
  expect(restMs(1000, 50, 0)).toBe(1000);
  expect(restMs(1000, 2000, 0.2)).toBe(18_000);
  expect(restMs(1000, 2000, 0.9)).toBe(2000);
  expect(restMs(60_000, 2000, 0.9)).toBe(60_000);
});

test('how much of the machine is idle shows when all cores are busy', async () => {
  const cores = new IdleCores();
  const busy = Array.from({ length: availableParallelism() }, () => new Worker('for (;;);', { eval: true }));
  onTestFinished(async () => {
    await Promise.all(busy.map((worker) => worker.terminate()));
  });
  await until('hardly anything is idle', async () => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    const share = cores.share();
    expect(share).toBeGreaterThanOrEqual(0);
    return share < 0.3;
  });
});

test('a chore runs again and again, also after ClickHouse has refused something, until it is stopped', async () => {
  const stopping = new AbortController();
  let runs = 0;
  const chore = {
    name: 'test',
    every: 1,
    run: async () => {
      if (++runs === 1) throw new EngineError('away', 'ClickHouse is away');
    },
  };
  const running = keepUp(chore, SILENT, stopping.signal);
  await until('it has run', () => runs > 3);
  stopping.abort();
  await running;
  const before = runs;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(runs).toBe(before);
});
