import { expect, test } from 'vitest';
import { ask, leave, result } from './ask.ts';
import { setUp } from './central-system-fixture.ts';

const list = (listVersion: number, updateType: 'Full' | 'Differential', ...idTags: string[]) => ({
  listVersion,
  updateType,
  localAuthorizationList: idTags.map((idTag) => ({ idTag, idTagInfo: { status: 'Accepted' } })),
});

test('H8: a version counts as held only once the charge point has accepted it', async () => {
  const stand = setUp();
  const chargePoint = await stand.booted();
  const sent = await leave(stand, chargePoint, 'SendLocalList', list(1, 'Full', 'A', 'B'));
  expect(stand.store.heldLists.get('CP-1')).toMatchObject({ listVersion: null, pending: { listVersion: 1 } });
  await sent.answer(result({ status: 'Accepted' }));
  expect(stand.store.heldLists.get('CP-1')).toMatchObject({ listVersion: 1, pending: null });
  await ask(stand, chargePoint, 'SendLocalList', list(2, 'Full', 'C'), result({ status: 'Failed' }));
  expect(stand.store.heldLists.get('CP-1')).toMatchObject({ listVersion: 1, inDoubt: true });
  expect([...stand.store.heldLists.entriesOf('CP-1').keys()]).toEqual(['a', 'b']);
});

test('H8: without an answer the list is in doubt, and the version that the charge point tells decides', async () => {
  const stand = setUp();
  const chargePoint = await stand.booted();
  await ask(stand, chargePoint, 'SendLocalList', list(1, 'Full', 'A'), result({ status: 'Accepted' }));
  const lost = { kind: 'none', reason: 'connection_lost' } as const;
  await ask(stand, chargePoint, 'SendLocalList', list(2, 'Differential', 'B'), lost);
  expect(stand.store.heldLists.get('CP-1')).toMatchObject({ listVersion: 1, pending: { listVersion: 2 } });
  await ask(stand, chargePoint, 'GetLocalListVersion', {}, result({ listVersion: 2 }));
  expect(stand.store.heldLists.get('CP-1')).toMatchObject({
    listVersion: 2,
    pending: null,
    entriesKnown: true,
  });
  expect([...stand.store.heldLists.entriesOf('CP-1').keys()]).toEqual(['a', 'b']);
});

test('H1: -1 is no list support, 0 an empty list; what is no number tells nothing', async () => {
  const stand = setUp();
  const chargePoint = await stand.booted();
  await ask(stand, chargePoint, 'GetLocalListVersion', {}, result({ listVersion: -1 }));
  expect(stand.store.heldLists.get('CP-1')).toMatchObject({ supported: false });
  await ask(stand, chargePoint, 'GetLocalListVersion', {}, result({ listVersion: 0 }));
  expect(stand.store.heldLists.get('CP-1')).toMatchObject({
    supported: true,
    listVersion: 0,
    entriesKnown: true,
  });
  const before = stand.store.heldLists.get('CP-1');
  await ask(stand, chargePoint, 'GetLocalListVersion', {}, result({ listVersion: 'five' }));
  await ask(stand, chargePoint, 'GetLocalListVersion', {}, result(null));
  expect(stand.store.heldLists.get('CP-1')).toEqual(before);
  expect(stand.faults).toEqual([]);
});

test('H9: NotSupported and a CALLERROR NotImplemented are kept as no support', async () => {
  const stand = setUp();
  const one = await stand.booted('CP-1');
  const two = await stand.booted('CP-2');
  await ask(stand, one, 'SendLocalList', list(1, 'Full', 'A'), result({ status: 'NotSupported' }));
  await ask(stand, two, 'SendLocalList', list(1, 'Full', 'A'), { kind: 'error', code: 'NotImplemented' });
  expect(stand.store.heldLists.get('CP-1')).toMatchObject({ supported: false, listVersion: null });
  expect(stand.store.heldLists.get('CP-2')).toMatchObject({ supported: false, listVersion: null });
});

test('a list that never left is not in doubt', async () => {
  const stand = setUp();
  const chargePoint = await stand.booted();
  const unsent = { kind: 'none', reason: 'not_sent' } as const;
  await ask(stand, chargePoint, 'SendLocalList', list(1, 'Full', 'A'), unsent);
  expect(stand.store.heldLists.get('CP-1')).toMatchObject({
    listVersion: null,
    pending: null,
    inDoubt: false,
  });
});
