import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EnergyRollup } from '../../src/analytics/energy/energy-rollup.ts';
import type { ReadBounds } from '../../src/analytics/engine.ts';
import { QueryService } from '../../src/analytics/query-service.ts';
import type { MessageRow } from '../../src/records/messages.ts';
import { messages } from '../../src/records/messages.ts';
import { meterSamples } from '../../src/records/meter-samples.ts';
import { transactions } from '../../src/records/transactions.ts';
import { registerSample, transactionRow } from '../support/analytics-rows.ts';
import { type EmbeddedEngine, insertRows, openEmbeddedEngine } from '../support/embedded-engine.ts';

const MINUTE = 60_000;
const noon = Math.floor(Date.now() / MINUTE) * MINUTE - 60 * MINUTE;
const iso = (time: number) => new Date(time).toISOString();

describe('the named queries', () => {
  let embedded: EmbeddedEngine;
  let service: QueryService;

  beforeAll(async () => {
    embedded = await openEmbeddedEngine();
    const rollup = new EnergyRollup({
      engine: embedded.engine,
      timeLimit: 20_000,
      samplesKept: 1e12,
    });
    service = new QueryService({
      atATime: 2,
      engine: () => embedded.engine,
      energy: () => rollup,
      queryTimeout: 20_000,
      problem: () => 'closed',
    });
    const { engine } = embedded;
    await insertRows(
      engine,
      meterSamples,
      Array.from({ length: 10 }, (_, index) => [
        registerSample({ ts: noon + index * MINUTE, value: index * 100 }),
        registerSample({
          ts: noon + index * MINUTE,
          value: 7000 + index,
          measurand: 'Power.Active.Import',
          unit: 'W',
        }),
      ]).flat(),
    );
    await insertRows(engine, meterSamples, [
      registerSample({ chargePointId: "O'Brien \\ Søn 充", ts: noon, value: 1 }),
      registerSample({ ts: noon, value: 0, receivedAt: noon + 5000 }),
      registerSample({
        chargePointId: 'CP-2',
        ts: noon,
        value: null,
        rawValue: 'c2lnbmVk',
        format: 'SignedData',
      }),
    ]);
    await insertRows(engine, transactions, [
      transactionRow({ transactionId: 1, startedAt: noon, meterStart: 0 }),
      transactionRow({
        transactionId: 2,
        startedAt: noon + MINUTE,
        meterStart: 50,
        idTag: 'other',
        connectorId: 2,
      }),
    ]);
    await insertRows(engine, transactions, [
      transactionRow({
        transactionId: 1,
        version: 2,
        startedAt: noon,
        meterStart: 0,
        stoppedAt: noon + 9 * MINUTE,
        meterStop: 900,
        state: 'stopped',
      }),
    ]);
    await insertRows(engine, messages, [
      ...Array.from({ length: 5 }, (_, index) =>
        message({ messageId: `m${index}`, receivedAt: noon + index }),
      ),
      message({ messageId: 'm4', direction: 'out', type: 'CALLRESULT', receivedAt: noon + 4 }),
      message({
        chargePointId: 'CP-2',
        messageId: 'x',
        action: 'Reset',
        direction: 'out',
        receivedAt: noon + 9,
      }),
    ]);
  });
  afterAll(() => embedded.close());

  const message = (change: Partial<MessageRow>): MessageRow => ({
    chargePointId: 'CP-1',
    direction: 'in',
    type: 'CALL',
    messageId: '',
    action: 'BootNotification',
    errorCode: '',
    payload: '{"a":"\\n\\u0000"}',
    receivedAt: noon,
    ...change,
  });

  async function ask(name: string, parameters: Record<string, unknown> = {}) {
    const answer = await service.answer({ name, parameters }, 20_000);
    if (!answer.ok) throw new Error(`${answer.code}: ${answer.message}`);
    return answer.rows;
  }

  it('meter-samples: one charge point in the order of time, each sample once, a page at a time', async () => {
    const all = await ask('meter-samples', { chargePointId: 'CP-1' });
    expect(all).toHaveLength(20);
    expect(all[0]).toEqual({
      chargePointId: 'CP-1',
      connectorId: 1,
      transactionId: null,
      measurand: 'Energy.Active.Import.Register',
      phase: '',
      location: 'Outlet',
      context: 'Sample.Periodic',
      format: 'Raw',
      unit: 'Wh',
      time: iso(noon),
      value: 0,
      rawValue: '0',
      source: 'MeterValues',
      flags: [],
      receivedAt: iso(noon + 5000),
    });
    const power = { chargePointId: 'CP-1', measurand: 'Power.Active.Import' };
    const values = async (more: object) =>
      (await ask('meter-samples', { ...power, ...more })).map(({ value }) => value);
    expect(await values({ from: noon + 2 * MINUTE, to: noon + 4 * MINUTE })).toEqual([7002, 7003]);
    expect(await values({ limit: 2, offset: 2 })).toEqual([7002, 7003]);
    expect(await values({ limit: 2, order: 'desc' })).toEqual([7009, 7008]);
  });

  it('meter-samples: an identity may be any text, and what is no number is null beside its raw text', async () => {
    expect(await ask('meter-samples', { chargePointId: "O'Brien \\ Søn 充" })).toHaveLength(1);
    expect(await ask('meter-samples', { chargePointId: "x' OR '1'='1" })).toEqual([]);
    expect(await ask('meter-samples', { chargePointId: 'CP-2' })).toEqual([
      expect.objectContaining({ value: null, rawValue: 'c2lnbmVk' }),
    ]);
  });

  it('meter-sample-totals: rows as they lie there, or as queries see them', async () => {
    const lying = await ask('meter-sample-totals', { prefix: 'CP-' });
    expect(lying).toEqual([
      { chargePointId: 'CP-1', count: 21, sum: 74_545, firstAt: iso(noon), lastAt: iso(noon + 9 * MINUTE) },
      { chargePointId: 'CP-2', count: 1, sum: null, firstAt: iso(noon), lastAt: iso(noon) },
    ]);
    expect((await ask('meter-sample-totals', { prefix: 'CP-1', final: true }))[0]).toMatchObject({
      count: 20,
    });
    expect(await ask('meter-sample-totals', { from: noon + 8 * MINUTE })).toEqual([
      expect.objectContaining({ chargePointId: 'CP-1', count: 4 }),
    ]);
  });

  it('transactions and their totals: the newest version counts, the latest start comes first', async () => {
    const rows = await ask('transactions', { chargePointId: 'CP-1' });
    expect(rows.map(({ transactionId, state, energyWh }) => [transactionId, state, energyWh])).toEqual([
      [2, 'open', null],
      [1, 'stopped', 900],
    ]);
    expect(rows[1]).toMatchObject({
      startedAt: iso(noon),
      stoppedAt: iso(noon + 9 * MINUTE),
      idTag: 'TAG-1',
    });
    expect(await ask('transactions', { idTag: 'OTHER' })).toHaveLength(1);
    expect(await ask('transactions', { state: 'stopped', to: noon + MINUTE })).toHaveLength(1);
    expect(await ask('transactions', { limit: 1, offset: 1 })).toEqual([
      expect.objectContaining({ transactionId: 1 }),
    ]);
    expect(await ask('transaction-totals', { prefix: 'CP-1', final: true })).toEqual([
      {
        chargePointId: 'CP-1',
        count: 2,
        transactions: 2,
        stopped: 1,
        energyWh: 900,
        energyUnknown: 0,
        firstAt: iso(noon),
        lastAt: iso(noon + MINUTE),
      },
    ]);
    expect((await ask('transaction-totals'))[0]).toMatchObject({ count: 3, transactions: 2 });
  });

  it('messages: newest first, by charge point, action, direction, id and time', async () => {
    const rows = await ask('messages', { chargePointId: 'CP-1' });
    expect(rows.map(({ messageId, direction }) => [messageId, direction])).toEqual([
      ['m4', 'out'],
      ['m4', 'in'],
      ['m3', 'in'],
      ['m2', 'in'],
      ['m1', 'in'],
      ['m0', 'in'],
    ]);
    expect(rows[1]).toMatchObject({
      payload: '{"a":"\\n\\u0000"}',
      receivedAt: iso(noon + 4),
      errorCode: '',
    });
    expect(await ask('messages', { action: 'Reset' })).toEqual([
      expect.objectContaining({ chargePointId: 'CP-2' }),
    ]);
    expect(await ask('messages', { messageId: 'm4', direction: 'out' })).toHaveLength(1);
    // Bounds within an hour, and beyond what hours are kept in.
    const within = async (from: number, to: number) =>
      (await ask('messages', { chargePointId: 'CP-1', from, to })).length;
    const [first = 0, last = 0] = [rows.at(-1), rows[0]].map((row) => Date.parse(String(row?.receivedAt)));
    expect(await within(first, last + 1)).toBe(rows.length);
    expect(await within(first + 1, last)).toBeLessThan(rows.length - 1);
    expect(await within(Date.UTC(1900, 1), Date.UTC(2290, 1))).toBe(rows.length);
    expect(await ask('messages', { chargePointId: 'CP-1', to: noon + 4, limit: 2 })).toEqual([
      expect.objectContaining({ messageId: 'm3' }),
      expect.objectContaining({ messageId: 'm2' }),
    ]);
  });

  it('storage: every table with its rows', async () => {
    const rows = await ask('storage');
    expect(rows).toContainEqual(expect.objectContaining({ table: 'messages', rows: 7 }));
    expect(rows.map(({ table }) => table)).toContain('energy_touched');
  });

  it('a query that takes too long ends, says so, and the next one runs', async () => {
    const heavy = {
      ...embedded.engine,
      query: <Row>(_sql: string, _parameters: unknown, bounds?: ReadBounds) =>
        embedded.engine.query<Row>('SELECT sum(cityHash64(number)) AS n FROM numbers(1e12)', {}, bounds),
    };
    const slow = new QueryService({
      atATime: 2,
      engine: () => heavy as never,
      queryTimeout: 300,
      problem: () => '',
    });
    const began = performance.now();
    expect(await slow.answer({ name: 'storage', parameters: {} }, 10_000)).toMatchObject({
      code: 'time_limit',
    });
    expect(performance.now() - began).toBeLessThan(5000);
    expect(await ask('storage')).not.toEqual([]);
  });

  it('a query whose caller has stopped waiting is not begun', async () => {
    let begun = 0;
    const counting = {
      query: () => {
        begun++;
        return Promise.resolve([]);
      },
    };
    const late = new QueryService({
      atATime: 2,
      engine: () => counting as never,
      queryTimeout: 20_000,
      problem: () => '',
    });
    expect(await late.answer({ name: 'storage', parameters: {} }, 10)).toMatchObject({ code: 'time_limit' });
    expect(begun).toBe(0);
  });

  it('an engine that is not there yet is said with the reason', async () => {
    const absent = new QueryService({
      atATime: 2,
      engine: () => undefined,
      queryTimeout: 1,
      problem: () => 'being started',
    });
    expect(await absent.answer({ name: 'storage', parameters: {} }, 1000)).toEqual({
      ok: false,
      code: 'engine_unavailable',
      message: 'being started',
    });
  });
});
