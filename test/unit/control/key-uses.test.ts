import { expect, test } from 'vitest';
import { KeyUses } from '../../../src/control/key-ring.ts';
import { scratchStore } from '../store/scratch.ts';

test('uses are kept for the next process, with the version as it was, and no key comes back by one', async () => {
  const store = scratchStore();
  const key = { role: 'viewer' as const, sha256: 'x', createdAt: 1 };
  const { version } = await store.apiKeys.put({ ...key, id: 'kept' });
  await store.apiKeys.put({ ...key, id: 'gone' });
  let at = 1000;
  const uses = new KeyUses(store, () => at);
  uses.note('kept');
  at = 2000;
  uses.note('kept');
  uses.note('gone');
  expect(uses.lastOf('kept')).toBe(2000);
  await store.apiKeys.remove('gone');
  await uses.save();
  expect(store.apiKeys.get('kept')).toMatchObject({ lastUsedAt: 2000, version });
  expect(store.apiKeys.get('gone')).toBeUndefined();
  expect(new KeyUses(store).lastOf('kept')).toBe(2000);
});

test('what the disk did not take is written with the next ones', async () => {
  const store = scratchStore();
  await store.apiKeys.put({ id: 'kept', role: 'viewer', sha256: 'x', createdAt: 1 });
  let isFull = true;
  const used = (of: ReadonlyMap<string, number>) =>
    isFull ? Promise.reject(new Error('disk full')) : store.apiKeys.used(of);
  const uses = new KeyUses(
    { apiKeys: { get: (id: string) => store.apiKeys.get(id), used } as never },
    () => 7,
  );
  uses.note('kept');
  await expect(uses.save()).rejects.toThrow('disk full');
  expect(uses.lastOf('kept')).toBe(7);
  isFull = false;
  await uses.save();
  expect(store.apiKeys.get('kept')?.lastUsedAt).toBe(7);
});
