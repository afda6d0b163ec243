import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { EnergyRollup } from '../../src/analytics/energy/energy-rollup.ts';
import { migrate, readMigrations } from '../../src/analytics/migrate.ts';
import { QueryService } from '../../src/analytics/query-service.ts';
import type { MeterSampleRow } from '../../src/records/meter-samples.ts';
import { meterSamples } from '../../src/records/meter-samples.ts';
import { type TransactionRow, transactions } from '../../src/records/transactions.ts';
import { registerSample, transactionRow } from '../support/analytics-rows.ts';
import { type EmbeddedEngine, insertRows, openEmbeddedEngine } from '../support/embedded-engine.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A time of the day of the story. */
const at = (time: string) => Date.parse(`2026-11-29T${time}:00Z`);

type Sample = Partial<MeterSampleRow> & Pick<MeterSampleRow, 'ts' | 'value'>;
type Start = Partial<TransactionRow> & Pick<TransactionRow, 'startedAt' | 'meterStart'>;

/** A register in transaction 1. */
const reads = (time: string, value: number, change: Partial<MeterSampleRow> = {}): Sample => ({
  ts: at(time),
  value,
  transactionId: 1,
  ...change,
});
const runs = (
  start: string,
  meterStart: number,
  stop: string,
  meterStop: number,
  change: Partial<TransactionRow> = {},
): Start => ({
  startedAt: at(start),
  meterStart,
  stoppedAt: at(stop),
  meterStop,
  state: 'stopped',
  version: 2,
  ...change,
});

interface Story {
  readonly name: string;
  readonly transactions: readonly Start[];
  readonly samples: readonly Sample[];
  readonly wh: number;
  readonly leftOut?: Record<string, number>;
  readonly falls?: number;
}

const begins = { context: 'Transaction.Begin' };
const stories: readonly Story[] = [
  {
    name: 'the begin value is repeated in each message',
    transactions: [runs('08:00', 1000, '09:20', 4000)],
    samples: [
      reads('08:50', 2000),
      reads('08:50', 1000, begins),
      reads('09:10', 3000),
      reads('09:10', 1000, begins),
    ],
    wh: 3000,
  },
  {
    name: 'readings count from nought, start and stop do not',
    transactions: [runs('08:00', 4_076_000, '08:40', 4_076_400)],
    samples: [reads('08:10', 104), reads('08:20', 228), reads('08:30', 353)],
    wh: 400,
  },
  {
    name: 'one reading is ten times too high',
    transactions: [runs('08:00', 35_548_000, '08:40', 35_552_000)],
    samples: [reads('08:10', 35_548_800), reads('08:20', 355_549_200), reads('08:30', 35_550_300)],
    wh: 4000,
    leftOut: { 'outside-transaction': 1 },
  },
  {
    name: 'one reading is 0',
    transactions: [runs('08:00', 500_000, '08:20', 503_000)],
    samples: [reads('08:10', 0)],
    wh: 3000,
    leftOut: { 'outside-transaction': 1 },
  },
  {
    name: 'one reading is 0 between two sessions',
    transactions: [
      runs('07:00', 497_000, '07:30', 500_000),
      runs('08:00', 500_000, '08:20', 503_000, { transactionId: 2 }),
    ],
    samples: [reads('07:45', 0, { transactionId: null, context: 'Trigger' })],
    wh: 6000,
    leftOut: { 'another-series': 1 },
  },
  {
    name: 'values are impossible',
    transactions: [runs('08:00', 1000, '08:30', 2000)],
    samples: [reads('08:10', -5), reads('08:20', 1e15)],
    wh: 1000,
    leftOut: { negative: 1, 'beyond-any-meter': 1 },
  },
  {
    name: 'the stop is 0 after a loss of power',
    transactions: [
      runs('08:00', 1000, '08:30', 0, { stopReason: 'PowerLoss' }),
      runs('08:40', 6000, '09:00', 8000, { transactionId: 2 }),
    ],
    samples: [reads('08:10', 4000), reads('08:20', 6000), reads('08:50', 7000, { transactionId: 2 })],
    wh: 7000,
  },
  {
    name: 'the meter is exchanged',
    transactions: [runs('08:00', 48_000, '09:00', 3000)],
    samples: [49_000, 50_000, 0, 1500, 2900].map((wh, index) => reads(`08:${index + 1}0`, wh)),
    wh: 5000,
    falls: 1,
  },
  {
    name: 'meterStart is missing',
    transactions: [runs('08:00', 0, '08:40', 905_000, { flags: ['meter-start-missing'] })],
    samples: [reads('08:10', 900_000), reads('08:20', 903_000)],
    wh: 5000,
  },
  {
    name: 'meterStart is 0 and the readings are of a life',
    transactions: [runs('08:00', 0, '08:40', 905_000)],
    samples: [reads('08:10', 900_000), reads('08:20', 903_000)],
    wh: 5000,
  },
  {
    name: 'two transactions claim the same',
    transactions: [
      runs('08:00', 1000, '10:30', 6000),
      runs('09:00', 3000, '10:00', 5000, { transactionId: 2 }),
    ],
    samples: [],
    wh: 4000,
  },
  {
    name: 'the start is years old',
    transactions: [
      runs('08:00', 1000, '08:40', 2000, { startedAt: Date.UTC(2019, 0, 1), receivedAt: at('08:00') }),
    ],
    samples: [reads('08:10', 1600)],
    wh: 1000,
  },
  {
    name: 'meterStop is missing',
    transactions: [runs('08:00', 1000, '08:40', 1000, { flags: ['meter-stop-missing'] })],
    samples: [reads('08:10', 4000), reads('08:20', 6000)],
    wh: 5000,
  },
  {
    name: 'registers come phase by phase while it is open',
    transactions: [{ startedAt: at('08:00'), meterStart: 300 }],
    samples: ['L1', 'L2', 'L3'].flatMap((phase) => [
      reads('08:10', 200, { phase }),
      reads('08:20', 500, { phase }),
    ]),
    wh: 1200,
  },
  {
    name: 'only intervals come while it is open',
    transactions: [{ startedAt: at('08:00'), meterStart: 300 }],
    samples: [reads('08:10', 200), reads('08:20', 500)].map((sample) => ({
      ...sample,
      measurand: 'Energy.Active.Import.Interval',
    })),
    wh: 700,
  },
  {
    name: 'nothing tells what it was',
    transactions: [runs('08:00', 6000, '08:40', 0)],
    samples: [],
    wh: 0,
  },
];

describe('energy, worked out anew by connector and day', () => {
  let embedded: EmbeddedEngine;
  let service: QueryService;
  let rollup: EnergyRollup;

  beforeAll(async () => {
    embedded = await openEmbeddedEngine();
    service = new QueryService({
      atATime: 2,
      engine: () => embedded.engine,
      energy: () => rollup,
      queryTimeout: 20_000,
      problem: () => 'closed',
    });
  });
  beforeEach(() => begin());
  afterEach(async () => {
    for (const table of [
      'meter_samples',
      'transactions',
      'energy_days',
      'energy_touched',
      'energy_fleet_days',
      'transaction_energy',
    ]) {
      await embedded.engine.command(`TRUNCATE TABLE ${table}`);
    }
  });
  afterAll(() => embedded.close());

  function begin(samplesKept = 10_000 * DAY): void {
    rollup = new EnergyRollup({ engine: embedded.engine, timeLimit: 20_000, samplesKept });
  }
  async function workOut(): Promise<void> {
    do await rollup.keepUp();
    while (rollup.waiting > 0);
  }
  async function energy(parameters: Record<string, unknown> = {}) {
    const whole = { from: at('00:00'), to: at('00:00') + DAY, interval: 'whole' };
    const answer = await service.answer({ name: 'energy', parameters: { ...whole, ...parameters } }, 20_000);
    if (!answer.ok) throw new Error(answer.message);
    return answer.rows;
  }
  const samples = (rows: readonly Sample[]) =>
    insertRows(embedded.engine, meterSamples, rows.map(registerSample));
  const started = (rows: readonly Start[]) =>
    insertRows(
      embedded.engine,
      transactions,
      rows.map((row) => transactionRow({ transactionId: 1, ...row })),
    );

  it.each(stories)(
    'is what was delivered where $name',
    async ({ transactions, samples: readings, wh, leftOut, falls }) => {
      // Each message in an insert of its own, the last first, with a question in between.
      for (const reading of [...readings].reverse()) await samples([reading]);
      await energy({ chargePointId: 'CP-1' });
      await started(transactions);
      for (const parameters of [
        { by: 'connector' },
        { by: 'connector', chargePointId: 'CP-1' },
        { by: 'chargePoint', sort: '-energyWh' },
        { by: 'tag', idTag: 'tag-1' },
        { by: 'total' },
      ]) {
        const [row] = await energy(parameters);
        const isKnown = wh > 0;
        const between = parameters.by === 'tag' ? undefined : leftOut;
        expect(row, JSON.stringify(parameters)).toMatchObject({
          energyWh: wh,
          transactionsLeftOut: isKnown ? 0 : 1,
          registerFalls: falls ?? 0,
          ...(between && { readingsLeftOut: between }),
        });
      }
    },
  );

  it.each([
    ['08:03', '08:13', 700],
    ['08:04', '08:12', 700],
    ['08:04', '08:06', 400],
    ['08:06', '08:10', 0],
    ['08:05', '08:11', 350],
    ['08:11', '08:30', 150],
    ['07:00', '08:04', 300],
    ['08:01', '08:02', 300],
    ['08:12', '09:00', 0],
  ])('is what flowed from %s to %s, both within a quarter of an hour', async (from, to, wh) => {
    await started([
      runs('08:01', 700, '08:02', 1000, { transactionId: 2, idTag: 'TAG-2' }),
      runs('08:04', 1000, '08:12', 1700),
    ]);
    await samples([reads('08:06', 1400), reads('08:10', 1400)]);
    for (const parameters of [{ by: 'total' }, { chargePointId: 'CP-1' }]) {
      const rows = await energy({ from: at(from), to: at(to), ...parameters });
      expect(rows.reduce((sum, row) => sum + Number(row.energyWh), 0)).toBeCloseTo(wh, 6);
    }
  });

  it('takes in what arrives later, on the days before and after too', async () => {
    await samples([
      { ts: at('20:00') - DAY, value: 0 },
      { ts: at('04:00'), value: 8000 },
    ]);
    expect(await energy()).toMatchObject([{ energyWh: 4000 }]);
    const yesterday = { from: at('00:00') - DAY, to: at('00:00') };
    expect(await energy(yesterday)).toMatchObject([{ energyWh: 4000 }]);
    await samples([{ ts: at('22:00') - DAY, value: 8000 }]);
    expect(await energy(yesterday)).toMatchObject([{ energyWh: 8000 }]);
    expect(await energy()).toEqual([]);
    await samples([
      { ts: at('02:00'), value: 8000 },
      { ts: at('23:00'), value: 9000 },
    ]);
    expect(await energy()).toMatchObject([{ energyWh: 1000 }]);
  });

  it('goes on where an earlier process was', async () => {
    await samples([reads('08:00', 0), reads('09:00', 500)]);
    expect(await energy()).toMatchObject([{ energyWh: 500 }]);
    await samples([reads('10:00', 800)]);
    begin();
    await rollup.keepUp();
    expect(rollup.waiting).toBe(0);
    expect(await energy()).toMatchObject([{ energyWh: 800 }]);
  });

  it('is worked out by one node of a cluster, and known to the others', async () => {
    const inserted = vi.spyOn(embedded.engine, 'insert');
    onTestFinished(() => inserted.mockRestore());
    const [one, other] = ['a', 'b'].map((node) => {
      const { engine } = embedded;
      return new EnergyRollup({ engine, timeLimit: 20_000, samplesKept: 10_000 * DAY, node });
    }) as [EnergyRollup, EnergyRollup];
    await Promise.all([one.keepUp(), other.keepUp()]);
    const ids = Array.from({ length: 30 }, (_, index) => `CP-${index}`);
    await samples(
      ids.flatMap((chargePointId) => [
        reads('08:00', 0, { chargePointId }),
        reads('09:00', 500, { chargePointId }),
      ]),
    );
    const daysInserted = () => inserted.mock.calls.filter(([{ table }]) => table === 'energy_days').length;
    expect(await one.keepUp()).toBe(true);
    const ofOne = daysInserted();
    expect(ofOne).toBeGreaterThan(0);
    await other.keepUp();
    expect(daysInserted()).toBe(ofOne);
    expect(other.waiting).toBe(0);
    await samples([reads('10:00', 800, { chargePointId: 'CP-7' })]);
    rollup = other;
    expect(await energy({ by: 'total' })).toMatchObject([{ energyWh: 15_300 }]);
  });

  it('adds up over a fleet what an earlier process worked out and did not add up', async () => {
    const ids = Array.from({ length: 30 }, (_, index) => `CP-${index}`);
    await samples(
      ids.flatMap((chargePointId) => [
        reads('08:00', 0, { chargePointId }),
        reads('09:00', 500, { chargePointId }),
      ]),
    );
    await rollup.keepUp();
    expect(await energy({ by: 'total' })).toMatchObject([{ energyWh: 15_000 }]);
    await samples([
      reads('10:00', 800, { chargePointId: 'CP-7' }),
      reads('09:00', 0, { chargePointId: 'CP-8' }),
    ]);
    // It works out what it is asked for, and ends before it has added up anything.
    expect(await energy({ chargePointId: 'CP-7' })).toMatchObject([{ energyWh: 800 }]);
    await embedded.engine.command('TRUNCATE TABLE energy_touched');
    begin();
    expect(await energy({ by: 'total' })).toMatchObject([{ energyWh: 15_300 }]);
    // What was there and is not any more is replaced, too.
    await embedded.engine.command("DELETE FROM meter_samples WHERE charge_point_id != 'CP-7'");
    await samples(ids.map((chargePointId) => reads('09:00', 500, { chargePointId })));
    await workOut();
    expect(await energy({ by: 'total' })).toMatchObject([{ energyWh: 800 }]);
  });

  it('says how many days of connectors are not in an answer about the fleet', async () => {
    await rollup.keepUp();
    const ids = Array.from({ length: 501 }, (_, index) => `CP-${index}`);
    await samples(
      ids.flatMap((chargePointId) => [
        reads('08:00', 0, { chargePointId }),
        reads('09:00', 500, { chargePointId }),
      ]),
    );
    const parameters = { from: at('00:00'), to: at('00:00') + DAY, interval: 'whole', by: 'total' };
    const ask = (change = {}) =>
      service.answer({ name: 'energy', parameters: { ...parameters, ...change } }, 20_000);
    expect(await ask()).toMatchObject({ ok: true, rows: [], pending: 501 });
    const [from, to] = [at('00:00') - DAY, at('00:00')];
    expect(await ask({ from, to })).toEqual({ ok: true, rows: [] });
    expect(await ask({ chargePointId: 'CP-7' })).toMatchObject({ rows: [{ energyWh: 500 }] });
    await rollup.keepUp();
    const whole = await ask();
    expect(whole).toMatchObject({ ok: true, rows: [{ energyWh: 501 * 500 }] });
    expect(whole).not.toHaveProperty('pending');
  });

  it('is worked out at once for charge points whose identity begins as asked, however much of others waits', async () => {
    await rollup.keepUp();
    const others = Array.from({ length: 501 }, (_, index) => `CP-${index}`);
    await samples(others.map((chargePointId) => reads('08:00', 0, { chargePointId })));
    await started([runs('08:00', 1000, '09:00', 4000, { chargePointId: 'WITNESS-1' })]);
    const ask = (prefix: string) =>
      service.answer({ name: 'transaction-totals', parameters: { prefix } }, 20_000);
    expect(await ask('CP-')).toMatchObject({ ok: true, pending: 501 });
    const answer = await ask('WITNESS');
    expect(answer).toMatchObject({ ok: true, rows: [{ energyWh: 3000, energyUnknown: 0 }] });
    expect(answer).not.toHaveProperty('pending');
  });

  it('stays as it was worked out once its samples may be gone', async () => {
    await samples([reads('08:00', 0), reads('09:00', 500)]);
    expect(await energy()).toMatchObject([{ energyWh: 500 }]);
    await embedded.engine.command('TRUNCATE TABLE meter_samples');
    begin(0);
    await samples([reads('10:00', 800)]);
    expect(await energy({ chargePointId: 'CP-1' })).toMatchObject([{ energyWh: 500 }]);
    // Where nothing was worked out before, what is there counts.
    await samples([
      reads('10:00', 0, { chargePointId: 'CP-2' }),
      reads('11:00', 70, { chargePointId: 'CP-2' }),
    ]);
    expect(await energy({ chargePointId: 'CP-2' })).toMatchObject([{ energyWh: 70 }]);
  });

  it('keeps the energy of each transaction beside it', async () => {
    await started([
      runs('08:00', 6000, '08:40', 0),
      runs('09:00', 6000, '09:40', 9000, { transactionId: 2 }),
      { startedAt: at('10:00'), meterStart: 9000, transactionId: 3 },
    ]);
    await samples([reads('10:30', 9400, { transactionId: 3 })]);
    await rollup.keepUp();
    expect(
      await embedded.engine.query(
        'SELECT transaction_id AS id, energy_wh AS wh, source, reason FROM transaction_energy FINAL ORDER BY id',
      ),
    ).toEqual([
      { id: 1, wh: null, source: 'none', reason: 'meter-stop-below-start' },
      { id: 2, wh: 3000, source: 'registers', reason: '' },
      { id: 3, wh: 400, source: 'readings', reason: '' },
    ]);
  });

  describe('of a transaction that takes days', () => {
    const begun = at('08:00') - 40 * DAY;
    /** A register that rises by 1000 Wh each day, read at noon. */
    const daily = (day: number) => ({
      ts: begun + day * DAY + 4 * HOUR,
      value: 1000 * (day + 1),
      transactionId: 1,
    });
    const known = () =>
      embedded.engine.query('SELECT energy_wh AS wh, source FROM transaction_energy FINAL ORDER BY wh');

    it.each([
      ['eight days, touched on the first', 8, 0],
      ['eight days, touched in the middle', 8, 3],
      ['33 days, touched on the first', 33, 0],
      ['38 days, touched after 36', 38, 36],
      ['an unknown time, touched on the first', Number.POSITIVE_INFINITY, 0],
    ])('is the same whichever day is worked out last: %s', async (_, days, touched) => {
      const isOpen = !Number.isFinite(days);
      const stop = { state: 'stopped' as const, version: 2, stoppedAt: begun + days * DAY + 5 * HOUR };
      await started([
        {
          startedAt: begun,
          meterStart: 0,
          ...(isOpen ? {} : { ...stop, meterStop: null, flags: ['meter-stop-missing'] }),
        },
      ]);
      const last = isOpen ? 10 : days;
      await samples(Array.from({ length: last + 1 }, (__, day) => daily(day)));
      await workOut();
      const whole = [{ wh: 1000 * (last + 1), source: 'readings' }];
      expect(await known()).toEqual(whole);
      await samples([{ ...daily(touched), ts: daily(touched).ts + 1 }]);
      await workOut();
      expect(await known()).toEqual(whole);
    });

    it('does not shrink once its first samples may be gone, but grows on', async () => {
      await started([{ startedAt: begun, meterStart: null, flags: ['meter-start-missing'] }]);
      await samples([0, 1, 2, 3].map(daily));
      await workOut();
      expect(await known()).toEqual([{ wh: 3000, source: 'readings' }]);
      await embedded.engine.command('TRUNCATE TABLE meter_samples');
      begin(DAY);
      await samples([4, 5].map(daily));
      await workOut();
      expect(await known()).toEqual([{ wh: 3000, source: 'readings' }]);
      await samples([9].map(daily));
      await workOut();
      expect(await known()).toEqual([{ wh: 5000, source: 'readings' }]);
    });

    it('is kept where the clock was set back by a day between start and stop', async () => {
      await started([{ ...runs('08:00', 1000, '09:00', 4000), stoppedAt: at('09:00') - DAY }]);
      await workOut();
      expect(await known()).toEqual([{ wh: 3000, source: 'registers' }]);
    });
  });

  it('does not count a stop as a transaction left out whose transaction had only left the store', async () => {
    const stop = (transactionId: number, named: number, change: Partial<TransactionRow> = {}): Start => ({
      ...runs('12:00', 0, '12:00', 700),
      transactionId,
      connectorId: 0,
      meterStart: null,
      state: 'unmatched',
      version: 1,
      rawStop: JSON.stringify({ transactionId: named, meterStop: 700 }),
      ...change,
    });
    const leftOut = async () => {
      const rows = await energy({ by: 'total' });
      return rows.map(({ transactionsLeftOut, energyWh }) => [transactionsLeftOut, energyWh]);
    };
    await started([
      runs('08:00', 0, '09:00', 700),
      { ...runs('08:00', 0, '09:00', 700), transactionId: 2, chargePointId: 'CP-2' },
    ]);
    await started([stop(10, 1), stop(11, 1, { flags: ['conflicting-stop'] })]);
    expect(await leftOut()).toEqual([[0, 1400]]);
    // What nobody knows, and what another charge point knows.
    await started([stop(12, 77), stop(13, 2)]);
    expect(await leftOut()).toEqual([[2, 1400]]);
    expect(
      await embedded.engine.query(
        "SELECT transaction_id AS id FROM transaction_energy FINAL WHERE reason = 'unmatched' ORDER BY id",
      ),
    ).toEqual([10, 11, 12, 13].map((id) => ({ id })));
  });

  it('is worked out for what an earlier version left', async () => {
    const { engine } = embedded;
    const all = readMigrations();
    const tables = [
      'energy_touched_by_samples',
      'energy_touched_by_transactions',
      'energy_touched',
      'energy_days',
      'energy_fleet_days',
    ];
    for (const table of [...tables, 'transaction_energy']) await engine.command(`DROP TABLE ${table}`);
    await engine.command('ALTER TABLE schema_migrations DELETE WHERE number > 7 SETTINGS mutations_sync = 2');
    const earlier = all.filter(({ number }) => number <= 13);
    expect(await migrate(engine, earlier)).toContain('008-energy-hourly');
    await samples([reads('08:00', 0), reads('09:00', 500)]);
    await started([runs('08:00', 0, '09:30', 700)]);
    expect(await migrate(engine, all)).toContain('017-energy-days');
    begin();
    expect(await energy({ by: 'total' })).toMatchObject([{ energyWh: 700 }]);
    const left = await engine.query("SELECT name FROM system.tables WHERE name LIKE 'energy_hourly%'");
    expect(left).toEqual([]);
  });

  it('is added up over a fleet by an upgrade', async () => {
    const { engine } = embedded;
    await samples([reads('08:00', 0), reads('09:00', 500), reads('09:10', -1)]);
    await energy();
    await engine.command('DROP TABLE energy_fleet_days');
    for (const column of ['wh', 'odd_kinds', 'odd_amounts'])
      await engine.command(`ALTER TABLE energy_days DROP COLUMN ${column}`);
    await engine.command(
      'ALTER TABLE schema_migrations DELETE WHERE number > 20 SETTINGS mutations_sync = 2',
    );
    expect(await migrate(engine)).toContain('021-energy-fleet-days');
    const figures = [{ energyWh: 500, readingsLeftOut: { negative: 1 } }];
    expect(await energy({ by: 'total' })).toMatchObject(figures);
    expect(await energy({ by: 'chargePoint', from: at('00:00') - DAY })).toMatchObject(figures);
  });
});
