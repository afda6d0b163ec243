import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EnergyRollup } from '../../src/analytics/energy/energy-rollup.ts';
import { Exports } from '../../src/analytics/exports.ts';
import { QueryService } from '../../src/analytics/query-service.ts';
import { meterSamples } from '../../src/records/meter-samples.ts';
import { type TransactionRow, transactions } from '../../src/records/transactions.ts';
import { registerSample, transactionRow } from '../support/analytics-rows.ts';
import { type EmbeddedEngine, insertRows, openEmbeddedEngine } from '../support/embedded-engine.ts';

const DAY = 86_400_000;
const at = (time: string) => Date.parse(`2026-11-20T${time}:00Z`);
const day = { from: at('00:00'), to: at('00:00') + DAY };

const runs = (
  transactionId: number,
  meterStart: number | null,
  meterStop: number | null,
  change: Partial<TransactionRow> = {},
) =>
  transactionRow({
    transactionId,
    version: 2,
    startedAt: at('08:00'),
    meterStart,
    stoppedAt: at('08:40'),
    meterStop,
    state: 'stopped',
    ...change,
  });

describe('transactions with the energy that is published of them', () => {
  let embedded: EmbeddedEngine;
  let rollup: EnergyRollup | undefined;
  let service: QueryService;
  let exports: Exports;

  beforeAll(async () => {
    embedded = await openEmbeddedEngine();
    const access = { engine: () => embedded.engine, energy: () => rollup, problem: () => 'closed' };
    service = new QueryService({ ...access, atATime: 2, queryTimeout: 20_000 });
    exports = new Exports({ ...access, timeLimit: 20_000 });
  });
  beforeEach(() => {
    rollup = new EnergyRollup({ engine: embedded.engine, timeLimit: 20_000, samplesKept: 10_000 * DAY });
  });
  afterEach(async () => {
    const tables = ['meter_samples', 'transactions', 'energy_days', 'energy_touched', 'transaction_energy'];
    for (const table of tables) await embedded.engine.command(`TRUNCATE TABLE ${table}`);
  });
  afterAll(async () => {
    await exports.close();
    await embedded.close();
  });

  async function ask(name: string, parameters: Record<string, unknown> = {}) {
    const answer = await service.answer({ name, parameters }, 20_000);
    if (!answer.ok) throw new Error(`${answer.code}: ${answer.message}`);
    return answer.rows;
  }
  const tell = (...rows: TransactionRow[]) => insertRows(embedded.engine, transactions, rows);

  /** One of each kind, on charge points of their own. */
  async function tellAll() {
    const on = (place: number, change: Partial<TransactionRow> = {}) => ({
      chargePointId: `CP-${place}`,
      ...change,
    });
    await tell(
      runs(1, 1000, 4000, on(1)),
      runs(2, 1000, 0, on(2, { stopReason: 'PowerLoss' })),
      runs(3, null, 905_000, on(3, { flags: ['meter-start-missing'] })),
      runs(4, 1000, null, on(4, { flags: ['meter-stop-missing'] })),
      runs(5, 6000, 0, on(5)),
      transactionRow({ transactionId: 6, chargePointId: 'CP-6', startedAt: at('09:00'), meterStart: 300 }),
    );
    const reads = (place: number, time: string, value: number) =>
      registerSample({ chargePointId: `CP-${place}`, transactionId: place, ts: at(time), value });
    await insertRows(embedded.engine, meterSamples, [
      reads(2, '08:10', 4000),
      reads(2, '08:20', 6000),
      reads(3, '08:10', 900_000),
      reads(3, '08:20', 903_000),
      reads(4, '08:10', 4000),
      reads(4, '08:20', 6000),
      reads(6, '09:10', 700),
    ]);
  }
  const published = [
    [1, 3000, 'registers', null],
    [2, 5000, 'readings', null],
    [3, 5000, 'readings', null],
    [4, 5000, 'readings', null],
    [5, null, 'none', 'meter-stop-below-start'],
    [6, 400, 'readings', null],
  ];

  it('are exact whichever charge point is asked about', async () => {
    await tellAll();
    const seen = [];
    for (let place = 1; place <= 6; place++) {
      const rows = await ask('transactions', { chargePointId: `CP-${place}` });
      for (const row of rows)
        seen.push([row.transactionId, row.energyWh, row.energySource, row.energyReason]);
    }
    expect(seen).toEqual(published);
    const [flagged] = await ask('transactions', { chargePointId: 'CP-3' });
    expect(flagged?.energyFlags).toContain('meter-start-missing');
  });

  it('come with their energy in a file, without anybody having asked before', async () => {
    await tellAll();
    const question = { name: 'transactions', parameters: {}, format: 'ndjson' } as const;
    const opened = await exports.begin(question);
    if (!opened.ok) throw new Error(opened.message);
    let text = '';
    for (let { piece } = opened; ; piece = await exports.next(opened.id)) {
      text += Buffer.from(piece.bytes).toString();
      if (piece.done) break;
    }
    const rows = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(
      rows
        .map((row) => [row.transactionId, row.energyWh, row.energySource, row.energyReason])
        .sort((a, b) => a[0] - b[0]),
    ).toEqual(published);
  });

  it('are summed up where their energy is known, and counted where it is not', async () => {
    await tellAll();
    expect(await ask('sessions', day)).toMatchObject([
      { sessions: 6, stopped: 5, open: 1, energyWh: 18_000, energyUnknown: 1 },
    ]);
    expect(await ask('sessions', { ...day, chargePointId: 'CP-5' })).toMatchObject([
      { sessions: 1, energyWh: 0, energyUnknown: 1 },
    ]);
    const totals = await ask('transaction-totals', { final: true });
    expect(totals.map(({ energyWh, energyUnknown }) => [energyWh, energyUnknown])).toEqual([
      [3000, 0],
      [5000, 0],
      [5000, 0],
      [5000, 0],
      [0, 1],
      [0, 0],
    ]);
  });

  it.each(['closed', 'superseded'] as const)('count in every sum where they are %s', async (state) => {
    const over = { state, stoppedAt: null, chargePointId: 'CP-1' };
    await tell(
      runs(1, 1000, 4000, { chargePointId: 'CP-1' }),
      runs(2, 4000, null, { ...over, startedAt: at('09:00') }),
      runs(3, 9000, null, { ...over, startedAt: at('10:00'), connectorId: 2 }),
    );
    const reading = { chargePointId: 'CP-1', transactionId: 2, ts: at('09:10'), value: 5800 };
    await insertRows(embedded.engine, meterSamples, [registerSample(reading)]);
    expect(await ask('sessions', day)).toMatchObject([
      { sessions: 3, stopped: 1, open: 0, closed: 2, energyWh: 4800, energyUnknown: 1 },
    ]);
    expect(await ask('transaction-totals', { final: true })).toMatchObject([
      { transactions: 3, stopped: 1, energyWh: 4800, energyUnknown: 1 },
    ]);
  });

  it('say of which the energy has not been worked out yet', async () => {
    rollup = undefined;
    await tell(runs(1, 1000, 4000));
    expect(await ask('transactions')).toMatchObject([
      { energyWh: null, energySource: 'none', energyReason: 'being_worked_out', energyFlags: [] },
    ]);
    expect(await ask('sessions', day)).toMatchObject([{ sessions: 1, energyWh: 0, energyUnknown: 1 }]);
  });

  it('are one session however often they were stopped, also by a stop that came after they were forgotten', async () => {
    const stop = (transactionId: number, flag: string, named: number) =>
      runs(transactionId, null, 9000, {
        version: 1,
        connectorId: 0,
        startedAt: at('08:40'),
        state: 'unmatched',
        flags: [flag],
        rawStop: JSON.stringify({ transactionId: named, meterStop: 9000, timestamp: '2026-11-20T08:40:00Z' }),
      });
    await tell(runs(1, 1000, 4000), stop(2, 'conflicting-stop', 1), stop(3, 'transaction-id-unknown', 1));
    expect(await ask('sessions', day)).toMatchObject([{ sessions: 1, energyWh: 3000, energyUnknown: 0 }]);
    expect(await ask('sessions', { ...day, by: 'tag' })).toMatchObject([{ sessions: 1, energyWh: 3000 }]);
    for (const final of [true, false])
      expect(await ask('transaction-totals', { final })).toMatchObject([
        { transactions: 1, stopped: 1, energyWh: 3000, energyUnknown: 0 },
      ]);
    // Of another transaction that nobody knows, it is all that there is.
    await tell(stop(4, 'transaction-id-unknown', 77));
    expect(await ask('sessions', day)).toMatchObject([{ sessions: 2, energyWh: 3000, energyUnknown: 1 }]);
  });
});
