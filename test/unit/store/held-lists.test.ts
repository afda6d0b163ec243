import { expect, test } from 'vitest';
import type { SentEntry, SentList } from '../../../src/store/held-list-record.ts';
import type { Store } from '../../../src/store/store.ts';
import { scratchDirectory, scratchStore } from './scratch.ts';

const accepted = (idTag: string): SentEntry => ({ idTag, idTagInfo: { status: 'Accepted' } });
const full = (listVersion: number, ...idTags: string[]): SentList => ({
  listVersion,
  updateType: 'Full',
  entries: idTags.map(accepted),
  sentAt: 1_000,
});
const differential = (listVersion: number, ...entries: SentEntry[]): SentList => ({
  listVersion,
  updateType: 'Differential',
  entries,
  sentAt: 1_000,
});

async function take({ heldLists }: Store, list: SentList, status = 'Accepted'): Promise<void> {
  await heldLists.sent('CP-1', list);
  await heldLists.answered('CP-1', list, status, 2_000);
}

const tagsOf = ({ heldLists }: Store) => [...heldLists.entriesOf('CP-1').keys()].sort();

test('H8: a list counts as held once it is accepted, not when it is sent', async () => {
  const store = scratchStore();
  const { heldLists } = store;
  await heldLists.sent('CP-1', full(1, 'A', 'B'));
  expect(heldLists.get('CP-1')).toMatchObject({ listVersion: null, entriesKnown: false });
  expect(heldLists.get('CP-1')?.pending).toMatchObject({ listVersion: 1, updateType: 'Full' });
  expect(tagsOf(store)).toEqual([]);

  await heldLists.answered('CP-1', full(1, 'A', 'B'), 'Accepted', 2_000);
  expect(heldLists.get('CP-1')).toMatchObject({
    listVersion: 1,
    entriesKnown: true,
    inDoubt: false,
    supported: true,
    pending: null,
    acceptedAt: 2_000,
  });
  expect(tagsOf(store)).toEqual(['a', 'b']);
});

test('H4: a differential list adds and changes entries with idTagInfo and deletes those without, whatever their case', async () => {
  const store = scratchStore();
  await take(store, full(1, 'A', 'B', 'C'));
  await take(
    store,
    differential(2, { idTag: 'a' }, { idTag: 'b', idTagInfo: { status: 'Blocked' } }, accepted('D')),
  );
  expect(tagsOf(store)).toEqual(['b', 'c', 'd']);
  expect(store.heldLists.entriesOf('CP-1').get('b')?.idTagInfo).toEqual({ status: 'Blocked' });
  expect(store.heldLists.get('CP-1')?.listVersion).toBe(2);
});

test('H3: a full list replaces all, an empty one clears', async () => {
  const store = scratchStore();
  await take(store, full(1, 'A', 'B'));
  await take(store, full(2, 'C'));
  expect(tagsOf(store)).toEqual(['c']);
  await take(store, full(3));
  expect(tagsOf(store)).toEqual([]);
  expect(store.heldLists.get('CP-1')).toMatchObject({ listVersion: 3, entriesKnown: true });
});

test.each(['Failed', 'VersionMismatch', 'InternalError'])(
  'H8: after %s the version that was held before stands, in doubt until the charge point tells it',
  async (status) => {
    const store = scratchStore();
    await take(store, full(1, 'A'));
    await take(store, differential(2, accepted('B')), status);
    expect(store.heldLists.get('CP-1')).toMatchObject({ listVersion: 1, inDoubt: true, entriesKnown: true });
    expect(store.heldLists.get('CP-1')?.lastAnswer).toMatchObject({ listVersion: 2, status });
    expect(tagsOf(store)).toEqual(['a']);
    await store.heldLists.told('CP-1', 1, 3_000);
    expect(store.heldLists.get('CP-1')).toMatchObject({ inDoubt: false, entriesKnown: true });
  },
);

test('H9: NotSupported and the CALLERROR NotImplemented say that there is no local list', async () => {
  const store = scratchStore();
  await take(store, full(1, 'A'), 'NotSupported');
  expect(store.heldLists.get('CP-1')).toMatchObject({ supported: false, listVersion: null });
  await store.heldLists.sent('CP-2', full(1, 'A'));
  await store.heldLists.answered('CP-2', full(1, 'A'), 'NotImplemented', 2_000);
  expect(store.heldLists.get('CP-2')?.supported).toBe(false);
});

test('H8: a list whose answer was lost is taken over when the charge point tells its version, also after a restart', async () => {
  const dataDir = scratchDirectory();
  const before = scratchStore({ dataDir });
  await take(before, full(1, 'A'));
  await before.heldLists.sent('CP-1', differential(2, accepted('B')));
  await before.close();

  const store = scratchStore({ dataDir });
  expect(tagsOf(store)).toEqual(['a']);
  await store.heldLists.told('CP-1', 2, 3_000);
  expect(tagsOf(store)).toEqual(['a', 'b']);
  expect(store.heldLists.get('CP-1')).toMatchObject({ listVersion: 2, entriesKnown: true, pending: null });
});

test('H8: a lost list that the charge point did not take leaves what was there', async () => {
  const store = scratchStore();
  await take(store, full(1, 'A'));
  await store.heldLists.sent('CP-1', differential(2, accepted('B')));
  await store.heldLists.told('CP-1', 1, 3_000);
  expect(tagsOf(store)).toEqual(['a']);
  expect(store.heldLists.get('CP-1')).toMatchObject({ listVersion: 1, entriesKnown: true, pending: null });
});

test('what a charge point holds under a version of somebody else is not known', async () => {
  const store = scratchStore();
  await take(store, full(1, 'A'));
  await store.heldLists.told('CP-1', 77, 3_000);
  expect(store.heldLists.get('CP-1')).toMatchObject({ listVersion: 77, entriesKnown: false, toldAt: 3_000 });
  expect(tagsOf(store)).toEqual([]);
  // A change on top of it makes nothing known.
  await take(store, differential(78, accepted('B')));
  expect(store.heldLists.get('CP-1')).toMatchObject({ listVersion: 78, entriesKnown: false });
  await take(store, full(79, 'C'));
  expect(store.heldLists.get('CP-1')).toMatchObject({ listVersion: 79, entriesKnown: true });
  expect(tagsOf(store)).toEqual(['c']);
});

test('two lists that were sent without an answer leave the entries unknown, unless a full one is accepted', async () => {
  const store = scratchStore();
  await take(store, full(1, 'A'));
  await store.heldLists.sent('CP-1', differential(2, accepted('B')));
  await take(store, differential(3, accepted('C')));
  expect(store.heldLists.get('CP-1')).toMatchObject({ listVersion: 3, entriesKnown: false });
});

test('the same version sent twice tells nothing about which of the two lists is held', async () => {
  const store = scratchStore();
  await take(store, full(5, 'A'));
  await store.heldLists.sent('CP-1', full(5, 'B'));
  await store.heldLists.told('CP-1', 5, 3_000);
  expect(store.heldLists.get('CP-1')).toMatchObject({ listVersion: 5, entriesKnown: false });
});

test('H1: version 0 is an empty list, -1 says that there is none', async () => {
  const store = scratchStore();
  await take(store, full(1, 'A'));
  await store.heldLists.told('CP-1', 0, 3_000);
  expect(store.heldLists.get('CP-1')).toMatchObject({ listVersion: 0, entriesKnown: true, supported: true });
  expect(tagsOf(store)).toEqual([]);
  await store.heldLists.told('CP-1', -1, 4_000);
  expect(store.heldLists.get('CP-1')).toMatchObject({ listVersion: 0, supported: false });
});

test('a list that never left changes nothing', async () => {
  const store = scratchStore();
  await take(store, full(1, 'A'));
  await store.heldLists.sent('CP-1', full(2, 'B'));
  await store.heldLists.notSent('CP-1');
  expect(store.heldLists.get('CP-1')).toMatchObject({ listVersion: 1, entriesKnown: true, pending: null });
  expect(tagsOf(store)).toEqual(['a']);
});

test('many small changes are kept in few pieces, and read back as the charge point took them', async () => {
  const store = scratchStore();
  await take(store, full(1, ...Array.from({ length: 200 }, (_, n) => `T${n}`)));
  const expected = new Set(Array.from({ length: 200 }, (_, n) => `t${n}`));
  for (let version = 2; version < 150; version++) {
    const gone = `T${(version * 7) % 200}`;
    const come = `N${version % 30}`;
    await take(store, differential(version, { idTag: gone }, accepted(come)));
    expected.delete(gone.toLowerCase());
    expected.add(come.toLowerCase());
  }
  expect(tagsOf(store)).toEqual([...expected].sort());
  expect(store.heldLists.get('CP-1')?.pieces).toBeLessThan(12);
});

test('what is known of a list goes with its charge point', async () => {
  const store = scratchStore();
  await take(store, full(1, 'A'));
  await store.chargePoints.remove('CP-1');
  expect(store.heldLists.get('CP-1')).toBeUndefined();
  expect(tagsOf(store)).toEqual([]);
});
