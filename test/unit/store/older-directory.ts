import { join } from 'node:path';
import { Environment } from '../../../src/journal/environment.ts';
import { keyOf, numberKey } from '../../../src/store/keys.ts';
import type { ReservationRecord } from '../../../src/store/reservation-record.ts';
import { openStore } from '../../../src/store/store.ts';
import { scratchDirectory } from './scratch.ts';

/** A data directory whose `aggregate` is at an older version, with what `fill` puts into `state`. */
export async function olderDirectory(
  aggregate: string,
  version: number,
  fill: (state: Environment) => void,
): Promise<string> {
  const dataDir = scratchDirectory();
  await openStore({ dataDir, role: 'setup' }).close();
  const state = new Environment(join(dataDir, 'state'));
  state.transactSync(() => {
    state.records('schema').put(Buffer.from(aggregate), version);
    fill(state);
  });
  await state.close();
  return dataDir;
}

export function olderReservation(
  uid: number,
  chargePointId: string,
  more: Partial<ReservationRecord> = {},
): ReservationRecord {
  return {
    ...{
      uid,
      chargePointId,
      version: uid,
      reservationId: 7,
      connectorId: 1,
      idTag: 'TAG-1',
      parentIdTag: '',
    },
    ...{ expiryDate: 9_000 + uid, state: 'active', ending: '', answer: 'Accepted' },
    ...{ transactionId: null, requestedAt: uid, endedAt: null, messageId: `m-${uid}`, ...more },
  };
}

/**
 * As version 1 kept them: numbered over all charge points. The row of each waits at 1000 times its number.
 */
export function putOlderReservations(state: Environment, reservations: readonly ReservationRecord[]): void {
  for (const record of reservations) {
    const { uid, chargePointId, reservationId, expiryDate, endedAt } = record;
    state.records('reservations').put(numberKey(uid), record);
    state.records('reservations-by-id').put(keyOf(reservationId, uid), uid);
    state.records('reservations-by-charge-point').put(keyOf(chargePointId, uid), uid);
    if (endedAt !== null) {
      state.records('ended-reservations').put(keyOf(endedAt, uid), { uid, row: 1000 * uid });
    } else {
      state.records('live-reservations').put(keyOf(chargePointId, uid), uid);
      state.records('reservation-expiries').put(keyOf(expiryDate, uid), uid);
    }
  }
  state.records('meta').put(Buffer.from('reservation-uids'), reservations.at(-1)?.uid ?? 0);
}
