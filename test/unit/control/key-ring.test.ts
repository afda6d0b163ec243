import { expect, test } from 'vitest';
import { digestKey, KeyRing } from '../../../src/control/key-ring.ts';
import { scratchDirectory, scratchStore } from '../store/scratch.ts';

const BOOTSTRAP = {
  principal: { kind: 'key', id: 'bootstrap', role: 'admin' },
  digest: digestKey('first'),
} as const;

/** The rings of two processes that write one directory. */
function twoRings() {
  const dataDir = scratchDirectory();
  const stores = [scratchStore({ dataDir }), scratchStore({ dataDir })] as const;
  const [here, there] = stores.map((store) => new KeyRing(store, [BOOTSTRAP]));
  return { here: here as KeyRing, there: there as KeyRing, refresh: () => stores[1].refresh() };
}

test('a key that another process has made or taken away is accepted or refused from then on', async () => {
  const { here, there, refresh } = twoRings();
  const created = await here.create({ id: 'reader', role: 'viewer' }, 'bootstrap');
  const key = created?.key ?? '';
  refresh();
  expect(there.holderOf(key)?.principal).toMatchObject({ id: 'reader', role: 'viewer' });
  expect(await there.create({ id: 'reader', role: 'admin' }, 'bootstrap')).toBeUndefined();
  await here.remove('reader');
  refresh();
  expect(there.holderOf(key)).toBeUndefined();
  expect(there.get('reader')).toBeUndefined();
  expect(there.holderOf('first')?.principal.id).toBe('bootstrap');
});

test('a key that was taken away stays so, whatever becomes of the write', async () => {
  const store = scratchStore();
  const ring = new KeyRing(store, [BOOTSTRAP]);
  const created = await ring.create({ id: 'reader', role: 'viewer' }, 'bootstrap');
  const failing = {
    ...store,
    apiKeys: Object.create(store.apiKeys, {
      remove: { value: () => Promise.reject(new Error('the disk is full')) },
    }) as typeof store.apiKeys,
  };
  const refusing = new KeyRing(failing, [BOOTSTRAP]);
  await expect(refusing.remove('reader')).rejects.toThrow('the disk is full');
  await refusing.create({ id: 'another', role: 'viewer' }, 'bootstrap');
  expect(refusing.holderOf(created?.key ?? '')).toBeUndefined();
});
