import { expect, test } from 'vitest';
import { scratchDirectory, scratchStore } from './scratch.ts';

const status = { errorCode: 'NoError', info: '', vendorId: '', vendorErrorCode: '' };

test('a charge point that was never seen is created by its first registration, and found by the next', async () => {
  const { chargePoints } = scratchStore();
  const created = await chargePoints.register('CP-1', 1_000, 10);
  expect(created).toMatchObject({ id: 'CP-1', registration: 'Unknown', firstSeenAt: 1_000 });
  expect(await chargePoints.register('CP-1', 2_000, 10)).toEqual(created);
  expect(chargePoints.count()).toBe(1);
});

test('registrations beyond the maximum are refused, also those of the same moment; known charge points always may', async () => {
  const { chargePoints } = scratchStore();
  const outcomes = await Promise.all(
    ['A', 'B', 'C', 'D', 'E'].map((id) => chargePoints.register(id, 1_000, 3)),
  );

  expect(outcomes.filter((outcome) => outcome === 'full')).toHaveLength(2);
  expect(chargePoints.count()).toBe(3);
  expect(await chargePoints.register('A', 2_000, 3)).toMatchObject({ id: 'A' });
});

test('a change leaves what it does not name, and raises the version', async () => {
  const { chargePoints } = scratchStore();
  const boot = { vendor: 'Acme', model: 'One', serialNumber: 'S1' };
  const first = await chargePoints.update('CP-1', { registration: 'Accepted', boot, bootedAt: 1_000 }, 1_000);
  const second = await chargePoints.update('CP-1', { lastSeenAt: 5_000, firmwareStatus: 'Installed' }, 5_000);

  expect(second).toEqual({
    ...first,
    lastSeenAt: 5_000,
    firmwareStatus: 'Installed',
    version: second.version,
  });
  expect(second.version).toBeGreaterThan(first.version);
  expect(chargePoints.get('CP-1')).toEqual(second);
});

test('A8: acceptance survives a restart of the gateway', async () => {
  const dataDir = scratchDirectory();
  const before = scratchStore({ dataDir });
  await before.chargePoints.update('CP-1', { registration: 'Accepted' }, 1_000);
  await before.close();

  expect(scratchStore({ dataDir }).chargePoints.get('CP-1')?.registration).toBe('Accepted');
});

test('signs of life are noted for many at once, never backwards, and bring no deleted charge point back', async () => {
  const { chargePoints } = scratchStore();
  await Promise.all(['A', 'B'].map((id) => chargePoints.update(id, { lastSeenAt: 5_000 }, 1_000)));
  await chargePoints.seen(
    new Map([
      ['A', 9_000],
      ['B', 2_000],
      ['GONE', 9_000],
    ]),
  );

  expect(chargePoints.get('A')?.lastSeenAt).toBe(9_000);
  expect(chargePoints.get('B')?.lastSeenAt).toBe(5_000);
  expect(chargePoints.get('GONE')).toBeUndefined();
});

test('removing a charge point takes its connectors with it, and those of no other', async () => {
  const { chargePoints, connectors } = scratchStore();
  for (const id of ['CP-1', 'CP-10']) {
    await chargePoints.update(id, {}, 1_000);
    await connectors.report({
      ...status,
      chargePointId: id,
      connectorId: 1,
      status: 'Available',
      ts: 1_000,
      receivedAt: 1_000,
    });
  }
  expect(await chargePoints.remove('CP-1')).toBe(true);

  expect(chargePoints.get('CP-1')).toBeUndefined();
  expect(connectors.of('CP-1')).toEqual([]);
  expect(connectors.of('CP-10')).toHaveLength(1);
  expect(await chargePoints.remove('CP-1')).toBe(false);
});

test('a listing is ordered by id and can be searched by what the charge point said about itself', async () => {
  const { chargePoints } = scratchStore();
  await chargePoints.update('CP-2', { boot: { vendor: 'Acme', model: 'One' } }, 1_000);
  await chargePoints.update('CP-1', { boot: { vendor: 'Other', model: 'Two', serialNumber: 'S-77' } }, 1_000);
  await chargePoints.update('ZZ', {}, 1_000);
  const ids = (options: object) => chargePoints.list({ limit: 10, ...options }).items.map(({ id }) => id);

  expect(ids({})).toEqual(['CP-1', 'CP-2', 'ZZ']);
  expect(ids({ prefix: 'CP-' })).toEqual(['CP-1', 'CP-2']);
  expect(ids({ search: 'acme' })).toEqual(['CP-2']);
  expect(ids({ search: 's-77' })).toEqual(['CP-1']);
});

test('settings of a charge point may exist before it ever connects, and go without it', async () => {
  const { settings } = scratchStore();
  const first = await settings.put({ id: 'CP-1', keyHash: 'x', registration: 'Pending', group: 'north' });
  expect(settings.get('CP-1')).toEqual({
    ...first,
    id: 'CP-1',
    keyHash: 'x',
    registration: 'Pending',
    group: 'north',
  });
  const second = await settings.put({ id: 'CP-1' });
  expect(settings.get('CP-1')).toEqual({ id: 'CP-1', version: second.version });
  expect(second.version).toBeGreaterThan(first.version);
  expect(settings.list({ limit: 10, search: 'cp' }).items).toHaveLength(1);
  expect(await settings.remove('CP-1')).toBe(true);
  expect(settings.get('CP-1')).toBeUndefined();
});
