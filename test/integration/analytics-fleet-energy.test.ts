import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FleetEnergy } from '../../src/analytics/fleet-energy.ts';
import { QueryService } from '../../src/analytics/query-service.ts';
import { chargePoints } from '../../src/records/charge-points.ts';
import { meterSamples } from '../../src/records/meter-samples.ts';
import { registerSample } from '../support/analytics-rows.ts';
import { type EmbeddedEngine, insertRows, openEmbeddedEngine } from '../support/embedded-engine.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const NOBODY = {
  vendor: '',
  model: '',
  firmwareVersion: '',
  serialNumber: '',
  group: '',
  connectors: 1,
  removed: false,
};
const noon = Date.UTC(2026, 4, 4, 12);

describe('the energy of the fleet, worked out ahead', () => {
  let embedded: EmbeddedEngine;
  let now: number;
  beforeAll(async () => {
    embedded = await openEmbeddedEngine();
  });
  afterEach(async () => {
    for (const table of ['meter_samples', 'energy_hourly', 'energy_fleet_hourly']) {
      await embedded.engine.command(`TRUNCATE TABLE ${table}`);
    }
  });
  afterAll(() => embedded.close());

  const workings = () => ({ engine: embedded.engine, clock: () => now, timeLimit: 20_000 });
  const begin = () => new FleetEnergy(workings());
  const readings = (rows: Parameters<typeof registerSample>[0][]) =>
    insertRows(
      embedded.engine,
      meterSamples,
      rows.map((row) => registerSample({ receivedAt: now, ...row })),
    );
  async function settleAll(energy: FleetEnergy): Promise<void> {
    await energy.settleRecent();
    while (await energy.settleSome());
  }
  async function ask(settled: FleetEnergy | undefined, parameters: object = {}) {
    const service = new QueryService({
      atATime: 2,
      engine: () => embedded.engine,
      queryTimeout: 20_000,
      settled: () => settled,
      problem: () => 'closed',
    });
    const question = { from: noon - 72 * HOUR, to: noon + 2 * HOUR, by: 'total', ...parameters };
    const answer = await service.answer({ name: 'energy', parameters: question }, 20_000);
    if (!answer.ok) throw new Error(answer.message);
    return answer.rows;
  }

  it.each([
    ['by the hour', { interval: 'hour' }],
    ['by days of Berlin', { interval: 'day', timezone: 'Europe/Berlin' }],
    ['a page of it', { interval: 'hour', limit: 2, offset: 1 }],
    ['the highest hours first', { interval: 'hour', sort: '-energyWh' }],
  ])('is what the energy query answers, %s', async (_, parameters) => {
    now = noon + 30 * MINUTE;
    await readings([
      { ts: noon - 60 * HOUR, value: 0 },
      { ts: noon - 50 * HOUR, value: 10_000 },
      { ts: noon - 90 * MINUTE, value: 30_000 },
      { ts: noon + 20 * MINUTE, value: 33_000 },
      { chargePointId: 'CP-2', ts: noon - 10 * MINUTE, value: 700 },
      { chargePointId: 'CP-2', ts: noon + 10 * MINUTE, value: 500 },
    ]);
    const energy = begin();
    await settleAll(energy);
    // Also of the time before there was anything.
    expect(energy.covers(noon - 30 * 24 * HOUR, noon + 2 * HOUR)).toBe(true);
    const exact = await ask(undefined, parameters);
    expect(exact.length).toBeGreaterThan(1);
    expect(await ask(energy, parameters)).toEqual(exact);
    // That it was not worked out now: nothing else knows these readings any more.
    await embedded.engine.command('TRUNCATE TABLE energy_hourly');
    expect(await ask(energy, parameters)).toEqual(exact);
  });

  it('is told without an hour that has just begun, and waits for one that has not', async () => {
    now = noon + 30 * MINUTE;
    await readings([
      { ts: noon - 90 * MINUTE, value: 0 },
      { ts: noon + 20 * MINUTE, value: 3000 },
    ]);
    const energy = begin();
    await settleAll(energy);
    const before = await ask(energy);
    now = noon + HOUR + MINUTE;
    expect(energy.covers(noon - HOUR, noon + 2 * HOUR)).toBe(true);
    expect(await ask(energy)).toEqual(before);
    now = noon + HOUR + 6 * MINUTE;
    expect(energy.covers(noon - HOUR, noon + 2 * HOUR)).toBe(false);
    await energy.settleRecent();
    expect(energy.covers(noon - HOUR, noon + 2 * HOUR)).toBe(true);
  });

  it('is told of the whole time at once as well', async () => {
    now = noon + 30 * MINUTE;
    await readings([
      { ts: noon - 40 * HOUR, value: 0 },
      { ts: noon - 90 * MINUTE, value: 30_000 },
      { ts: noon + 20 * MINUTE, value: 33_000 },
    ]);
    const energy = begin();
    await settleAll(energy);
    for (const timezone of ['Europe/Berlin', 'Asia/Kolkata']) {
      const question = { interval: 'whole', timezone, from: noon - 24 * HOUR, to: noon };
      const exact = await ask(undefined, question);
      expect(exact).toMatchObject([{ start: '2026-05-03T12:00:00.000Z', registerFalls: 0 }]);
      expect(await ask(energy, question)).toEqual(exact);
    }
  });

  it('is the same worked out in parts, whether a charge point is known or not', async () => {
    now = noon + 30 * MINUTE;
    const ids = ['', 'A', 'CP-1', 'CP-2', "CP-2'", 'CP-3', 'Ü'];
    await insertRows(
      embedded.engine,
      chargePoints,
      ids.slice(1, 5).map((chargePointId) => ({ ...NOBODY, chargePointId, receivedAt: now })),
    );
    await readings(
      ids.flatMap((chargePointId, index) => [
        { chargePointId, ts: noon - 90 * MINUTE, value: 100 },
        { chargePointId, ts: noon, value: 200 + 10 ** index },
        { chargePointId, ts: noon + MINUTE, value: 0 },
      ]),
    );
    const exact = await ask(undefined);
    expect(exact.length).toBeGreaterThan(1);
    for (const together of [1, 2, 100]) {
      const energy = new FleetEnergy({ ...workings(), together });
      await settleAll(energy);
      expect(await ask(energy)).toEqual(exact);
      await embedded.engine.command('TRUNCATE TABLE energy_fleet_hourly');
    }
  });

  it('takes in what comes late, up to two days before and after it', async () => {
    now = noon + 30 * MINUTE;
    await readings([
      { ts: noon - 40 * HOUR, value: 0 },
      { ts: noon, value: 4000 },
    ]);
    const energy = begin();
    await settleAll(energy);
    const before = await ask(energy);
    now += 5 * MINUTE;
    await readings([{ ts: noon - 20 * HOUR, value: 4000 }]);
    expect(await ask(energy)).toEqual(before);
    await settleAll(energy);
    const after = await ask(energy);
    expect(after).not.toEqual(before);
    expect(after).toEqual(await ask(undefined));
  });

  it('goes on where an earlier process was, and does not answer for what nobody worked out', async () => {
    now = noon;
    await readings([{ ts: noon - 30 * MINUTE, value: 0 }]);
    await settleAll(begin());
    now = noon + 5 * 24 * HOUR;
    await readings([{ ts: noon + 30 * MINUTE, value: 1000 }]);
    const second = begin();
    expect(second.covers(noon - HOUR, noon)).toBe(false);
    await second.settleRecent();
    expect(second.covers(noon - HOUR, noon)).toBe(true);
    expect(second.covers(noon - HOUR, noon + 24 * HOUR)).toBe(false);
    await settleAll(second);
    expect(await ask(second)).toEqual(await ask(undefined));
  });

  it('is not begun with where it takes long and is being worked out: the answer says how far that is', async () => {
    now = noon + 30 * MINUTE;
    await readings([{ ts: noon - 30 * 24 * HOUR, value: 0 }]);
    await readings([{ ts: noon, value: 1000 }]);
    const energy = begin();
    await energy.settleRecent();
    // Nothing is known yet of how long it takes, so it is tried.
    expect(energy.progress(noon - 10 * HOUR, noon + 2 * HOUR)).toEqual({ done: 3, of: 11, restMs: 0 });
    expect(await ask(energy)).toEqual(await ask(undefined));
    await energy.settleSome();
    const { done, of, restMs } = energy.progress(noon - 72 * HOUR, noon + 2 * HOUR);
    expect([done, of]).toEqual([3 + 48, 73]);
    expect(restMs).toBeGreaterThan(0);

    const slow = {
      covers: energy.covers.bind(energy),
      progress: () => ({ done, of, restMs: 60_000 }),
    };
    const service = new QueryService({
      atATime: 2,
      engine: () => embedded.engine,
      queryTimeout: 20_000,
      settled: () => slow,
      problem: () => 'closed',
    });
    const question = { from: noon - 72 * HOUR, to: noon + 2 * HOUR, by: 'total' };
    const answer = (parameters: object) =>
      service.answer({ name: 'energy', parameters: { ...question, ...parameters } }, 20_000);
    expect(await answer({})).toEqual({
      ok: false,
      code: 'being_worked_out',
      message: 'the energy of the fleet is being worked out, 51 of 73 hours are done',
    });
    // Of one charge point, and where it has been worked out, it can be told.
    expect(await answer({ chargePointId: 'CP-1' })).toMatchObject({ ok: true });
    expect(await answer({ from: noon - 24 * HOUR })).toMatchObject({ ok: true });
  });
});
