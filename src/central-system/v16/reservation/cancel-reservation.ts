import { type Follower, statusOf } from '../follower.ts';

/**
 * CancelReservation (OCPP 1.6 ed. 2 §5.1). Rejected: the charge point has none with this id, so ours is over
 * too.
 */
export const cancelReservationAnswered: Follower<'CancelReservation'> = (
  { store, clock },
  { id },
  { payload: { reservationId } },
  answer,
) => {
  const status = statusOf(answer);
  if (status !== 'Accepted' && status !== 'Rejected') return undefined;
  const ending = status === 'Accepted' ? 'cancelled' : 'unknown';
  return store.reservations.end(id, ending, clock(), (held) => held.reservationId === reservationId);
};
