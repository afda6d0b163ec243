/**
 * Makes the fixture of the upgrade test: runs the Farad of a checkout
 * (`node scripts/upgrade-fixture.mjs CHECKOUT NAME`), lets it provision and charge, and keeps its data
 * directory, packed, and what its API said about it, in test/fixtures/upgrade/NAME. Made once per release,
 * before it is built upon.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';

const API_KEY = 'farad_test_key_0123456789';
const KEY_OF_CHARGE_POINT = '0123456789abcdef0123456789abcdef01234567';
const PATIENCE_MS = 30_000;

const [checkout, name] = process.argv.slice(2);
if (!checkout || !/^[a-z0-9.-]+$/.test(name ?? '')) {
  console.error('usage: node scripts/upgrade-fixture.mjs CHECKOUT NAME');
  process.exit(2);
}

const dataDir = mkdtempSync(join(tmpdir(), 'farad-fixture-'));
const gateway = spawn(
  process.execPath,
  [
    'bin/farad.mjs',
    'serve',
    '--data-dir',
    dataDir,
    '--ocpp-port',
    '0',
    '--api-port',
    '0',
    '--api-key',
    API_KEY,
  ],
  { cwd: resolve(checkout), stdio: ['ignore', 'inherit', 'inherit'] },
);
try {
  const { ocpp, api } = await until('the gateway serves', () => readEndpoints());
  const expected = await fill(ocpp, apiOf(api));
  gateway.kill('SIGTERM');
  await once(gateway, 'exit');
  const folder = fileURLToPath(new URL(`../test/fixtures/upgrade/${name}/`, import.meta.url));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'expected.json'), `${JSON.stringify(expected, null, 2)}\n`);
  // No name of whoever made it goes into the archive.
  const packed = spawnSync(
    'tar',
    ['--owner=0', '--group=0', '-czf', join(folder, 'data.tar.gz'), '-C', dataDir, '.'],
    {
      stdio: 'inherit',
    },
  );
  if (packed.status !== 0) throw new Error('tar failed');
} finally {
  if (gateway.exitCode === null) gateway.kill('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
}

function readEndpoints() {
  if (gateway.exitCode !== null) throw new Error('the gateway ended');
  try {
    return JSON.parse(readFileSync(join(dataDir, 'endpoints.json'), 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Provisions and charges; returns what an operator is told of it. */
async function fill(ocpp, call) {
  await call('PUT', '/tokens/TAG-1', { status: 'Accepted', parentIdTag: 'FAMILY' });
  await call('PUT', '/tokens/TAG-2', { status: 'Blocked', note: 'lost' });
  await call('PUT', '/charge-points/CP-KEPT', {
    group: 'north',
    note: 'beside the gate',
    keyHex: KEY_OF_CHARGE_POINT,
  });
  await call('PUT', '/sites/yard', {
    groups: [{ id: 'main', parent: null, limit: { unit: 'A', perPhase: 63 } }],
    members: [
      { chargePointId: 'CP-OPEN', connectorId: 1, group: 'main', phases: ['L1', 'L2', 'L3'], rating: 32 },
    ],
  });
  const kept = await connect(ocpp, 'CP-KEPT', Buffer.from(KEY_OF_CHARGE_POINT, 'hex'));
  const open = await connect(ocpp, 'CP-OPEN');
  for (const chargePoint of [kept, open]) {
    await chargePoint('BootNotification', { chargePointVendor: 'Farad', chargePointModel: 'Fixture' });
    await chargePoint('StatusNotification', { connectorId: 1, status: 'Available', errorCode: 'NoError' });
  }
  const begun = Date.now() - 3_600_000;
  const at = (minutes) => new Date(begun + minutes * 60_000).toISOString();
  const charge = async (chargePoint, meterStart, minutes) => {
    const { transactionId } = await chargePoint('StartTransaction', {
      connectorId: 1,
      idTag: 'TAG-1',
      meterStart,
      timestamp: at(minutes),
    });
    for (let step = 1; step <= 5; step++) {
      const value = String(meterStart + 500 * step);
      await chargePoint('MeterValues', {
        connectorId: 1,
        transactionId,
        meterValue: [{ timestamp: at(minutes + step), sampledValue: [{ value }] }],
      });
    }
    return transactionId;
  };
  for (const minutes of [0, 20]) {
    const meterStart = 10_000 + minutes * 1000;
    const transactionId = await charge(kept, meterStart, minutes);
    await kept('StopTransaction', {
      transactionId,
      meterStop: meterStart + 2750,
      timestamp: at(minutes + 6),
    });
  }
  await charge(open, 1000, 40);
  await until('the energy of what ended is known', async () => {
    const { rows } = await call('GET', '/analytics/transactions');
    return rows.filter(({ energyWh }) => Number(energyWh) === 2750).length === 2 && rows.length === 3
      ? rows
      : undefined;
  });
  return {
    '/tokens': await call('GET', '/tokens'),
    '/charge-points': await call('GET', '/charge-points'),
    '/transactions': await call('GET', '/transactions'),
    '/analytics/transactions': await call('GET', '/analytics/transactions'),
    '/sites/yard': await call('GET', '/sites/yard'),
  };
}

async function connect(ocpp, id, key) {
  const headers = key
    ? { authorization: `Basic ${Buffer.concat([Buffer.from(`${id}:`), key]).toString('base64')}` }
    : {};
  const socket = new WebSocket(`${ocpp}/${id}`, ['ocpp1.6'], { headers });
  await once(socket, 'open');
  let last = 0;
  return async (action, payload) => {
    const message = String(++last);
    socket.send(JSON.stringify([2, message, action, payload]));
    for (;;) {
      const [data] = await once(socket, 'message');
      const [kind, about, answer] = JSON.parse(data);
      if (about !== message) continue;
      if (kind !== 3) throw new Error(`${action}: ${data}`);
      return answer;
    }
  };
}

function apiOf(api) {
  return async (method, path, body) => {
    const response = await fetch(`${api}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${API_KEY}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
}

async function until(what, look) {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await wait(100)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`gave up waiting until ${what}`);
}
