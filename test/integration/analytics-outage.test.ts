import { expect, it, onTestFinished } from 'vitest';
import { startClickHouse } from '../../load/cluster/clickhouse-server.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { meterSamples } from '../../src/records/meter-samples.ts';
import { transactions } from '../../src/records/transactions.ts';
import { startAnalytics } from '../support/analytics-process.ts';
import { registerSample, transactionRow } from '../support/analytics-rows.ts';
import { openSinkUnderTest } from '../support/sink-under-test.ts';
import { until } from '../support/until.ts';

const noon = Date.UTC(2026, 4, 4, 12);
const TABLES = ['transactions', 'meter_samples', 'energy_touched'] as const;

it('full disks of ClickHouse and kills of analytics, in turn, neither lose nor double a row, and no cause is told that is over', async () => {
  const server = await startClickHouse();
  onTestFinished(() => server.close());
  const under = openSinkUnderTest();
  onTestFinished(() => under.close());
  const config = loadConfig({
    flags: { 'data-dir': under.dataDir, 'clickhouse-url': server.url, 'sink-interval': '20ms' },
  });
  const ask = async (sql: string): Promise<string> => {
    const answer = await fetch(`${server.url}/?database=farad`, { method: 'POST', body: sql });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    return text.trim();
  };
  /**
   * Makes inserts into these tables fail as on a full disk; where only the rollup is full, the samples behind
   * it get in.
   */
  const leaveFree = async (bytes: number, tables: readonly string[] = TABLES) => {
    for (const table of tables) {
      await ask(`ALTER TABLE ${table} MODIFY SETTING min_free_disk_bytes_to_perform_insert = ${bytes}`);
    }
  };
  const drained = () =>
    [under.journal.queue, under.store.outbox].every(
      (queue) => queue.depth().entries === 0 && !queue.savedBatch(),
    );
  let ids = 0;
  let samples = 0;
  /** Each transaction with its end, and a sample in its batch and in a later one. */
  const write = async () => {
    const id = ++ids;
    const row = transactionRow({ transactionId: id, startedAt: noon, meterStart: 0 });
    await under.send(transactions, [row, { ...row, version: 2, state: 'stopped', meterStop: 7 }]);
    const sample = (number: number) => registerSample({ ts: noon + number * 1000, value: number });
    await under.append(meterSamples, [sample(++samples), sample(samples), sample(++samples)]);
    await under.append(meterSamples, [sample(samples)]);
  };

  let analytics = startAnalytics(config);
  await analytics.started;
  for (const full of [TABLES, ['energy_touched'], TABLES, ['transactions'], ['energy_touched']] as const) {
    await leaveFree(1e15, full);
    for (let count = 0; count < 4; count++) await write();
    await until(
      'batches are under way',
      () => under.journal.queue.savedBatch() || under.store.outbox.savedBatch(),
    );
    analytics.child.kill('SIGKILL');
    await analytics.ended;
    await write();
    analytics = startAnalytics(config);
    await analytics.started;
    await ask('OPTIMIZE TABLE transactions FINAL');
    await ask('OPTIMIZE TABLE meter_samples FINAL');
    await leaveFree(0);
    await until('all queues are empty', drained);
  }
  expect(await analytics.control.call('analytics', 'health.read', {})).toMatchObject({ ready: true });
  for (const table of TABLES) await ask(`OPTIMIZE TABLE ${table} FINAL`);
  expect(await ask('SELECT count(), uniqExact(transaction_id), min(version) FROM transactions')).toBe(
    `${ids}\t${ids}\t2`,
  );
  expect(await ask('SELECT count(), uniqExact(ts) FROM meter_samples')).toBe(`${samples}\t${samples}`);
  expect(await ask('SELECT count() FROM rejected_rows')).toBe('0');
}, 90_000);
