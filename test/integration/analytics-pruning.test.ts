import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EnergyRollup } from '../../src/analytics/energy/energy-rollup.ts';
import { prepare } from '../../src/analytics/query-service.ts';
import { transactions } from '../../src/records/transactions.ts';
import { transactionRow } from '../support/analytics-rows.ts';
import { type EmbeddedEngine, insertRows, openEmbeddedEngine } from '../support/embedded-engine.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const noon = Date.UTC(2026, 4, 4, 12);

describe('a day of transactions', () => {
  let embedded: EmbeddedEngine;
  beforeAll(async () => {
    embedded = await openEmbeddedEngine();
    await embedded.engine.command('SYSTEM STOP MERGES transactions');
    // A part for each insert: of last year, of two months ago, and of the day with a later version in a part
    // of its own.
    for (const [index, at] of [noon - 300 * DAY, noon - 60 * DAY, noon].entries()) {
      const begun = { transactionId: index + 1, startedAt: at, meterStart: 0 };
      await insertRows(embedded.engine, transactions, [transactionRow(begun)]);
      const over = { version: 2, stoppedAt: at + HOUR, meterStop: 4000, state: 'stopped' } as const;
      await insertRows(embedded.engine, transactions, [transactionRow({ ...begun, ...over })]);
    }
    // Of a charge point whose clock is years ahead.
    const begun = {
      transactionId: 4,
      startedAt: noon + 900 * DAY,
      meterStart: 0,
      receivedAt: noon - 100 * DAY,
    };
    await insertRows(embedded.engine, transactions, [transactionRow(begun)]);
    const rollup = new EnergyRollup({
      engine: embedded.engine,
      timeLimit: 20_000,
      samplesKept: 10_000 * DAY,
    });
    await rollup.keepUp();
  });
  afterAll(() => embedded.close());

  const range = { from: noon - HOUR, to: noon + 2 * HOUR };

  it.each(['sessions', 'utilisation', 'idle'])('is read without what came long before: %s', async (name) => {
    const prepared = prepare(name, range);
    if ('ok' in prepared) throw new Error(prepared.message);
    const plan = await embedded.engine.query<{ explain: string }>(
      `EXPLAIN indexes = 1 ${prepared.sql}`,
      prepared.parameters,
    );
    const lines = plan.map(({ explain }) => explain);
    const reading = lines.slice(
      lines.findIndex((line) => /ReadFromMergeTree \(\w+\.transactions\)/.test(line)),
    );
    const parts = reading.find((line) => /Parts: \d+\/\d+/.test(line));
    expect(parts).toMatch(/Parts: 2\/7/);
  });

  it.each(['transactions'])('is listed without what began long before or after: %s', async (name) => {
    const day = { from: noon - 60 * DAY - HOUR, to: noon - 60 * DAY + 2 * HOUR };
    const prepared = prepare(name, day);
    if ('ok' in prepared) throw new Error(prepared.message);
    const plan = await embedded.engine.query<{ explain: string }>(
      `EXPLAIN indexes = 1 ${prepared.sql}`,
      prepared.parameters,
    );
    const lines = plan.map(({ explain }) => explain);
    const index = lines.slice(lines.findIndex((line) => /Name: by_start/.test(line)));
    expect(index.find((line) => /Parts: \d+\/\d+/.test(line))).toMatch(/Parts: 2\/7/);
    expect(await embedded.engine.query(prepared.sql, prepared.parameters)).toMatchObject([
      { transactionId: 2, state: 'stopped', energyWh: 4000 },
    ]);
  });

  it('is listed whatever the clock of the charge point, and by how things stand now', async () => {
    const list = async (question: object) => {
      const prepared = prepare('transactions', { ...question });
      if ('ok' in prepared) throw new Error(prepared.message);
      const rows = await embedded.engine.query<{ transactionId: number }>(prepared.sql, prepared.parameters);
      return rows.map(({ transactionId }) => transactionId);
    };
    const ahead = { from: noon + 900 * DAY - HOUR, to: noon + 900 * DAY + HOUR };
    for (const days of [0, 40]) {
      const wider = (from: number, to: number) => ({ from, to: to + days * DAY });
      expect(await list(wider(ahead.from, ahead.to))).toEqual([4]);
      expect(await list(wider(range.from, range.to))).toEqual([3]);
      expect(await list({ ...wider(range.from, range.to), state: 'open' })).toEqual([]);
    }
    expect(await list({})).toEqual([4, 3, 2, 1]);
  });

  it('is told with the newest version of each', async () => {
    const prepared = prepare('sessions', { ...range, interval: 'day' });
    if ('ok' in prepared) throw new Error(prepared.message);
    expect(await embedded.engine.query(prepared.sql, prepared.parameters)).toMatchObject([
      { sessions: 1, stopped: 1, open: 0, energyWh: 4000 },
    ]);
  });
});
