import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { QueryService } from '../../src/analytics/query-service.ts';
import { meterSamples } from '../../src/records/meter-samples.ts';
import { registerSample } from '../support/analytics-rows.ts';
import { type ControlUnderTest, startControl } from '../support/control-under-test.ts';
import { type EmbeddedEngine, insertRows, openEmbeddedEngine } from '../support/embedded-engine.ts';

const at = (hour: number, minute: number): number => Date.UTC(2026, 10, 29, hour, minute);

interface Session {
  readonly meterStart: number | null;
  readonly meterStop: number | null;
  readonly readings?: readonly number[];
  readonly reason?: string;
  readonly flags?: readonly string[];
  /** Of its hour, when it starts and stops. */
  readonly minutes?: readonly [start: number, stop: number];
}

describe('the energy of a transaction', () => {
  let control: ControlUnderTest;
  let embedded: EmbeddedEngine;
  let answers = true;
  let hour = 0;

  beforeAll(async () => {
    embedded = await openEmbeddedEngine();
    const service = new QueryService({
      atATime: 4,
      engine: () => (answers ? embedded.engine : undefined),
      queryTimeout: 20_000,
      problem: () => 'it is starting',
    });
    control = await startControl();
    control.process('analytics').serve('analytics.query', (query) => service.answer(query, 20_000));
  });
  afterAll(async () => {
    await control.close();
    await embedded.close();
  });
  beforeEach(() => {
    answers = true;
    hour++;
  });

  /** Stores a session with a reading every ten minutes; answers its number. */
  async function session({
    meterStart,
    meterStop,
    readings = [],
    reason = 'Local',
    flags = [],
    minutes = [0, 50],
  }: Session) {
    const { transactions } = control.store;
    const [startedAt, stoppedAt] = [at(hour, minutes[0]), at(hour, minutes[1])];
    const { transaction } = await transactions.start({
      chargePointId: 'CP-1',
      connectorId: 1,
      idTag: 'CAFE01',
      timestamp: new Date(startedAt).toISOString(),
      startedAt,
      timestampPlausible: true,
      meterStart,
      reservationId: null,
      flags,
      rawStart: '{}',
      receivedAt: startedAt,
      authorize: () => ({ status: 'Accepted', parentIdTag: '' }),
    });
    const { transactionId } = transaction;
    const samples = readings.map((value, index) =>
      registerSample({ ts: at(hour, 10 * (index + 1)), value, transactionId }),
    );
    await insertRows(embedded.engine, meterSamples, samples);
    await transactions.stop({
      chargePointId: 'CP-1',
      transactionId,
      timestamp: new Date(stoppedAt).toISOString(),
      stoppedAt,
      meterStop,
      idTag: '',
      reason,
      flags: [],
      rawStop: '{}',
      receivedAt: stoppedAt,
    });
    return transactionId;
  }

  const shown = async (id: number) => (await control.send('GET', `/api/v1/transactions/${id}`)).body;

  test('is what its registers say, where they determine it', async () => {
    const id = await session({ meterStart: 1000, meterStop: 4500 });
    answers = false;
    expect(await shown(id)).toMatchObject({
      energyWh: 3500,
      energySource: 'registers',
      energyReason: null,
      energyFlags: [],
      toReview: false,
    });
  });

  test.each<[string, Session, number]>([
    [
      'a meter that stops at 0 after a power loss',
      { meterStart: 1000, meterStop: 0, readings: [4000, 6000], reason: 'PowerLoss' },
      5000,
    ],
    [
      'a meter that was exchanged',
      { meterStart: 48_000, meterStop: 3000, readings: [49_000, 50_000, 0, 1500] },
      5000,
    ],
    ['no meterStart', { meterStart: null, meterStop: 905_000, readings: [900_000, 903_000] }, 5000],
    [
      'a meterStart of 0 before lifetime readings',
      { meterStart: 0, meterStop: 905_000, readings: [900_000, 903_000] },
      5000,
    ],
    [
      'a meterStop that cannot be',
      { meterStart: 1000, meterStop: 400_000, readings: [2000, 3000, 4000, 5000] },
      4000,
    ],
    [
      'a register that begins anew',
      { meterStart: 1000, meterStop: 1800, readings: [2000, 3000, 0, 800] },
      3800,
    ],
    ['no meterStop', { meterStart: 1000, meterStop: null, readings: [4000, 6000] }, 5000],
  ])('with %s is worked out from its readings, and to be reviewed', async (_, given, energyWh) => {
    const id = await session(given);
    expect(await shown(id)).toMatchObject({ energyWh, energySource: 'readings', toReview: true });
  });

  test('counts once what two transactions of a connector claim', async () => {
    const first = await session({ meterStart: 1000, meterStop: 6000, minutes: [0, 50] });
    const second = await session({ meterStart: 3000, meterStop: 5000, minutes: [20, 40] });
    const flagged = { energyFlags: ['overlapping'], toReview: true };
    expect(await shown(first)).toMatchObject({ energyWh: 2000, ...flagged });
    expect(await shown(second)).toMatchObject({ energyWh: 2000, ...flagged });
  });

  test('is null with a reason where nothing determines it', async () => {
    const id = await session({ meterStart: 1000, meterStop: 0 });
    expect(await shown(id)).toMatchObject({
      energyWh: null,
      energySource: 'none',
      energyReason: 'meter-stop-below-start',
    });
  });

  test('says that readings cannot be asked for, and is told once they can', async () => {
    const id = await session({ meterStart: 1000, meterStop: null, readings: [4000, 6000] });
    answers = false;
    expect(await shown(id)).toMatchObject({ energyWh: null, energyReason: 'readings_unavailable' });
    answers = true;
    expect(await shown(id)).toMatchObject({ energyWh: 5000, energyReason: null });
  });

  test.each<[string, Session, readonly number[], readonly string[]]>([
    [
      'counts from 0 per session',
      { meterStart: 4_076_000, meterStop: 4_076_400, readings: [104, 228, 353] },
      [0, 104, 228, 353, 400],
      [],
    ],
    [
      'is once ten times too high, and once 0',
      {
        meterStart: 35_548_000,
        meterStop: null,
        readings: [35_548_800, 355_549_200, 35_550_300, 0, 35_551_000],
      },
      [0, 800, 2300, 3000],
      ['too-fast', 'fell-and-returned'],
    ],
    [
      'is impossible',
      { meterStart: 1000, meterStop: 2000, readings: [-5, 1e15] },
      [0, 1000],
      ['negative', 'beyond-any-meter'],
    ],
    [
      'has no begin',
      { meterStart: null, meterStop: 905_000, readings: [900_000, 903_000] },
      [0, 3000, 5000],
      [],
    ],
    ['stands still at the end', { meterStart: 0, meterStop: 600, readings: [600, 600] }, [0, 600, 600], []],
  ])('rises as it was delivered where the register %s', async (_, given, energies, reasons) => {
    const id = await session(given);
    const { body } = await control.send('GET', `/api/v1/transactions/${id}/energy`);
    const { points, leftOut } = body as {
      points: { time: string; energyWh: number }[];
      leftOut: { reason: string }[];
    };
    expect(points.map(({ energyWh }) => energyWh)).toEqual(energies);
    expect(leftOut.map(({ reason }) => reason).sort()).toEqual([...reasons].sort());
    expect(points[0]?.time).toBe(new Date(at(hour, given.meterStart === null ? 10 : 0)).toISOString());
    expect(body.energyWh).toBe(energies.at(-1));
    const two = (await control.send('GET', `/api/v1/transactions/${id}/energy?points=2`)).body.points;
    expect(two).toEqual([points[0], points.at(-1)]);
  });

  test('has no curve while nothing can be asked, but for its registers', async () => {
    const known = await session({ meterStart: 1000, meterStop: 4000, readings: [2000] });
    hour++;
    const unknown = await session({ meterStart: 1000, meterStop: null, readings: [2000] });
    answers = false;
    const curve = async (id: number) => (await control.send('GET', `/api/v1/transactions/${id}/energy`)).body;
    expect((await curve(known)).points).toHaveLength(2);
    expect(await curve(unknown)).toMatchObject({ points: [], energyReason: 'readings_unavailable' });
    expect((await control.send('GET', '/api/v1/transactions/999999/energy')).status).toBe(404);
  });

  test('can be corrected beside what was reported, by whom and when, and the correction taken back', async () => {
    const id = await session({ meterStart: 1000, meterStop: 0, flags: ['salvaged'] });
    const review = async () => {
      const { body } = await control.send('GET', '/api/v1/transactions?review=true&limit=500');
      return body.items.map(({ transactionId }: { transactionId: number }) => transactionId);
    };
    expect(await review()).toContain(id);
    const path = `/api/v1/transactions/${id}/correction`;
    const note = 'Read off on site.';
    expect(await control.send('PUT', path, { json: { meterStop: 6200, note } })).toMatchObject({
      status: 200,
      body: { transactionId: id, energyWh: null, meterStop: 6200, note },
    });
    const corrected = await shown(id);
    expect(corrected).toMatchObject({
      meterStop: 0,
      energyWh: null,
      energyReason: 'meter-stop-below-start',
      correctedEnergyWh: 5200,
      toReview: false,
    });
    expect(Date.parse(corrected.correction.at)).toBeGreaterThan(0);
    expect(corrected.correction.by).not.toBe('');
    expect(await review()).not.toContain(id);

    const again = await control.send('PUT', path, { json: { energyWh: 5000, note } });
    expect(again.body.version).toBeGreaterThan(corrected.correction.version);
    expect(await shown(id)).toMatchObject({ correctedEnergyWh: 5000 });
    const { body: trail } = await control.send('GET', '/api/v1/audit');
    expect(trail.items[0]).toMatchObject({ operation: 'putTransactionCorrection', outcome: 'ok' });

    expect((await control.send('DELETE', path)).status).toBe(204);
    expect(await shown(id)).toMatchObject({ correction: null, correctedEnergyWh: null, toReview: true });
    expect((await control.send('DELETE', path)).body.error.code).toBe('unknown_correction');
  });

  test.each([
    ['that determines nothing', { meterStart: 500, note: 'x' }],
    ['whose registers fall', { meterStart: 5000, meterStop: 4000, note: 'x' }],
    ['of a negative amount', { energyWh: -1, note: 'x' }],
    ['without a reason', { energyWh: 1 }],
  ])('takes no correction %s', async (_, json) => {
    const id = await session({ meterStart: 1000, meterStop: 0 });
    const answer = await control.send('PUT', `/api/v1/transactions/${id}/correction`, { json });
    expect(answer).toMatchObject({ status: 422, body: { error: { code: 'invalid_body' } } });
    expect(await shown(id)).toMatchObject({ correction: null });
  });
});
