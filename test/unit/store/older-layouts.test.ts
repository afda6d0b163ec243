import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fingerprintOf } from '../../../src/certificates/certificate.ts';
import { Environment } from '../../../src/journal/environment.ts';
import { laneKey } from '../../../src/journal/lane.ts';
import { transactions } from '../../../src/records/transactions.ts';
import { keyOf, numberKey, textKey } from '../../../src/store/keys.ts';
import { packRows, type RowPlace } from '../../../src/store/outbox.ts';
import type { ReservationRecord } from '../../../src/store/reservation-record.ts';
import { openStore } from '../../../src/store/store.ts';
import { olderDirectory, olderReservation, putOlderReservations } from './older-directory.ts';
import { drainOutbox, scratchDirectory, scratchStore } from './scratch.ts';
import { start, stop } from './starts-and-stops.ts';

test('requests to sign that were counted over all charge points keep their order, and new ones follow', async () => {
  const asked = [
    { id: 'a', seq: 7, chargePointId: 'CP-2', csr: 'first', receivedAt: 1 },
    { id: 'b', seq: 8, chargePointId: 'CP-1', csr: 'second', receivedAt: 2 },
  ];
  const dataDir = await olderDirectory('certificate-requests', 1, (state) => {
    for (const request of asked) {
      state.records('certificate-requests').put(keyOf(request.chargePointId, request.seq), request);
      state.records('certificate-requests-by-seq').put(numberKey(request.seq), request.chargePointId);
    }
    state.records('meta').put(Buffer.from('certificate-requests'), 8);
  });

  const { certificateRequests, chargePoints } = scratchStore({ dataDir });
  expect(certificateRequests.since(undefined, 9)).toEqual(asked);
  const third = await certificateRequests.asked('CP-1', 'third', 3);
  expect(certificateRequests.since(asked[1], 9)).toEqual([third]);
  expect(certificateRequests.of('CP-1').map(({ csr }) => csr)).toEqual(['third', 'second']);
  await chargePoints.remove('CP-1');
  expect(certificateRequests.since(undefined, 9)).toEqual([asked[0]]);
});

test('client certificates are still those of the charge points that showed them first', async () => {
  const der = Buffer.from('shown before');
  const sha256 = fingerprintOf(der);
  const dataDir = await olderDirectory('shown-certificates', 1, (state) => {
    state.records('shown-certificates').put(textKey(sha256), 'CP-1');
    state.records('shown-certificates-by-charge-point').put(keyOf('CP-1', sha256), sha256);
  });

  const { shownCertificates, chargePoints } = scratchStore({ dataDir });
  expect(shownCertificates.holder(der)).toBe('CP-1');
  expect(await shownCertificates.shown(der, 'CP-2')).toBe('CP-1');
  await chargePoints.remove('CP-1');
  expect(shownCertificates.holder(der)).toBeUndefined();
  expect(await shownCertificates.shown(der, 'CP-2')).toBe('CP-2');
});

test('reservations that were numbered over all charge points are found in every way as before', async () => {
  const over = { state: 'ended', ending: 'expired' } as const;
  const older: ReservationRecord[] = [
    olderReservation(1, 'CP-2', { ...over, endedAt: 100 }),
    olderReservation(2, 'CP-1', { ...over, endedAt: 200 }),
    olderReservation(3, 'CP-2'),
    olderReservation(4, 'CP-1', { reservationId: 8 }),
  ];
  const dataDir = await olderDirectory('reservations', 1, (state) => {
    putOlderReservations(state, older);
    // The row of one has not left yet.
    state.bytes('outbox').put(laneKey(0, 2_000), Buffer.alloc(0));
  });

  const { reservations } = scratchStore({ dataDir });
  const uids = (found: readonly ReservationRecord[]) => found.map(({ uid }) => uid);
  expect(reservations.list({ limit: 9 }).items).toEqual([...older].reverse());
  expect(uids(reservations.list({ limit: 9, chargePointId: 'CP-1' }).items)).toEqual([4, 2]);
  expect(uids(reservations.withId(7))).toEqual([3, 2, 1]);
  expect([reservations.live('CP-1'), reservations.live('CP-2')].map(uids)).toEqual([[4], [3]]);
  expect(await reservations.forget(1_000)).toBe(1);
  expect(uids(reservations.list({ limit: 9 }).items)).toEqual([4, 3, 2]);
  expect(await reservations.expire(9_004, 10_000)).toBe(1);
  expect(reservations.withId(7)[0]).toMatchObject({ uid: 3, ending: 'expired' });
  await reservations.answered({
    ...olderReservation(0, 'CP-2'),
    state: 'active',
    at: 10_001,
    messageId: 'new',
  });
  expect(uids(reservations.list({ limit: 9 }).items).slice(1)).toEqual([4, 3, 2]);
});

test('a closed transaction whose row waits in the lane that was shared stays until that has left', async () => {
  const before = scratchDirectory();
  const store = openStore({ dataDir: before, role: 'setup' });
  const ids: number[] = [];
  for (const connectorId of [1, 2]) {
    const { transaction } = await store.transactions.start(start({ connectorId }));
    await store.transactions.stop(stop(transaction.transactionId));
    ids.push(transaction.transactionId);
  }
  await store.close();
  const state = new Environment(join(before, 'state'));
  state.transactSync(() => {
    state.records('schema').put(Buffer.from('transactions'), 3);
    const outbox = state.bytes('outbox');
    for (const key of [...outbox.getKeys({})]) outbox.remove(key);
    outbox.put(laneKey(0, 2_001), packRows(transactions, []));
    const closed = state.records<RowPlace & { id: number }>('closed-transactions', [['id', 'row']]);
    for (const [index, key] of [...closed.getKeys({})].entries())
      closed.put(key, { id: ids[index] as number, row: 2_000 + index });
    state.records('outbox-meta').put(Buffer.from('shared-seq'), 2_001);
  });
  await state.close();

  const after = scratchStore({ dataDir: before, transactionRetention: 1 });
  expect(await after.transactions.expire(Date.now())).toBe(1);
  expect(ids.map((id) => after.transactions.get(id)?.transactionId)).toEqual([undefined, ids[1]]);
  expect(after.outbox.lanes()).toEqual([0]);
  await drainOutbox(after);
  expect(await after.transactions.expire(Date.now())).toBe(1);
});
