import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Environment } from '../../../src/journal/environment.ts';
import type { ReservationInput } from '../../../src/store/reservation-record.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import type { StartInput } from '../../../src/store/transaction-record.ts';
import { drainOutbox, outboxRows, scratchDirectory, scratchStore } from './scratch.ts';
import { start } from './starts-and-stops.ts';

const NOON = Date.UTC(2026, 10, 20, 12);
const HOUR = 3_600_000;

let messages = 0;
const input = (reservationId: number, more: Partial<ReservationInput> = {}): ReservationInput => ({
  chargePointId: 'CP-1',
  reservationId,
  connectorId: 1,
  idTag: 'TAG-1',
  parentIdTag: '',
  expiryDate: NOON + HOUR,
  state: 'active',
  answer: 'Accepted',
  messageId: `m-${++messages}`,
  requestedAt: NOON,
  at: NOON + 1,
  ...more,
});
let starts = 0;
/** A start that nothing repeats; `parentIdTag` is that of its tag. */
const begin = (
  store: Store,
  { parentIdTag = '', ...more }: Partial<StartInput> & { parentIdTag?: string } = {},
) =>
  store.transactions.start(
    start({
      meterStart: ++starts,
      receivedAt: NOON + 5,
      authorize: () => ({ status: 'Accepted', parentIdTag }),
      ...more,
    }),
  );
const live = (store: Store, id = 'CP-1') =>
  store.reservations.live(id).map(({ reservationId }) => reservationId);

test('I1: ids are positive, differ, outlive a restart, and step over those that are in use', async () => {
  const dataDir = scratchDirectory();
  const before = openStore({ dataDir, role: 'setup' });
  const free = () => false;
  const ids = await Promise.all([before.reservationIds.take(free), before.reservationIds.take(free)]);
  await before.close();
  const { reservationIds } = scratchStore({ dataDir });
  ids.push(await reservationIds.take((id) => id === 3 || id === 4));
  expect(ids.sort((a, b) => a - b)).toEqual([1, 2, 5]);
});

test('I1: ids stay within 32 signed bits: after the last one there is none', async () => {
  const dataDir = scratchDirectory();
  await openStore({ dataDir, role: 'setup' }).close();
  const directory = new Environment(join(dataDir, 'directory'));
  await directory.transact(() =>
    directory.records<number>('meta').put(Buffer.from('reservation-ids'), 0x7fff_fffe),
  );
  await directory.close();
  const { reservationIds } = scratchStore({ dataDir });
  expect(await reservationIds.take(() => false)).toBe(2_147_483_647);
  await expect(reservationIds.take(() => false)).rejects.toThrow('used up');
});

test('I1: an accepted reservation under an id that is held replaces the one before', async () => {
  const store = scratchStore();
  await store.reservations.answered(input(7));
  await store.reservations.answered(input(7, { idTag: 'TAG-2' }));
  await store.reservations.answered(input(7, { chargePointId: 'CP-2' }));
  expect(store.reservations.live('CP-1')).toMatchObject([{ idTag: 'TAG-2', state: 'active' }]);
  expect(live(store, 'CP-2')).toEqual([7]);
  expect(
    store.reservations.withId(7).map(({ chargePointId, state, ending }) => [chargePointId, state, ending]),
  ).toEqual([
    ['CP-2', 'active', ''],
    ['CP-1', 'active', ''],
    ['CP-1', 'ended', 'replaced'],
  ]);
});

test('I3: one that was not accepted is none, and leaves the one that is held', async () => {
  const store = scratchStore();
  await store.reservations.answered(input(7));
  await store.reservations.answered(input(7, { state: 'refused', answer: 'Occupied', idTag: 'TAG-2' }));
  expect(store.reservations.live('CP-1')).toMatchObject([{ idTag: 'TAG-1' }]);
  expect(store.reservations.withId(7)[0]).toMatchObject({ state: 'refused', answer: 'Occupied', ending: '' });
});

test('I4, E18: a start that names the reservation ends it, once, even if it was taken for expired', async () => {
  const store = scratchStore();
  await store.reservations.answered(input(7));
  await store.reservations.answered(input(8));
  await store.reservations.expire(NOON + HOUR + 1, NOON + HOUR + 1);
  expect(live(store)).toEqual([]);
  const { reservation, transaction } = await begin(store, { reservationId: 7 });
  const { transactionId } = transaction;
  expect(reservation).toMatchObject({ state: 'ended', ending: 'used', transactionId, endedAt: NOON + 5 });
  expect((await begin(store, { reservationId: 7 })).reservation).toBeUndefined();
  expect(store.reservations.withId(7)[0]?.transactionId).toBe(transactionId);
  expect(store.reservations.withId(8)[0]?.ending).toBe('expired');
});

test('I7: an unknown or foreign reservationId ends nothing', async () => {
  const store = scratchStore();
  await store.reservations.answered(input(7, { chargePointId: 'CP-2' }));
  await store.reservations.answered(input(8));
  expect((await begin(store, { reservationId: 7 })).reservation).toBeUndefined();
  expect((await begin(store, { reservationId: 4711 })).reservation).toBeUndefined();
  expect([live(store), live(store, 'CP-2')]).toEqual([[8], [7]]);
});

test.each([
  ['its tag in another spelling', { idTag: 'tag-1' }, [9]],
  ['a member of its group', { idTag: 'OTHER', parentIdTag: 'family', connectorId: 2 }, [7]],
  ['a stranger', { idTag: 'STRANGER', parentIdTag: 'OTHERS', connectorId: 2 }, [7, 9]],
  ['its tag on a connector that is not reserved', { connectorId: 3 }, [7, 9]],
])('I4: without an id, a start with %s ends what it may have used', async (_who, used, left) => {
  const store = scratchStore();
  await store.reservations.answered(input(7, { connectorId: 1 }));
  await store.reservations.answered(input(9, { connectorId: 2, idTag: 'TAG-2', parentIdTag: 'FAMILY' }));
  await begin(store, used);
  expect(live(store)).toEqual(left);
});

test('I4: a start finds the reservation that was made in the same write transaction', async () => {
  const store = scratchStore();
  const [, , started] = await Promise.all([
    begin(store, { chargePointId: 'CP-2' }),
    store.reservations.answered(input(7)),
    begin(store),
  ]);
  expect(started.reservation).toMatchObject({ reservationId: 7, ending: 'used' });
});

test('I2: a reservation of connector 0 is used on any connector, and one of the connector itself goes first', async () => {
  const store = scratchStore();
  await store.reservations.answered(input(7, { connectorId: 0 }));
  await store.reservations.answered(input(8, { connectorId: 2 }));
  await begin(store, { connectorId: 2 });
  expect(live(store)).toEqual([7]);
  await begin(store, { connectorId: 2 });
  expect(live(store)).toEqual([]);
});

test('I4: the live ones that are picked end for the given reason, others stay', async () => {
  const store = scratchStore();
  for (const id of [7, 8]) await store.reservations.answered(input(id, { connectorId: id }));
  await store.reservations.answered(input(9, { chargePointId: 'CP-10' }));
  const ended = await store.reservations.end(
    'CP-1',
    'faulted',
    NOON + 9,
    ({ connectorId }) => connectorId === 8,
  );
  expect(ended).toMatchObject([{ reservationId: 8, ending: 'faulted', endedAt: NOON + 9 }]);
  expect([live(store), live(store, 'CP-10')]).toEqual([[7], [9]]);
});

test('I8: reservations expire after their date, one years ahead stays', async () => {
  const store = scratchStore();
  await store.reservations.answered(input(7));
  await store.reservations.answered(input(8, { state: 'doubtful', answer: 'timeout' }));
  await store.reservations.answered(input(9, { expiryDate: Date.UTC(2099, 0) }));
  expect(await store.reservations.expire(NOON + HOUR, NOON)).toBe(0);
  expect(await store.reservations.expire(NOON + HOUR + 1, NOON + HOUR + 1)).toBe(2);
  expect(await store.reservations.expire(NOON + HOUR + 1, NOON + HOUR + 1)).toBe(0);
  expect(live(store)).toEqual([9]);
  expect(store.reservations.withId(8)[0]).toMatchObject({ ending: 'expired', endedAt: NOON + HOUR + 1 });
});

test('every change of a reservation is a row for ClickHouse, the newest with the highest version', async () => {
  const store = scratchStore();
  await store.reservations.answered(input(7));
  const { transactionId } = (await begin(store, { reservationId: 7 })).transaction;
  const rows = outboxRows(store, 'reservations');
  expect(rows).toMatchObject([
    { reservation_id: 7, state: 'active', transaction_id: null, received_at: NOON, ended_at: null },
    { reservation_id: 7, state: 'ended', ending: 'used', transaction_id: transactionId, received_at: NOON },
  ]);
  expect(Number(rows[1]?.version)).toBeGreaterThan(Number(rows[0]?.version));
});

test('what is over is removed after its retention, once ClickHouse has it', async () => {
  const store = scratchStore();
  await store.reservations.answered(input(7));
  await store.reservations.answered(input(8));
  await store.reservations.end('CP-1', 'cancelled', NOON + 9, ({ reservationId }) => reservationId === 7);
  expect(await store.reservations.forget(NOON + 10)).toBe(0);
  await drainOutbox(store);
  expect(await store.reservations.forget(NOON + 9)).toBe(0);
  expect(await store.reservations.forget(NOON + 10)).toBe(1);
  expect(store.reservations.withId(7)).toEqual([]);
  expect(store.reservations.list({ limit: 10 }).items).toMatchObject([{ reservationId: 8 }]);
  expect(await store.reservations.forget(Number.MAX_SAFE_INTEGER)).toBe(0);
});

test('reservations are listed newest first, page by page, of one charge point or of all', async () => {
  const { reservations } = scratchStore();
  for (const [index, chargePointId] of ['CP-1', 'CP-2', 'CP-1', 'CP-10', 'CP-1'].entries()) {
    await reservations.answered(input(index, { chargePointId }));
  }
  const pages = (filter: { chargePointId?: string; limit: number }) => {
    const all: number[][] = [];
    for (let before: string | undefined; ; ) {
      const page = reservations.list({ ...filter, ...(before !== undefined && { before }) });
      all.push(page.items.map(({ reservationId }) => reservationId));
      if (page.next === undefined) return all;
      before = page.next;
    }
  };
  expect(pages({ limit: 2 })).toEqual([[4, 3], [2, 1], [0]]);
  expect(pages({ limit: 2, chargePointId: 'CP-1' })).toEqual([[4, 2], [0]]);
  expect(pages({ limit: 3, chargePointId: 'CP-1' })).toEqual([[4, 2, 0]]);
  expect(() => reservations.list({ limit: 1, before: 'nonsense' })).toThrow(RangeError);
});

test('a reservation is there before its ReserveNow leaves, in doubt, and its answer settles it', async () => {
  const dataDir = scratchDirectory();
  const before = openStore({ dataDir, role: 'setup' });
  for (const id of [1, 2, 3, 4]) await before.reservations.asked(input(id, { messageId: `asked-${id}` }));
  await before.close();
  const store = scratchStore({ dataDir });
  expect(store.reservations.live('CP-1')).toMatchObject([
    { reservationId: 1, state: 'doubtful', answer: '', endedAt: null },
    { reservationId: 2 },
    { reservationId: 3 },
    { reservationId: 4 },
  ]);
  const uid = store.reservations.withId(1)[0]?.uid;
  await store.reservations.answered(input(1, { messageId: 'asked-1' }));
  await store.reservations.answered(input(2, { messageId: 'asked-2', state: 'refused', answer: 'Occupied' }));
  await store.reservations.answered(input(3, { messageId: 'asked-3', state: 'doubtful', answer: 'timeout' }));
  await store.reservations.answered(input(4, { messageId: 'asked-4', state: 'refused', answer: 'not_sent' }));
  await store.reservations.answered(input(5, { messageId: 'never', state: 'refused', answer: 'not_sent' }));
  expect(
    [1, 2, 3, 4, 5].map((id) => store.reservations.withId(id).map(({ state, answer }) => [state, answer])),
  ).toEqual([
    [['active', 'Accepted']],
    [['refused', 'Occupied']],
    [['doubtful', 'timeout']],
    [['refused', 'not_sent']],
    [],
  ]);
  expect(store.reservations.withId(1)[0]?.uid).toBe(uid);
  expect(live(store)).toEqual([1, 3]);
});

test('one that is asked for again under its id stays until the answer, and is meant by a start before that', async () => {
  const store = scratchStore();
  await store.reservations.answered(input(7));
  await store.reservations.asked(input(7, { messageId: 'again', idTag: 'TAG-2' }));
  expect(live(store)).toEqual([7, 7]);
  await store.reservations.answered(input(7, { messageId: 'again', idTag: 'TAG-2', state: 'refused' }));
  expect(store.reservations.live('CP-1')).toMatchObject([{ idTag: 'TAG-1' }]);
  await store.reservations.asked(input(7, { messageId: 'third' }));
  expect(await begin(store, { reservationId: 7 })).toMatchObject({ reservation: { answer: 'Accepted' } });
  await store.reservations.answered(input(7, { messageId: 'third' }));
  expect(store.reservations.live('CP-1')).toMatchObject([{ messageId: 'third', state: 'active' }]);
});

test('what happens while the CALL is under way holds, unless the charge point refused', async () => {
  const store = scratchStore();
  const ids: number[] = [];
  for (const id of [8, 9]) {
    await store.reservations.asked(input(id, { messageId: `asked-${id}` }));
    ids.push((await begin(store, { reservationId: id })).transaction.transactionId);
  }
  await store.reservations.answered(input(8, { messageId: 'asked-8' }));
  await store.reservations.answered(input(9, { messageId: 'asked-9', state: 'refused', answer: 'Faulted' }));
  expect(store.reservations.withId(8)).toMatchObject([
    { state: 'ended', ending: 'used', transactionId: ids[0], answer: 'Accepted' },
  ]);
  expect(store.reservations.withId(9)).toMatchObject([
    { state: 'refused', ending: '', transactionId: null, answer: 'Faulted' },
  ]);
});
