import { foldIdTag } from '../protocol/id-tag.ts';
import { writeTimestamp } from '../protocol/timestamp.ts';
import type { ReservationRecord, ReservationState } from '../store/reservation-record.ts';
import type { Sight } from '../store/sight.ts';
import type { Store } from '../store/store.ts';
import { filteredPage, type Listing } from './filtered-page.ts';

export interface ReservationQuery {
  readonly chargePointId?: string;
  /** In any spelling. */
  readonly idTag?: string;
  readonly state?: ReservationState;
  /** `next` of the page before. */
  readonly before?: string;
  readonly limit: number;
}

/**
 * Reservations of charge points in sight, newest first. A page may be short, even empty, and yet have a
 * `next`.
 */
export function listReservations(
  store: Store,
  sight: Sight,
  query: ReservationQuery,
): Listing<ReservationRecord> {
  const { chargePointId, idTag, state, before, limit } = query;
  const tag = idTag === undefined ? undefined : foldIdTag(idTag);
  const matches = (reservation: ReservationRecord): boolean =>
    sight.sees(reservation.chargePointId) &&
    (tag === undefined || foldIdTag(reservation.idTag) === tag) &&
    (state === undefined || reservation.state === state);
  const list = (after: string | undefined, count: number): Listing<ReservationRecord> =>
    store.reservations.list({
      limit: count,
      ...(chargePointId !== undefined && { chargePointId }),
      ...(after !== undefined && { before: after }),
    });
  const all = sight.scope === undefined && tag === undefined && state === undefined;
  return filteredPage(list, { after: before, limit, ...(!all && { matches }) });
}

/** A reservation as the API shows it (`#/components/schemas/Reservation`). */
export function viewReservation(reservation: ReservationRecord) {
  const { reservationId, chargePointId, connectorId, idTag, parentIdTag, expiryDate } = reservation;
  const { state, ending, answer, transactionId, requestedAt, endedAt, version } = reservation;
  return {
    reservationId,
    chargePointId,
    connectorId,
    idTag,
    parentIdTag: parentIdTag || null,
    expiryDate: writeTimestamp(expiryDate),
    state,
    ending: ending || null,
    answer,
    transactionId,
    requestedAt: writeTimestamp(requestedAt),
    endedAt: endedAt === null ? null : writeTimestamp(endedAt),
    version,
  };
}
