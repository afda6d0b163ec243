import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EnergyRollup } from '../../src/analytics/energy/energy-rollup.ts';
import { QueryService } from '../../src/analytics/query-service.ts';
import { chargePoints } from '../../src/records/charge-points.ts';
import { meterSamples } from '../../src/records/meter-samples.ts';
import { transactions } from '../../src/records/transactions.ts';
import { registerSample, transactionRow } from '../support/analytics-rows.ts';
import { type EmbeddedEngine, insertRows, openEmbeddedEngine } from '../support/embedded-engine.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

describe('energy by hour and day', () => {
  let embedded: EmbeddedEngine;
  let service: QueryService;
  let rollup: EnergyRollup;

  beforeAll(async () => {
    embedded = await openEmbeddedEngine();
    const { engine } = embedded;
    rollup = new EnergyRollup({ engine, timeLimit: 20_000, samplesKept: 10_000 * 24 * HOUR });
    service = new QueryService({
      energy: () => rollup,
      atATime: 2,
      engine: () => embedded.engine,
      queryTimeout: 20_000,
      problem: () => 'closed',
    });
  });
  afterEach(async () => {
    for (const table of [
      'meter_samples',
      'transactions',
      'energy_days',
      'energy_touched',
      'energy_fleet_days',
      'charge_points',
    ]) {
      await embedded.engine.command(`TRUNCATE TABLE ${table}`);
    }
  });
  afterAll(() => embedded.close());

  async function energy(parameters: Record<string, unknown>) {
    const answer = await service.answer({ name: 'energy', parameters }, 20_000);
    if (!answer.ok) throw new Error(answer.message);
    return answer.rows;
  }
  const samples = (rows: Parameters<typeof registerSample>[0][]) =>
    insertRows(embedded.engine, meterSamples, rows.map(registerSample));
  const started = (rows: Parameters<typeof transactionRow>[0][]) =>
    insertRows(embedded.engine, transactions, rows.map(transactionRow));

  const noon = Date.UTC(2026, 4, 4, 12);

  it('is the difference between readings, with hour edges interpolated', async () => {
    await samples([
      { ts: noon - 30 * MINUTE, value: 1000 },
      { ts: noon + 30 * MINUTE, value: 3000 },
      { ts: noon + 2 * HOUR, value: 3600 },
    ]);
    expect(await energy({ from: noon - HOUR, to: noon + 3 * HOUR })).toEqual([
      {
        start: '2026-05-04T11:00:00.000Z',
        localStart: '2026-05-04T11:00:00',
        chargePointId: 'CP-1',
        connectorId: 1,
        energyWh: 1000,
        registerFalls: 0,
        readingsLeftOut: {},
        transactionsLeftOut: 0,
      },
      expect.objectContaining({ start: '2026-05-04T12:00:00.000Z', energyWh: 1200 }),
      expect.objectContaining({ start: '2026-05-04T13:00:00.000Z', energyWh: 400 }),
    ]);
  });

  it('looks around the asked time, so that two neighbouring questions add up to one', async () => {
    await samples([
      { ts: noon - 10 * HOUR, value: 0 },
      { ts: noon + 10 * HOUR, value: 20_000 },
    ]);
    const before = await energy({ from: noon - 12 * HOUR, to: noon, interval: 'day' });
    const after = await energy({ from: noon, to: noon + 12 * HOUR, interval: 'day' });
    expect([before[0]?.energyWh, after[0]?.energyWh]).toEqual([10_000, 10_000]);
  });

  it('reads kWh as such, also where whole kWh step back against meterStart in Wh', async () => {
    await started([
      {
        transactionId: 7,
        startedAt: noon,
        meterStart: 1_234_567,
        version: 2,
        stoppedAt: noon + 50 * MINUTE,
        meterStop: 1_240_890,
        state: 'stopped',
      },
    ]);
    await samples([
      { ts: noon + MINUTE, value: 1234, unit: 'kWh', transactionId: 7 },
      { ts: noon + 40 * MINUTE, value: 1240, unit: 'kWh', transactionId: 7 },
    ]);
    expect(await energy({ from: noon, to: noon + HOUR })).toEqual([
      expect.objectContaining({ energyWh: 6323, registerFalls: 0 }),
    ]);
  });

  it('does not count a falling register as negative, and says that it fell', async () => {
    await samples([
      { ts: noon, value: 1000 },
      { ts: noon + 10 * MINUTE, value: 1500 },
      { ts: noon + 20 * MINUTE, value: 200 },
      { ts: noon + 30 * MINUTE, value: 700 },
    ]);
    await samples([
      { connectorId: 2, ts: noon, value: 1000 },
      { connectorId: 2, ts: noon + HOUR, value: 1500 },
      { connectorId: 2, ts: noon + 2 * HOUR, value: 10 },
      { connectorId: 2, ts: noon + 3 * HOUR, value: 20 },
    ]);
    const rows = await energy({ from: noon, to: noon + 4 * HOUR, interval: 'day' });
    expect(
      rows.map(({ connectorId, energyWh, registerFalls }) => [connectorId, energyWh, registerFalls]),
    ).toEqual([
      [1, 1000, 1],
      [2, 510, 1],
    ]);
  });

  it('counts the counters of session meters, which begin at nought each time', async () => {
    await started([
      { transactionId: 1, startedAt: noon, meterStart: 0 },
      {
        transactionId: 1,
        version: 2,
        startedAt: noon,
        meterStart: 0,
        stoppedAt: noon + 20 * MINUTE,
        meterStop: 4000,
        state: 'stopped',
      },
      { transactionId: 2, startedAt: noon + 30 * MINUTE, meterStart: 0 },
      {
        transactionId: 2,
        version: 2,
        startedAt: noon + 30 * MINUTE,
        meterStart: 0,
        stoppedAt: noon + 50 * MINUTE,
        meterStop: 2500,
        state: 'stopped',
      },
    ]);
    expect(await energy({ from: noon, to: noon + HOUR })).toEqual([
      expect.objectContaining({ energyWh: 6500, registerFalls: 1 }),
    ]);
  });

  it('a repeated sample changes nothing', async () => {
    const rows = [
      { ts: noon, value: 0 },
      { ts: noon + 10 * MINUTE, value: 900 },
    ];
    await samples(rows);
    await samples(rows);
    expect(await energy({ from: noon, to: noon + HOUR })).toEqual([
      expect.objectContaining({ energyWh: 900, registerFalls: 0 }),
    ]);
  });

  it('by tag counts the transactions of the tag in any spelling, and nothing between them', async () => {
    await started([
      {
        transactionId: 1,
        idTag: 'alice',
        startedAt: noon,
        meterStart: 1000,
        stoppedAt: noon + 30 * MINUTE,
        meterStop: 3000,
        version: 2,
        state: 'stopped',
      },
      {
        transactionId: 2,
        idTag: 'BOB',
        startedAt: noon + 40 * MINUTE,
        meterStart: 3100,
        stoppedAt: noon + 50 * MINUTE,
        meterStop: 3400,
        version: 2,
        state: 'stopped',
      },
      {
        transactionId: 3,
        chargePointId: 'CP-2',
        idTag: 'Alice',
        startedAt: noon,
        meterStart: 0,
        stoppedAt: noon + 30 * MINUTE,
        meterStop: 500,
        version: 2,
        state: 'stopped',
      },
    ]);
    await samples([{ ts: noon + 15 * MINUTE, value: 2500, transactionId: 1 }]);
    const range = { from: noon, to: noon + HOUR };
    expect(await energy({ ...range, by: 'tag' })).toEqual([
      expect.objectContaining({ idTag: 'alice', energyWh: 2500 }),
      expect.objectContaining({ idTag: 'bob', energyWh: 300 }),
    ]);
    expect(await energy({ ...range, by: 'total', idTag: 'ALICE' })).toEqual([
      expect.objectContaining({ energyWh: 2500 }),
    ]);
    expect(await energy({ ...range, by: 'total' })).toEqual([expect.objectContaining({ energyWh: 2900 })]);
    expect(await energy({ ...range, chargePointId: 'CP-2' })).toEqual([
      expect.objectContaining({ chargePointId: 'CP-2', energyWh: 500 }),
    ]);
  });

  it('sums the phases where a meter gives only those, and leaves the main meter (connector 0) out', async () => {
    await samples(
      ['L1', 'L2', 'L3'].flatMap((phase, index) => [
        { phase, ts: noon, value: 100 * index },
        { phase, ts: noon + 30 * MINUTE, value: 100 * index + 200 },
      ]),
    );
    await samples([
      { connectorId: 0, ts: noon, value: 0 },
      { connectorId: 0, ts: noon + 30 * MINUTE, value: 999 },
    ]);
    expect(await energy({ from: noon, to: noon + HOUR, by: 'chargePoint' })).toEqual([
      expect.objectContaining({ energyWh: 600 }),
    ]);
  });

  it.each([
    ['a day of 23 hours', '2026-03-28', '2026-03-29T23:00:00', 23],
    ['a day of 25 hours', '2026-10-24', '2026-10-25T22:00:00', 25],
  ])('%s in Berlin has as many hours, and its energy', async (_, dayBefore) => {
    const begin = Date.parse(`${dayBefore}T00:00:00Z`);
    // 100 Wh in each hour of three days.
    await samples(Array.from({ length: 97 }, (__, hour) => ({ ts: begin + hour * HOUR, value: hour * 100 })));
    const range = { from: begin, to: begin + 96 * HOUR, timezone: 'Europe/Berlin' };
    const days = await energy({ ...range, interval: 'day' });
    const hours = await energy({ ...range, interval: 'hour' });
    const nextDay = new Date(begin + 24 * HOUR).toISOString().slice(0, 10);
    const length = dayBefore.includes('-03-') ? 23 : 25;
    expect(days.find(({ localStart }) => localStart === `${nextDay}T00:00:00`)).toMatchObject({
      energyWh: length * 100,
    });
    expect(hours.filter(({ localStart }) => String(localStart).startsWith(nextDay))).toHaveLength(length);
  });

  it('hours begin at the half hour in Kolkata', async () => {
    await samples([
      { ts: noon, value: 0 },
      { ts: noon + 20 * MINUTE, value: 0 },
      { ts: noon + 40 * MINUTE, value: 1000 },
    ]);
    const rows = await energy({ from: noon - HOUR, to: noon + 2 * HOUR, timezone: 'Asia/Kolkata' });
    expect(rows.map(({ localStart, energyWh }) => [localStart, energyWh])).toEqual([
      ['2026-05-04T17:00:00', 500],
      ['2026-05-04T18:00:00', 500],
    ]);
  });

  describe('of the whole time at once', () => {
    const ranking = { interval: 'whole', sort: '-energyWh' };

    it('has a row per subject, the highest first, with a page of them where asked', async () => {
      await samples(
        [100, 900, 300, 900].flatMap((wh, index) =>
          [0, 1, 2].map((hour) => ({
            chargePointId: `CP-${index}`,
            ts: noon + hour * HOUR,
            value: hour === 1 && index === 2 ? 0 : 1000 + wh * hour,
          })),
        ),
      );
      const question = { ...ranking, from: noon - HOUR, to: noon + 5 * HOUR, by: 'chargePoint' };
      const rows = await energy({ ...question, timezone: 'Europe/Berlin' });
      expect(rows[0]).toEqual({
        start: '2026-05-04T11:00:00.000Z',
        localStart: '2026-05-04T13:00:00',
        chargePointId: 'CP-1',
        energyWh: 1800,
        registerFalls: 0,
        readingsLeftOut: {},
        transactionsLeftOut: 0,
      });
      const told = rows.map(({ chargePointId, energyWh, readingsLeftOut }) => [
        chargePointId,
        energyWh,
        readingsLeftOut,
      ]);
      // A reading of nought that is followed by a return to where the register was is a bad one.
      expect(told).toEqual([
        ['CP-1', 1800, {}],
        ['CP-3', 1800, {}],
        ['CP-2', 600, { 'fell-and-returned': 1 }],
        ['CP-0', 200, {}],
      ]);
      expect(await energy({ ...question, timezone: 'Europe/Berlin', limit: 2, offset: 1 })).toEqual(
        rows.slice(1, 3),
      );
    });

    it.each([
      ['at full hours', 0, 'Europe/Berlin'],
      ['in the middle of an hour', 25 * MINUTE, 'Europe/Berlin'],
      ['in the middle of an hour', 25 * MINUTE, 'Asia/Kolkata'],
      ['at the half hour, which is a full one there', 30 * MINUTE, 'Asia/Kolkata'],
      ['at hours that are no full ones there', 0, 'Asia/Kolkata'],
    ])('is the sum of its intervals, with edges %s', async (_, shift, timezone) => {
      await samples(
        ['CP-1', 'CP-2'].flatMap((chargePointId, index) =>
          // Over both edges, unevenly, and with a fall.
          [-90, -20, 10, 50, 70, 95, 130, 200, 320].map((minute, place) => ({
            chargePointId,
            ts: noon + minute * MINUTE + index * 7000,
            value: place === 6 ? 12 : (place + index) ** 3 * 100,
          })),
        ),
      );
      const range = { from: noon + shift, to: noon + shift + 3 * HOUR, timezone, by: 'connector' };
      const whole = await energy({ ...range, ...ranking });
      const hours = await energy(range);
      expect(whole.map(({ chargePointId }) => chargePointId)).toEqual(['CP-2', 'CP-1']);
      for (const { chargePointId, energyWh, registerFalls } of whole) {
        const own = hours.filter((hour) => hour.chargePointId === chargePointId);
        const sum = own.reduce((wh, hour) => wh + Number(hour.energyWh), 0);
        expect(energyWh).toBeCloseTo(sum, 2);
        expect(registerFalls).toBe(own.reduce((falls, hour) => falls + Number(hour.registerFalls), 0));
      }
      expect(await energy({ ...range, ...ranking, by: 'total' })).toEqual([
        expect.objectContaining({
          energyWh: expect.closeTo(
            whole.reduce((sum, { energyWh }) => sum + Number(energyWh), 0),
            2,
          ),
          registerFalls: 0,
          readingsLeftOut: { 'fell-and-returned': 2 },
        }),
      ]);
    });

    it.each([
      ['at midnight', 0, 0],
      ['at quarters of an hour', 6 * HOUR + 15 * MINUTE, 9 * HOUR + 45 * MINUTE],
      ['within quarters of an hour', 6 * HOUR + 7 * MINUTE, 9 * HOUR + 52 * MINUTE + 1],
    ])('is the same of a fleet and of its connectors over days, with edges %s', async (_, after, before) => {
      const begin = noon - 12 * HOUR;
      const ids = ['CP-1', 'CP-2', 'CP-3'];
      await started(
        ids.flatMap((chargePointId, index) =>
          [0, 1, 2, 3].map((day) => ({
            chargePointId,
            transactionId: 10 * index + day + 1,
            startedAt: begin + day * 24 * HOUR + (8 + index) * HOUR + 20 * MINUTE,
            meterStart: day === index ? 5000 : 1000 * day,
            stoppedAt: begin + day * 24 * HOUR + (8 + index) * HOUR + 47 * MINUTE,
            // One of each has no energy that can be known.
            meterStop: 1000 * day + 700,
            version: 2,
            state: 'stopped' as const,
          })),
        ),
      );
      // A bad reading, and a register that falls and stays.
      const registers = [1000, 1300, -5, 1900, 40, 90, 500, 800, 1700];
      await samples(
        ids.flatMap((chargePointId, index) =>
          registers.map((value, place) => ({
            chargePointId,
            connectorId: 2,
            ts: begin + 4 * MINUTE + place * 11 * HOUR + index * 7000,
            value,
          })),
        ),
      );
      const range = { from: begin + after, to: begin + 4 * 24 * HOUR - before, timezone: 'Asia/Kathmandu' };
      const figures = (rows: readonly Record<string, unknown>[]) => {
        const leftOut: Record<string, number> = {};
        let [wh, falls, unknown] = [0, 0, 0];
        for (const { energyWh, registerFalls, readingsLeftOut, transactionsLeftOut } of rows) {
          wh += Number(energyWh);
          falls += Number(registerFalls);
          unknown += Number(transactionsLeftOut);
          for (const [reason, count] of Object.entries(readingsLeftOut as Record<string, number>))
            leftOut[reason] = (leftOut[reason] ?? 0) + count;
        }
        return { wh: expect.closeTo(wh, 1), falls, leftOut, unknown };
      };
      const one = await Promise.all(ids.map((chargePointId) => energy({ ...range, chargePointId })));
      const whole = figures(one.flat());
      expect(whole).toMatchObject({ falls: 6, leftOut: { negative: 3 }, unknown: 3 });
      for (const by of ['total', 'connector', 'chargePoint']) {
        for (const interval of ['hour', 'day', 'whole']) {
          const rows = await energy({ ...range, by, interval });
          const { wh, ...others } = figures(rows);
          expect({ ...others, wh: wh.sample }, `${by} ${interval}`).toEqual(whole);
        }
      }
      const days = await energy({ ...range, by: 'total', interval: 'day' });
      const perConnector = await energy({ ...range, by: 'connector', interval: 'day' });
      for (const { start, energyWh } of days) {
        const same = perConnector.filter((row) => row.start === start);
        expect(energyWh).toBeCloseTo(
          same.reduce((sum, row) => sum + Number(row.energyWh), 0),
          1,
        );
      }
    });

    it('stays as it was worked out when the samples are gone', async () => {
      await samples(
        [0, 10, 40, 59, 61, 100, 119, 150].map((minute) => ({
          ts: noon + minute * MINUTE,
          value: minute ** 2,
        })),
      );
      const range = { from: noon + HOUR, to: noon + 2 * HOUR, timezone: 'Asia/Kolkata' };
      const whole = await energy({ ...range, ...ranking });
      const hours = await energy(range);
      expect(hours).toHaveLength(2);
      await embedded.engine.command('TRUNCATE TABLE meter_samples');
      expect(await energy({ ...range, ...ranking })).toEqual(whole);
      expect(whole[0]?.energyWh).toBeCloseTo(
        hours.reduce((sum, { energyWh }) => sum + Number(energyWh), 0),
        2,
      );
    });

    it('has each charge point of a fleet once, however its readings lie and however often they came', async () => {
      const FLEET = 400;
      const id = (number: number) => `CP-${String(number).padStart(5, '0')}`;
      // The later ones used more; each has two connectors and readings before, within and after the asked
      // time.
      const readings = [-30, -1, 0.25, 0.5, 3, 23, 28].flatMap((hour) =>
        Array.from({ length: FLEET * 2 }, (_, index) => ({
          chargePointId: id(index >> 1),
          connectorId: (index % 2) + 1,
          ts: noon + hour * HOUR,
          value: 1000 + (hour + 30) * (index >> 1),
        })),
      );
      const third = Math.ceil(readings.length / 3);
      for (const begin of [0, third, 2 * third]) await samples(readings.slice(begin, begin + third));
      await samples(readings.filter((_, index) => index % 5 === 0));
      do await rollup.keepUp();
      while (rollup.waiting > 0);
      const question = { ...ranking, from: noon, to: noon + 24 * HOUR, by: 'chargePoint' };
      const rows = await energy(question);
      expect(rows.map(({ chargePointId, energyWh }) => [chargePointId, energyWh])).toEqual(
        Array.from({ length: FLEET - 1 }, (_, place) => [
          id(FLEET - 1 - place),
          expect.closeTo(2 * 24 * (FLEET - 1 - place), 3),
        ]),
      );
      const pages = [0, 150, 300].map((offset) => energy({ ...question, limit: 150, offset }));
      expect((await Promise.all(pages)).flat()).toEqual(rows);
    });

    it('is told by the group of charge points, and of one group or site alone', async () => {
      await insertRows(
        embedded.engine,
        chargePoints,
        [
          ['CP-1', 'north', noon - HOUR],
          ['CP-1', 'old', noon - 2 * HOUR],
          ['CP-2', 'north', noon - HOUR],
          ['CP-3', '', noon - HOUR],
        ].map(([chargePointId, group, receivedAt]) => ({
          chargePointId: String(chargePointId),
          vendor: '',
          model: '',
          firmwareVersion: '',
          serialNumber: '',
          group: String(group),
          connectors: 2,
          removed: false,
          receivedAt: Number(receivedAt),
        })),
      );
      // CP-4 is known to nobody any more.
      const uses = [
        ['CP-1', 1, 100],
        ['CP-1', 2, 20],
        ['CP-2', 1, 3000],
        ['CP-3', 1, 500],
        ['CP-4', 1, 70],
      ] as const;
      await samples(
        uses.flatMap(([chargePointId, connectorId, wh]) =>
          [0, 1, 2].map((hour) => ({ chargePointId, connectorId, ts: noon + hour * HOUR, value: wh * hour })),
        ),
      );
      const range = { from: noon, to: noon + 2 * HOUR };
      const told = async (question: Record<string, unknown>, name: string) =>
        (await energy({ ...range, ...question })).map((row) => [row[name], row.energyWh]);
      expect(await told({ ...ranking, by: 'group' }, 'group')).toEqual([
        ['north', 6240],
        ['', 1140],
      ]);
      expect(await told({ interval: 'hour', by: 'group' }, 'group')).toEqual([
        ['', 570],
        ['north', 3120],
        ['', 570],
        ['north', 3120],
      ]);
      expect(await told({ ...ranking, by: 'chargePoint', group: 'north' }, 'chargePointId')).toEqual([
        ['CP-2', 6000],
        ['CP-1', 240],
      ]);
      expect(await told({ ...ranking, by: 'total', group: 'old' }, 'start')).toEqual([]);
      const members = ['2 CP-1', '1 CP-3'];
      expect(await told({ ...ranking, by: 'connector', members }, 'chargePointId')).toEqual([
        ['CP-3', 1000],
        ['CP-1', 40],
      ]);
      expect(await told({ ...ranking, by: 'total', members }, 'energyWh')).toEqual([[1040, 1040]]);
      expect(await told({ ...ranking, by: 'total', members: [] }, 'energyWh')).toEqual([]);
    });

    it('is told by tag, whatever the interval sorted', async () => {
      await started(
        ['low', 'high', 'low'].map((idTag, index) => ({
          transactionId: index + 1,
          connectorId: index + 1,
          idTag,
          startedAt: noon + index * HOUR,
          meterStart: 0,
          stoppedAt: noon + index * HOUR + 30 * MINUTE,
          meterStop: idTag === 'high' ? 5000 : 2000,
          version: 2,
          state: 'stopped' as const,
        })),
      );
      const range = { from: noon, to: noon + 4 * HOUR, by: 'tag' };
      const told = (rows: readonly Record<string, unknown>[]) =>
        rows.map(({ idTag, energyWh }) => [idTag, energyWh]);
      expect(told(await energy({ ...range, ...ranking }))).toEqual([
        ['high', 5000],
        ['low', 4000],
      ]);
      expect(told(await energy({ ...range, sort: '-energyWh' }))).toEqual([
        ['high', 5000],
        ['low', 2000],
        ['low', 2000],
      ]);
    });
  });

  it.each([
    [{ to: 1 }, /from is missing/],
    [{ from: 2, to: 1 }, /from must lie before to/],
    [{ from: 0, to: 1, timezone: 'Mars/Olympus' }, /timezone must be an IANA time zone/],
    [{ from: 0, to: 1, interval: 'week' }, /interval must be one of hour, day, whole/],
    [{ from: 0, to: 1, sort: 'energyWh' }, /sort must be one of start, -energyWh/],
    [{ from: 0, to: 1, chargePoint: 'CP-1' }, /there is no parameter chargePoint/],
    [{ from: 0, to: Date.UTC(2030, 0) }, /at most 10000 intervals/],
  ])('refuses %o', async (parameters, message) => {
    const answer = await service.answer({ name: 'energy', parameters }, 20_000);
    expect(answer).toMatchObject({
      ok: false,
      code: 'bad_parameter',
      message: expect.stringMatching(message),
    });
  });
});
