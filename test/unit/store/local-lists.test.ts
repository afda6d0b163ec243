import { expect, test } from 'vitest';
import type { LocalListInput } from '../../../src/store/local-list-record.ts';
import { scratchStore } from './scratch.ts';

const list = (id: string, scope: LocalListInput['scope'], more: Partial<LocalListInput> = {}) => ({
  id,
  scope,
  sync: 'manual' as const,
  entries: [{ idTag: 'A' }],
  ...more,
});

test("a charge point's own list comes before that of its group", async () => {
  const { localLists } = scratchStore();
  await localLists.put(list('depot', { group: 'Depot' }));
  expect(localLists.wantedAt('CP-1', 'Depot')?.id).toBe('depot');
  expect(localLists.wantedAt('CP-1', 'Elsewhere')).toBeUndefined();
  expect(localLists.wantedAt('CP-1', undefined)).toBeUndefined();
  await localLists.put(list('special', { chargePointId: 'CP-1' }));
  expect(localLists.wantedAt('CP-1', 'Depot')?.id).toBe('special');
  expect(localLists.wantedAt('CP-2', 'Depot')?.id).toBe('depot');
});

test('one scope has one list; a list that moves leaves its scope free', async () => {
  const { localLists } = scratchStore();
  await localLists.put(list('first', { group: 'Depot' }));
  expect(await localLists.put(list('second', { group: 'Depot' }))).toEqual({ taken: 'first' });
  await localLists.put(list('first', { group: 'Harbour' }));
  expect(await localLists.put(list('second', { group: 'Depot' }))).toMatchObject({ id: 'second' });
  expect(await localLists.remove('first')).toBe(true);
  expect(await localLists.remove('first')).toBe(false);
  expect(localLists.wantedAt('CP-1', 'Harbour')).toBeUndefined();
});

test('a group and a charge point of the same name do not meet', async () => {
  const { localLists } = scratchStore();
  await localLists.put(list('of the group', { group: 'X' }));
  await localLists.put(list('of the charge point', { chargePointId: 'X' }));
  expect(localLists.wantedAt('CP-1', 'X')?.id).toBe('of the group');
  expect(localLists.wantedAt('X', undefined)?.id).toBe('of the charge point');
  expect(localLists.list({ limit: 10 }).items).toHaveLength(2);
});

test('the last sync of a charge point is kept', async () => {
  const { localLists } = scratchStore();
  const sync = {
    chargePointId: 'CP-1',
    listId: 'depot',
    digest: 'd1',
    outcome: 'synced',
    heldVersion: 3,
    messages: 2,
    at: 1_000,
    failures: 0,
  };
  await localLists.noteSync(sync);
  const second = await localLists.noteSync({ ...sync, heldVersion: 4 });
  expect(localLists.lastSync('CP-1')).toEqual(second);
  expect(await localLists.forgetSync('CP-1')).toBe(true);
  expect(localLists.lastSync('CP-1')).toBeUndefined();
});
