import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { dataDirectory, type Gateway, startGateway } from '../support/gateway.ts';
import { connectStrictChargePoint } from '../support/strict-charge-point.ts';
import { until } from '../support/until.ts';

const MAIN = new URL('../../dist/main.js', import.meta.url).pathname;
const API_KEY = 'farad_test_key_0123456789';

interface Rows {
  readonly rows: readonly Record<string, unknown>[];
}

async function farad(...args: string[]): Promise<{ code: number | null; printed: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  const [code] = (await once(child, 'exit')) as [number | null];
  return { code, printed };
}

/** What a charge point can ask about later: everything that it was confirmed. */
async function everything(gateway: Gateway, prefix: string) {
  const get = (path: string) => gateway.request<Rows>('GET', `/api/v1/analytics/${path}`);
  const [samples, transactions, messages, tokens] = await Promise.all([
    get(`meter-sample-totals?prefix=${prefix}`),
    get(`transaction-totals?prefix=${prefix}&final=true`),
    get('messages?from=2020-01-01T00:00:00Z&action=StartTransaction&limit=1000'),
    gateway.request<{ items: unknown[] }>('GET', '/api/v1/tokens'),
  ]);
  return {
    samples: samples.rows,
    transactions: transactions.rows,
    starts: messages.rows.length,
    tokens: tokens.items,
  };
}

it('a data directory that is lost comes back from a backup of the live gateway, with all that was confirmed before it and nothing twice', async () => {
  const dataDir = dataDirectory();
  const folder = join(dataDirectory(), 'backup');
  // A charge point that sends as fast as it is answered: the bound on its frames is not what is tested here.
  const unbounded = ['--ocpp-frames-per-second', '1000', '--ocpp-frame-burst', '10000'];
  const gateway = await startGateway(['--sink-interval', '50ms', ...unbounded], dataDir);
  await gateway.request('PUT', '/api/v1/tokens/CARD-7', { status: 'Accepted' });
  const chargePoint = await connectStrictChargePoint(gateway.ocpp, 'SAVED-1', () => ({ status: 'Accepted' }));
  await chargePoint.call('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' });

  let charging = true;
  let confirmed = 0;
  let transactions = 0;
  const session = (async () => {
    while (charging) {
      const timestamp = new Date().toISOString();
      const { transactionId } = await chargePoint.call('StartTransaction', {
        connectorId: 1,
        idTag: 'CARD-7',
        meterStart: 0,
        timestamp,
      });
      for (let value = 0; value < 5; value++) {
        const meterValue = [
          { timestamp: new Date().toISOString(), sampledValue: [{ value: String(value) }] },
        ];
        await chargePoint.call('MeterValues', { connectorId: 1, transactionId, meterValue });
        confirmed++;
      }
      await chargePoint.call('StopTransaction', {
        transactionId,
        meterStop: 5,
        timestamp: new Date().toISOString(),
      });
      transactions++;
    }
  })();
  await until('some was confirmed', () => transactions >= 5);

  const before = { confirmed, transactions };
  const backup = await farad('backup', '--data-dir', dataDir, '--api-key', API_KEY, '--to', folder);
  expect(backup).toEqual({
    code: 0,
    printed: expect.stringContaining('everything that was confirmed before'),
  });
  const after = { confirmed: confirmed + 1, transactions: transactions + 1 };
  charging = false;
  await session;
  // It goes on after the backup: what came meanwhile reaches ClickHouse.
  await until('all samples are in ClickHouse', async () => {
    const { samples } = await everything(gateway, 'SAVED-');
    return samples[0]?.count === confirmed;
  });
  expect(await gateway.stop()).toBe(0);

  rmSync(dataDir, { recursive: true });
  const restore = await farad('restore', '--from', folder, '--data-dir', dataDir);
  expect(restore).toEqual({ code: 0, printed: expect.stringContaining('is as it was at') });
  const again = await farad('restore', '--from', folder, '--data-dir', dataDir);
  expect(again).toEqual({ code: 1, printed: expect.stringContaining('is not empty') });

  const restored = await startGateway(['--sink-interval', '50ms'], dataDir);
  const kept = await until('the queues of the backup are drained', async () => {
    const found = await everything(restored, 'SAVED-');
    return (
      Number(found.samples[0]?.count) >= before.confirmed && found.starts >= 2 * before.transactions && found
    );
  });
  expect(kept.samples[0]?.count).toBeLessThanOrEqual(after.confirmed);
  expect(kept.transactions[0]?.transactions).toBeGreaterThanOrEqual(before.transactions);
  expect(kept.tokens).toEqual([expect.objectContaining({ idTag: 'CARD-7' })]);
  // Nothing twice: the rows as they lie there are as many as different ones, and each start was one message
  // and one answer.
  const sql = await restored.request<{ rows: unknown[][] }>('POST', '/api/v1/analytics/sql', {
    sql: 'SELECT (SELECT count() - uniqExact(ts, value, transaction_id) FROM meter_samples), (SELECT count() - uniqExact(message_id, direction, type, action) FROM messages)',
  });
  expect(sql.rows).toEqual([[0, 0]]);
  // New transactions do not take ids that were given out.
  const next = await connectStrictChargePoint(restored.ocpp, 'SAVED-1', () => ({ status: 'Accepted' }));
  await next.call('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' });
  const { transactionId } = await next.call('StartTransaction', {
    connectorId: 1,
    idTag: 'CARD-7',
    meterStart: 0,
    timestamp: new Date().toISOString(),
  });
  expect(transactionId).toBeGreaterThan(0);
  expect(await restored.stop()).toBe(0);
});

it('a backup needs a running gateway, an admin key and a folder of its own; half a backup is not restored', async () => {
  const dataDir = dataDirectory();
  const folder = dataDirectory();
  const ask = (...args: string[]) => farad('backup', '--data-dir', dataDir, ...args);
  expect(await ask('--to', folder)).toMatchObject({ code: 2, printed: expect.stringContaining('admin key') });
  expect(await ask('--api-key', API_KEY)).toMatchObject({
    code: 2,
    printed: expect.stringContaining('--to'),
  });
  expect(await ask('--api-key', API_KEY, '--to', folder)).toMatchObject({
    code: 1,
    printed: expect.stringContaining('no gateway runs on'),
  });
  expect(await farad('restore', '--from', folder, '--data-dir', join(dataDir, 'new'))).toMatchObject({
    code: 1,
    printed: expect.stringContaining('holds no whole backup'),
  });
});
