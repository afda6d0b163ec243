import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Confirmed, Ledger, ledgerRows } from '../../load/ledger.ts';
import { type Ask, StoredTotals } from '../../load/stored-totals.ts';
import { auditDoubles, look, verify } from '../../load/verify.ts';
import { EnergyRollup } from '../../src/analytics/energy/energy-rollup.ts';
import { type Engine, type Insert, withLines } from '../../src/analytics/engine.ts';
import { QueryService } from '../../src/analytics/query-service.ts';
import { Sink } from '../../src/analytics/sink.ts';
import { type Journal, journalPath, openJournal } from '../../src/journal/journal.ts';
import type { OverflowingLane as Lane } from '../../src/journal/overflow.ts';
import { packChunk } from '../../src/records/chunk.ts';
import { transactions } from '../../src/records/transactions.ts';
import { Charge } from '../../src/simulator/charge.ts';
import { PLAIN_HARDWARE } from '../../src/simulator/hardware.ts';
import { readMeter } from '../../src/simulator/meter-values.ts';
import { Random } from '../../src/simulator/random.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { logTo } from '../../src/telemetry/log.ts';
import { flattenMeterValues } from '../../src/workers/v16/flatten-meter-values.ts';
import { sampleChunk, transactionRow } from '../support/analytics-rows.ts';
import { type EmbeddedEngine, linesOf, openEmbeddedEngine } from '../support/embedded-engine.ts';
import { until } from '../support/until.ts';

/** The verification of the load tool against the real journal, sink and ClickHouse, faultless and broken. */

const CHARGE_POINTS = 5;
const READINGS = 30;
const start = Date.UTC(2026, 4, 4, 12);

let embedded: EmbeddedEngine;
let dataDir: string;
let store: Store;
let journal: Journal;
let lane: Lane;
let sink: Sink | undefined;
let ask: Ask;
let totals: StoredTotals;
let confirmed: Confirmed[];
let ledger: Ledger;

beforeAll(async () => {
  embedded = await openEmbeddedEngine();
  const { engine } = embedded;
  const rollup = new EnergyRollup({ engine, timeLimit: 20_000, samplesKept: 1e12 });
  const queries = new QueryService({
    atATime: 2,
    engine: () => engine,
    energy: () => rollup,
    queryTimeout: 20_000,
    problem: () => 'closed',
  });
  // A merge would hide doubled rows sooner or later; here it must not be a matter of luck.
  await embedded.engine.command('SYSTEM STOP MERGES meter_samples');
  ask = async (name, parameters) => {
    const answer = await queries.answer({ name, parameters }, 20_000);
    if (!answer.ok) throw new Error(answer.message);
    return [...answer.rows];
  };
  totals = new StoredTotals(ask);
});

afterAll(() => embedded.close());

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'farad-verify-'));
  store = openStore({ dataDir, role: 'setup' });
  journal = openJournal({ path: journalPath(dataDir, 'edge-0') });
  lane = journal.openLane();
  ledger = new Ledger(CHARGE_POINTS);
  await writeRun();
  confirmed = ledgerRows(ledger.columns, (place) => `LOAD-${place}`);
});

afterEach(async () => {
  await sink?.stop();
  sink = undefined;
  await journal.close();
  await store.close();
  rmSync(dataDir, { recursive: true, force: true });
  for (const table of [
    'meter_samples',
    'transactions',
    'energy_days',
    'energy_touched',
    'transaction_energy',
  ])
    await embedded.engine.command(`TRUNCATE TABLE ${table}`);
});

/**
 * What a fleet sends and a gateway confirms: 30 readings with 7 samples of each charge point, and a
 * transaction.
 */
async function writeRun(): Promise<void> {
  for (let place = 0; place < CHARGE_POINTS; place++) {
    const vehicle = { capacityWh: 60_000, maxPowerW: 11_000, soc: 0.2, targetSoc: 1 };
    const charge = new Charge(PLAIN_HARDWARE, vehicle, 1_000 * place, new Random(place));
    const meterStart = Math.round(charge.registerWh);
    const transaction = {
      transactionId: place + 1,
      chargePointId: `LOAD-${place}`,
      startedAt: start,
      meterStart,
    };
    await appendTransaction(transactionRow(transaction));
    ledger.startTransaction(place);
    for (let reading = 0; reading < READINGS; reading++)
      await appendReading(place, charge, start + reading * 10_000);
    const meterStop = Math.round(charge.registerWh);
    await appendTransaction(
      transactionRow({
        ...transaction,
        version: 2,
        meterStop,
        stoppedAt: start + READINGS * 10_000,
        stopReason: 'Local',
        state: 'stopped',
      }),
    );
    ledger.stopTransaction(place, meterStop - meterStart);
  }
}

async function appendTransaction(row: ReturnType<typeof transactionRow>): Promise<void> {
  await lane.append(packChunk(transactions.id, 1, Date.now(), linesOf(transactions, [row]).toString()));
}

async function appendReading(place: number, charge: Charge, at: number): Promise<void> {
  charge.advance(10_000);
  const reading = readMeter(charge, 7, new Date(at).toISOString(), 'Sample.Periodic');
  await appendText(place, reading.text);
  ledger.confirmSamples(place, { count: reading.count, sum: reading.sum, firstAt: at, lastAt: at });
}

async function appendText(place: number, meterValue: string): Promise<void> {
  const rows = flattenMeterValues([JSON.parse(meterValue)], {
    chargePointId: `LOAD-${place}`,
    connectorId: 1,
    transactionId: place + 1,
    message: 'MeterValues',
    receivedAt: Date.now(),
    flags: [],
  });
  await lane.append(sampleChunk(rows));
}

/** Drains the journal through `engine`, in small batches. */
function drain(engine: Engine): void {
  sink = new Sink({
    dataDir,
    outbox: store.outbox,
    batchRows: 200,
    interval: 10,
    pauses: { first: 5, longest: 20 },
    listener: () => undefined,
    onBroken: (error) => {
      throw error;
    },
    log: logTo({ write: () => undefined }, 'info', 'test'),
  });
  sink.start(engine);
}

/** The engine, with another way to insert. */
function engineThatInserts(insert: (insert: Insert) => Promise<void>): Engine {
  const { engine } = embedded;
  return {
    prepare: () => engine.prepare(),
    command: (sql) => engine.command(sql),
    query: (sql, parameters, timeLimit) => engine.query(sql, parameters, timeLimit),
    export: (...question) => engine.export(...question),
    foreign: (...question) => engine.foreign(...question),
    syntaxTree: (...question) => engine.syntaxTree(...question),
    backup: (name) => engine.backup(name),
    close: () => Promise.resolve(),
    insert,
  };
}

const verdict = (timeoutMs = 5_000) => verify(confirmed, totals, 'LOAD-', timeoutMs);

test('a faultless sink: equal in count, sum, times and transactions', async () => {
  drain(embedded.engine);
  expect(await verdict()).toMatchObject({
    equal: true,
    confirmedSamples: CHARGE_POINTS * READINGS * 7,
    storedSamples: CHARGE_POINTS * READINGS * 7,
    confirmedTransactions: CHARGE_POINTS,
    storedTransactions: CHARGE_POINTS,
    mismatches: [],
    isDoubled: false,
  });
});

test('an insert that is repeated under its own token does no harm', async () => {
  drain(
    engineThatInserts(async (insert) => {
      await embedded.engine.insert(insert);
      await embedded.engine.insert(insert);
    }),
  );
  expect(await verdict()).toMatchObject({ equal: true });
});

test('a sink that inserts one batch twice turns it red, and in the middle of a run, too', async () => {
  let batches = 0;
  drain(
    engineThatInserts(async (insert) => {
      await embedded.engine.insert(insert);
      if (insert.table === 'meter_samples' && ++batches === 2) {
        await embedded.engine.insert({ ...insert, token: `${insert.token}:again` });
      }
    }),
  );
  // Long before everything has arrived it can be said that too much has.
  const seen = await verdict();
  expect(seen).toMatchObject({ equal: false, isDoubled: true, deadlinePassed: false });
  const audit = await auditDoubles(totals, 'LOAD-', () => Promise.resolve(confirmed));
  expect(audit.length).toBeGreaterThan(0);
  expect(audit.length).toBeLessThan(CHARGE_POINTS);
});

test('ClickHouse may take longer than the deadline as long as it comes nearer', async () => {
  drain(embedded.engine);
  expect(await verdict()).toMatchObject({ equal: true });
  let looks = 0;
  const slow = new StoredTotals(async (name, parameters) => {
    const rows = await ask(name, parameters);
    if (name !== 'transaction-totals') return rows;
    looks++;
    return rows.map((row, index) => (index < looks ? row : { ...row, energyWh: -1 }));
  });
  const before = performance.now();
  expect(await verify(confirmed, slow, 'LOAD-', 600)).toMatchObject({ equal: true, deadlinePassed: false });
  expect(looks).toBe(CHARGE_POINTS);
  expect(performance.now() - before).toBeGreaterThan(600);
});

test('energy that is wrong turns it red, unless only rows are compared', async () => {
  drain(embedded.engine);
  expect(await verdict()).toMatchObject({ equal: true });
  const wrong = new StoredTotals(async (name, parameters) => {
    const rows = await ask(name, parameters);
    return name === 'transaction-totals' ? rows.map((row) => ({ ...row, energyWh: -1 })) : rows;
  });
  const judged = await verify(confirmed, wrong, 'LOAD-', 100);
  expect(judged).toMatchObject({ equal: false, deadlinePassed: true });
  expect(judged.mismatches).toHaveLength(CHARGE_POINTS);
  expect(await verify(confirmed, wrong, 'LOAD-', 100, 'rows')).toMatchObject({ equal: true });
});

test('a sink that drops one batch turns it red', async () => {
  let batches = 0;
  drain(
    engineThatInserts(async (insert) => {
      if (insert.table === 'meter_samples' && ++batches === 2) return;
      await embedded.engine.insert(insert);
    }),
  );
  const seen = await verdict(2_000);
  expect(seen).toMatchObject({ equal: false, isDoubled: false, deadlinePassed: true });
  expect(seen.storedSamples).toBeLessThan(seen.confirmedSamples);
});

test('a journal entry that is gone before the sink reads it turns it red: one reading of one charge point', async () => {
  const [laneId] = journal.queue.lanes();
  if (laneId === undefined) throw new Error('no lane');
  const entries = journal.queue.read(laneId, 0, { entries: 10, bytes: 1e6 });
  const victim = entries[4];
  if (victim === undefined) throw new Error('no entry');
  await journal.queue.remove([{ lane: laneId, from: victim.seq, to: victim.seq }]);
  drain(embedded.engine);
  const seen = await verdict(2_000);
  expect(seen.mismatches).toEqual([
    { chargePointId: 'LOAD-0', what: `${READINGS * 7} samples confirmed, ${(READINGS - 1) * 7} stored` },
  ]);
});

test('a value that was changed on its way turns it red, though the count is right', async () => {
  drain(
    engineThatInserts(async (insert) => {
      // The first number of each insert that stands beside its raw text.
      const { table, token, lines } = withLines(insert);
      const falsified = lines
        .toString()
        .replace(
          /,(\d+),"(\d+)","MeterValues"/,
          (_, value: string, raw: string) => `,${Number(value) + 1},"${raw}","MeterValues"`,
        );
      await embedded.engine.insert({ table, token, lines: Buffer.from(falsified) });
    }),
  );
  const seen = await verdict(2_000);
  expect(seen).toMatchObject({ equal: false, storedSamples: seen.confirmedSamples });
  expect(seen.mismatches[0]?.what).toMatch(/^sum /);
});

test('a transaction that got two ids turns it red', async () => {
  await appendTransaction(
    transactionRow({ transactionId: 999, chargePointId: 'LOAD-3', startedAt: start, meterStart: 3_000 }),
  );
  drain(embedded.engine);
  const seen = await verdict();
  expect(seen).toMatchObject({ equal: false, isDoubled: true });
  expect(seen.mismatches).toContainEqual({
    chargePointId: 'LOAD-3',
    what: '1 transactions started, 2 stored',
  });
});

test('MeterValues that a charge point rightly sent again may be there twice, once in the merged view (E8); nobody else may', async () => {
  const charge = new Charge(
    PLAIN_HARDWARE,
    { capacityWh: 60_000, maxPowerW: 11_000, soc: 0.2, targetSoc: 1 },
    5,
    new Random(9),
  );
  const at = start + 3_600_000;
  const reading = readMeter(charge, 7, new Date(at).toISOString(), 'Sample.Periodic');
  await appendText(2, reading.text);
  ledger.confirmSamples(2, { count: reading.count, sum: reading.sum, firstAt: at, lastAt: at });
  confirmed = ledgerRows(ledger.columns, (place) => `LOAD-${place}`);
  drain(embedded.engine);
  expect(await verdict()).toMatchObject({ equal: true });
  await appendText(2, reading.text);
  await until('the second one is there', async () => !(await look(confirmed, totals, 'LOAD-')).equal);
  expect(await verdict()).toMatchObject({ equal: false, isDoubled: true });

  ledger.repeatSamples(2, reading.count);
  confirmed = ledgerRows(ledger.columns, (place) => `LOAD-${place}`);
  expect(await verdict()).toMatchObject({ equal: true, isDoubled: false, repeatedSamples: 7 });
});

test('rows of somebody who is not in the ledger are no part of the truth either', async () => {
  drain(embedded.engine);
  await verdict();
  const seen = await look(confirmed.slice(1), totals, 'LOAD-');
  expect(seen.mismatches).toContainEqual({ chargePointId: 'LOAD-0', what: 'stored, but nobody sent it' });
});
