import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KnownChargePoints } from '../../src/analytics/known-charge-points.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { type EmbeddedEngine, openEmbeddedEngine } from '../support/embedded-engine.ts';

describe('what ClickHouse knows of charge points', () => {
  let embedded: EmbeddedEngine;
  let store: Store;
  let directory: string;

  beforeAll(async () => {
    embedded = await openEmbeddedEngine();
    directory = mkdtempSync(join(tmpdir(), 'farad-known-'));
    store = openStore({ dataDir: directory, role: 'setup' });
  });
  afterAll(async () => {
    await store.close();
    await embedded.close();
    rmSync(directory, { recursive: true });
  });

  const rows = () =>
    embedded.engine.query(
      'SELECT charge_point_id AS id, vendor, group_name AS `group`, connectors FROM charge_points FINAL WHERE NOT removed ORDER BY id',
    );
  const boot = { vendor: 'Volta', model: 'V1' };
  const available = {
    chargePointId: 'CP-1',
    status: 'Available',
    errorCode: 'NoError',
    info: '',
    vendorId: '',
    vendorErrorCode: '',
    ts: 1,
    receivedAt: 1,
  };

  it('follows the store: new, changed and removed ones, and nothing where nothing changed', async () => {
    const known = new KnownChargePoints(embedded.engine, store);
    await store.chargePoints.update('CP-1', { boot }, 1);
    await store.settings.put({ id: 'CP-2', group: 'north' });
    expect(await known.update()).toBe(2);
    expect(await known.update()).toBe(0);
    for (const connectorId of [0, 1, 2]) await store.connectors.report({ ...available, connectorId });
    expect(await known.update()).toBe(1);
    expect(await rows()).toEqual([
      { id: 'CP-1', vendor: 'Volta', group: '', connectors: 2 },
      { id: 'CP-2', vendor: '', group: 'north', connectors: 0 },
    ]);
    await store.settings.remove('CP-2');
    expect(await known.update()).toBe(1);
    expect(await rows()).toHaveLength(1);
  });

  it('goes on after a restart where it was, even if the clock has been set back meanwhile', async () => {
    await store.settings.put({ id: 'CP-1', group: 'south' });
    const restarted = new KnownChargePoints(embedded.engine, store, () => 1000);
    expect(await restarted.update()).toBe(1);
    expect(await rows()).toEqual([{ id: 'CP-1', vendor: 'Volta', group: 'south', connectors: 2 }]);
  });
});
