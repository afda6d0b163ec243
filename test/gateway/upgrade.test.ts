import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Environment } from '../../src/journal/environment.ts';
import { dataDirectory, startGateway } from '../support/gateway.ts';
import { OcppClient } from '../support/ocpp-client.ts';

/** A data directory of an earlier Farad, and what that one's API said of it (scripts/upgrade-fixture.mjs). */
const FIXTURE = new URL('../fixtures/upgrade/0.1.0-first/', import.meta.url).pathname;
const MAIN = new URL('../../dist/main.js', import.meta.url).pathname;
/** The fixture grows older than what is kept by default. */
const KEEP = ['--transactions-retention', '36500d', '--retention-meter-samples', '36500d'];

interface Known {
  readonly '/tokens': { readonly items: readonly object[] };
  readonly '/transactions': { readonly items: readonly Record<string, unknown>[] };
  readonly '/analytics/transactions': { readonly rows: readonly Record<string, unknown>[] };
  readonly '/sites/yard': Record<string, unknown>;
}

const expected = JSON.parse(readFileSync(join(FIXTURE, 'expected.json'), 'utf8')) as Known;

function unpacked(): string {
  const dataDir = dataDirectory();
  const { status, stderr } = spawnSync('tar', ['-xzf', join(FIXTURE, 'data.tar.gz'), '-C', dataDir]);
  expect(status, String(stderr)).toBe(0);
  return dataDir;
}

async function upgradeCheck(dataDir: string): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [MAIN, 'upgrade-check', '--data-dir', dataDir]);
  const text = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text.out += piece;
  });
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    text.err += piece;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...text };
}

test('the data directory of an earlier Farad is told what will be migrated, and then goes on with all that it held', async () => {
  const dataDir = unpacked();
  const before = await upgradeCheck(dataDir);
  expect(before).toMatchObject({ code: 0, err: '' });
  expect(before.out).toContain('This Farad can start.');
  expect(before.out).toMatch(/ClickHouse +runs 018-/);
  expect(before.out).toMatch(/way back +none without a copy/);
  // Looking has changed nothing.
  expect((await upgradeCheck(dataDir)).out).toBe(before.out);

  const gateway = await startGateway(KEEP, dataDir);
  const beside = await upgradeCheck(dataDir);
  expect(beside.out).toMatch(/state +nothing to migrate[\s\S]*ClickHouse +not looked at/);
  const get = <Answer>(path: string) => gateway.request<Answer>('GET', `/api/v1${path}`);
  expect(await get('/tokens')).toEqual(expected['/tokens']);
  expect(await get('/sites/yard')).toMatchObject(expected['/sites/yard']);
  expect(await get('/transactions')).toMatchObject(expected['/transactions']);
  const analytics = expected['/analytics/transactions'].rows.map(({ transactionId, energyWh }) => ({
    transactionId,
    energyWh,
  }));
  await expect
    .poll(() => get('/analytics/transactions'), { timeout: 30_000 })
    .toMatchObject({ rows: analytics });

  const chargePoint = await OcppClient.connect(Number(new URL(gateway.ocpp).port), 'CP-OPEN');
  const open = expected['/transactions'].items.find(({ state }) => state === 'open');
  const stop = { transactionId: open?.transactionId, meterStop: 4000, timestamp: new Date().toISOString() };
  expect((await chargePoint.call('StopTransaction', stop))[0]).toBe(3);
  expect(await get(`/transactions/${open?.transactionId}`)).toMatchObject({
    energyWh: 3000,
    state: 'stopped',
  });
  await chargePoint.close();
  await gateway.stop();
  const after = await upgradeCheck(dataDir);
  expect(after.out).toMatch(/ClickHouse +nothing to migrate/);
  expect(after.out).not.toContain('way back');
});

test('a data directory of a newer Farad is refused by the check, with the records that are newer', async () => {
  const dataDir = unpacked();
  const state = new Environment(join(dataDir, 'state'));
  const versions = state.records<number>('schema');
  state.transactSync(() => {
    versions.put(Buffer.from('transactions'), 99);
  });
  await state.close();
  const { code, out, err } = await upgradeCheck(dataDir);
  expect(code).toBe(1);
  expect(err).toMatch(
    /^farad: "transactions" in .*state has format 99, but this version of Farad knows formats up to \d+$/m,
  );
  expect(out).toContain('This Farad cannot start.');
});

test('the check of a damaged data directory names the file, and of an empty one says that a start begins anew', async () => {
  const dataDir = unpacked();
  cpSync(join(dataDir, 'installation.json'), join(dataDir, 'state', 'data.mdb'));
  const { code, err } = await upgradeCheck(dataDir);
  expect(code).toBe(1);
  expect(err).toContain(join(dataDir, 'state', 'data.mdb'));
  expect(await upgradeCheck(dataDirectory())).toMatchObject({
    code: 0,
    out: expect.stringContaining('a start begins anew'),
  });
});
