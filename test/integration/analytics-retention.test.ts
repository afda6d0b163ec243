import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Retention } from '../../src/analytics/retention.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { meterSamples } from '../../src/records/meter-samples.ts';
import { transactions } from '../../src/records/transactions.ts';
import { ClockGuard } from '../../src/store/clock-guard.ts';
import { registerSample, transactionRow } from '../support/analytics-rows.ts';
import { type EmbeddedEngine, insertRows, openEmbeddedEngine } from '../support/embedded-engine.ts';
import { until } from '../support/until.ts';

const DAY = 86_400_000;
const NOON = Date.UTC(2026, 10, 29, 12);

describe('rows that are too old', () => {
  let embedded: EmbeddedEngine;
  let wall = NOON;
  let uptime = DAY;
  beforeAll(async () => {
    embedded = await openEmbeddedEngine();
  });
  afterAll(() => embedded.close());

  const guard = () => new ClockGuard(embedded.directory, () => ({ wall, uptime, boot: 'first' }));
  const retention = () =>
    new Retention({
      engine: embedded.engine,
      settings: loadConfig({ flags: {} }).retention,
      cluster: '',
      trustedNow: () => guard().trustedNow(),
    });
  const count = async (table: string) => {
    const [row] = await embedded.engine.query<{ n: number }>(`SELECT toUInt32(count()) AS n FROM ${table}`);
    return row?.n;
  };
  const pass = (ms: number) => {
    wall += ms;
    uptime += ms;
    guard().look();
  };

  it('stay while they are young', async () => {
    guard().look();
    await insertRows(embedded.engine, meterSamples, [
      registerSample({ ts: NOON, value: 1, receivedAt: NOON }),
    ]);
    await insertRows(embedded.engine, transactions, [
      transactionRow({ transactionId: 76, meterStart: 0, startedAt: NOON }),
    ]);
    expect(await retention().run()).toEqual([]);
    expect([await count('meter_samples'), await count('transactions')]).toEqual([1, 1]);
  });

  it('stay when the clock was set forward by ten years and more, whatever ClickHouse does meanwhile', async () => {
    wall += 4_000 * DAY;
    guard().look();
    expect(await retention().run()).toEqual([]);
    await embedded.engine.command('OPTIMIZE TABLE meter_samples FINAL');
    await embedded.engine.command('OPTIMIZE TABLE transactions FINAL');
    expect([await count('meter_samples'), await count('transactions')]).toEqual([1, 1]);
  });

  it('go by whole partitions where the table is large, once time has passed', async () => {
    wall -= 4_000 * DAY;
    pass(400 * DAY);
    // The month of the sample is not over for so long.
    const drop =
      "ALTER TABLE meter_samples DROP PARTITION ID '202611' SETTINGS max_partition_size_to_drop = 0";
    expect(await retention().run()).not.toContain(drop);
    pass(3 * DAY);
    expect(await retention().run()).toContain(drop);
    expect([await count('meter_samples'), await count('transactions')]).toEqual([0, 1]);
  });

  it("go on an operator's word, row by row in smaller tables", async () => {
    await insertRows(embedded.engine, transactions, [
      transactionRow({ transactionId: 77, meterStart: 0, startedAt: NOON + 20 * DAY }),
    ]);
    wall = NOON + 3_660 * DAY;
    expect(await retention().run()).toEqual([]);
    guard().adopt();
    const kept = retention();
    expect(
      (await kept.run()).filter((statement) => statement.includes(' transactions DELETE ')),
    ).toHaveLength(1);
    await until('the old transaction to be deleted', async () => (await count('transactions')) === 1);
    expect(await kept.run()).toEqual([]);
  });
});
