import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ConnectorPlan } from '../../../src/store/site-plan-record.ts';
import type { SiteInput } from '../../../src/store/site-record.ts';
import { openStore, type Store } from '../../../src/store/store.ts';

let dataDir: string;
let store: Store;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'farad-sites-'));
  store = openStore({ dataDir, role: 'setup' });
});

afterEach(async () => {
  await store.close();
  rmSync(dataDir, { recursive: true, force: true });
});

function site(id: string, chargePoints: readonly string[]): SiteInput {
  return {
    id,
    groups: [{ id: 'all', parent: null, limit: null }],
    members: chargePoints.map((chargePointId) => ({
      chargePointId,
      connectorId: 1,
      group: 'all',
      phases: ['L1', 'L2', 'L3'],
      rating: 32,
    })),
    sharing: 'equal',
    minimumCurrent: 6,
    fallbackCurrent: null,
    voltage: 230,
    remoteStop: false,
  };
}

test('a connector belongs to one site: another one that wants it is told who has it', async () => {
  await store.sites.put(site('north', ['A', 'B']));
  expect(await store.sites.put(site('south', ['C', 'B']))).toEqual({
    taken: { chargePointId: 'B', connectorId: 1, site: 'north' },
  });
  expect(store.sites.get('south')).toBeUndefined();
  await store.sites.put(site('north', ['A']));
  expect(await store.sites.put(site('south', ['C', 'B']))).toMatchObject({ id: 'south' });
  expect(store.sites.ofConnector('B', 1)).toBe('south');
  expect(await store.sites.remove('south')).toBe(true);
  expect(store.sites.ofConnector('B', 1)).toBeUndefined();
  expect(store.sites.list({ limit: 10 }).items.map(({ id }) => id)).toEqual(['north']);
});

test('plans outlive the process, and wishes are found by transaction', async () => {
  const plan: ConnectorPlan = {
    chargePointId: 'A',
    connectorId: 1,
    fallback: 0,
    fallbackSent: null,
    transactionId: 7,
    share: 160,
    shareSent: 60,
    settling: { from: 320, until: 5000 },
    since: 1000,
    appetite: null,
    refused: null,
    leaving: false,
  };
  await store.sitePlans.put('north', [plan]);
  await store.chargingWishes.put({ transactionId: 7, priority: 3, departure: 9000, energyWh: null });
  await store.close();
  store = openStore({ dataDir, role: 'setup' });
  expect(store.sitePlans.get('north')?.connectors).toEqual([plan]);
  expect(store.sitePlans.siteIds()).toEqual(['north']);
  expect(store.chargingWishes.get(7)).toMatchObject({ priority: 3, departure: 9000 });
  expect(store.chargingWishes.after(6, 10)).toHaveLength(1);
  expect(store.chargingWishes.after(7, 10)).toHaveLength(0);
  await store.sitePlans.remove('north');
  expect(store.sitePlans.siteIds()).toEqual([]);
});
