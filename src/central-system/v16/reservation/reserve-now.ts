import { readTimestamp } from '../../../protocol/timestamp.ts';
import type { ReservationInput, ReservationRequest } from '../../../store/reservation-record.ts';
import type { CallAnswer } from '../../call-answer.ts';
import { isUnanswered } from '../expectation.ts';
import { type CallOf, type Follower, statusOf } from '../follower.ts';
import type { Herald } from '../herald.ts';

/**
 * ReserveNow (OCPP 1.6 ed. 2 §5.13) is known before it leaves: the charge point may hold what nobody here
 * hears of any more.
 */
export const reserveNowLeaving: Herald<'ReserveNow'> = ({ store, clock }, { id }, call) =>
  store.reservations.asked(requestOf(id, call, clock()));

/** Only Accepted makes a reservation; without an answer there may be one. */
export const reserveNowAnswered: Follower<'ReserveNow'> = ({ store, clock }, { id }, call, answer) => {
  const at = clock();
  return store.reservations.answered({ ...requestOf(id, call, at), ...madeBy(answer), at });
};

function requestOf(
  chargePointId: string,
  { payload, messageId, sentAt }: CallOf<'ReserveNow'>,
  now: number,
): ReservationRequest {
  const { reservationId, connectorId, idTag, parentIdTag, expiryDate } = payload;
  return {
    chargePointId,
    reservationId,
    connectorId,
    idTag,
    parentIdTag: parentIdTag ?? '',
    expiryDate: readTimestamp(expiryDate)?.epochMs ?? now,
    messageId,
    requestedAt: sentAt,
  };
}

function madeBy(answer: CallAnswer): Pick<ReservationInput, 'state' | 'answer'> {
  if (answer.kind === 'error') return { state: 'refused', answer: answer.code };
  if (answer.kind === 'none')
    return { state: isUnanswered(answer) ? 'doubtful' : 'refused', answer: answer.reason };
  const status = statusOf(answer) ?? '';
  return { state: status === 'Accepted' ? 'active' : 'refused', answer: status };
}
