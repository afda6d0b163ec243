import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CorrectionRows } from '../../src/analytics/correction-rows.ts';
import { EnergyRollup } from '../../src/analytics/energy/energy-rollup.ts';
import { QueryService } from '../../src/analytics/query-service.ts';
import { transactions } from '../../src/records/transactions.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { type EmbeddedEngine, insertRows, openEmbeddedEngine } from '../support/embedded-engine.ts';
import { MINUTE, NOON, start, stop } from '../unit/store/starts-and-stops.ts';

describe('what operators correct', () => {
  let embedded: EmbeddedEngine;
  let store: Store;
  let directory: string;
  let told: CorrectionRows;
  const ids: number[] = [];

  /** Three transactions of 4,000 Wh each; ClickHouse has them as the store has. */
  beforeAll(async () => {
    embedded = await openEmbeddedEngine();
    directory = mkdtempSync(join(tmpdir(), 'farad-corrections-'));
    store = openStore({ dataDir: directory, role: 'setup' });
    told = new CorrectionRows(embedded.engine, store);
    for (let connectorId = 1; connectorId <= 3; connectorId++) {
      const { transaction } = await store.transactions.start(start({ connectorId }));
      const { transaction: ended } = await store.transactions.stop(stop(transaction.transactionId));
      await insertRows(embedded.engine, transactions, [ended]);
      ids.push(transaction.transactionId);
    }
  });
  afterAll(async () => {
    await store.close();
    await embedded.close();
    rmSync(directory, { recursive: true });
  });

  const correct = (transactionId: number, change: object) =>
    store.transactionCorrections.put({
      transactionId,
      chargePointId: 'CP-1',
      energyWh: null,
      meterStart: null,
      meterStop: null,
      note: 'read off the meter',
      by: 'night-shift',
      at: NOON + 60 * MINUTE,
      ...change,
    });

  const ask = async (name: string, parameters: object = {}): Promise<readonly Record<string, unknown>[]> => {
    const rollup = new EnergyRollup({ engine: embedded.engine, timeLimit: 20_000, samplesKept: 1e15 });
    const service = new QueryService({
      atATime: 1,
      engine: () => embedded.engine,
      queryTimeout: 20_000,
      energy: () => rollup,
      problem: () => '',
    });
    const range = { from: NOON - MINUTE, to: NOON + MINUTE };
    const answer = await service.answer(
      { name, parameters: { chargePointId: 'CP-1', ...range, ...parameters } },
      20_000,
    );
    if (!answer.ok) throw new Error(answer.message);
    return answer.rows;
  };

  it('reaches the analysts beside what was reported, in the list and in the sums', async () => {
    await correct(ids[0] as number, { energyWh: 1_500 });
    await correct(ids[1] as number, { meterStop: 3_000 });
    expect(await told.update()).toBe(2);
    expect(await told.update()).toBe(0);
    const rows = await ask('transactions');
    expect(
      rows
        .map((row) => [
          row.transactionId,
          row.energyWh,
          row.correctedEnergyWh,
          row.correctedBy,
          row.correctionNote,
        ])
        .sort(),
    ).toEqual([
      [ids[0], 4_000, 1_500, 'night-shift', 'read off the meter'],
      [ids[1], 4_000, 2_000, 'night-shift', 'read off the meter'],
      [ids[2], 4_000, null, null, null],
    ]);
    expect(rows.map(({ correctedAt }) => correctedAt)).toContain('2026-11-20T13:00:00.000Z');
    expect(await ask('sessions')).toMatchObject([
      { sessions: 3, energyWh: 12_000, correctedEnergyWh: 7_500, corrected: 2 },
    ]);
  });

  it('is replaced by another word, and gone when it is taken back, over a restart too', async () => {
    await correct(ids[0] as number, { energyWh: 0, note: 'nothing flowed' });
    await store.transactionCorrections.remove(ids[1] as number);
    const restarted = new CorrectionRows(embedded.engine, store, () => 1_000);
    expect(await restarted.update()).toBe(2);
    expect(await restarted.update()).toBe(0);
    expect(await ask('sessions')).toMatchObject([
      { energyWh: 12_000, correctedEnergyWh: 8_000, corrected: 1 },
    ]);
    await correct(ids[1] as number, { energyWh: 10 });
    expect(await restarted.update()).toBe(1);
    expect(await ask('sessions')).toMatchObject([{ correctedEnergyWh: 4_010, corrected: 2 }]);
  });

  it('is worked out anew when a stop that came late changes what it rests on', async () => {
    const { transactions: kept } = store;
    const { transaction } = await kept.start(start({ connectorId: 4 }));
    const { transactionId } = transaction;
    const closure = { cause: 'operator', by: '', at: NOON, reason: '', stoppedAt: NOON + MINUTE } as const;
    await kept.close({ transactionId, meterStop: 2_000, ...closure });
    await correct(transactionId, { meterStart: 500 });
    const comesTo = async () => {
      await told.update();
      const [row] = await embedded.engine.query<{ wh: number }>(
        `SELECT corrected_wh AS wh FROM transaction_corrections FINAL WHERE transaction_id = ${transactionId}`,
      );
      return row?.wh;
    };
    expect(await comesTo()).toBe(1_500);
    await kept.stop(stop(transactionId));
    expect(await comesTo()).toBe(4_500);
  });
});
