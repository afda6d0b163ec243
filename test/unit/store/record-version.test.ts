import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Environment } from '../../../src/journal/environment.ts';
import { versionAfter } from '../../../src/store/record-version.ts';
import { scratchDirectory, scratchStore } from './scratch.ts';

const NOON = Date.UTC(2026, 10, 20, 12);

test('a version is higher than the one before, whatever the clock says', () => {
  const first = versionAfter(undefined, NOON);
  const second = versionAfter({ version: first }, NOON);
  expect(second).toBeGreaterThan(first);
  expect(versionAfter({ version: second }, NOON - 3_600_000)).toBeGreaterThan(second);
  expect(versionAfter({ version: second }, NOON + 1)).toBeGreaterThan(second);
});

test('a record that was removed and made again goes on, and so does one of a Farad that counted versions', () => {
  let version = versionAfter(undefined, NOON);
  for (let change = 0; change < 1_000; change++) version = versionAfter({ version }, NOON);
  expect(versionAfter(undefined, NOON + 1)).toBeGreaterThan(version);
  expect(versionAfter({ version: 4_711 }, NOON)).toBe(versionAfter(undefined, NOON));
});

test('versions are exact numbers until the year 2248', () => {
  const late = versionAfter(undefined, Date.UTC(2248, 0));
  expect(Number.isSafeInteger(late)).toBe(true);
  expect(versionAfter({ version: late }, 0)).toBe(late + 1);
});

test('what the protocol learns of charge points counts nothing that all edges share', async () => {
  const dataDir = scratchDirectory();
  const store = scratchStore({ dataDir });
  const environment = new Environment(join(dataDir, 'state'));
  onTestFinished(() => environment.close());
  const shared = () => Array.from(environment.records('meta').getRange({}), ({ key }) => String(key));
  const before = shared();
  await store.sessions.claim({ chargePointId: 'CP-1', edge: 'edge-0', connectedAt: NOON, remoteAddress: '' });
  await store.chargePoints.update('CP-1', { registration: 'Accepted' }, NOON);
  await store.connectors.report({
    ...{ chargePointId: 'CP-1', connectorId: 1, status: 'Available', errorCode: 'NoError' },
    ...{ info: '', vendorId: '', vendorErrorCode: '', ts: NOON, receivedAt: NOON },
  });
  environment.endRead();
  expect(shared()).toEqual(before);
});
