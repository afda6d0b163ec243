import { readTimestamp } from '../../../protocol/timestamp.ts';
import type { ReservationInput } from '../../../store/reservation-record.ts';
import type { CallAnswer } from '../../call-answer.ts';
import { isUnanswered } from '../expectation.ts';
import { type Follower, statusOf } from '../follower.ts';

/** ReserveNow (OCPP 1.6 ed. 2 §5.13): only Accepted makes a reservation; without an answer there may be one. */
export const reserveNowAnswered: Follower<'ReserveNow'> = ({ store, clock }, { id }, call, answer) => {
  const made = madeBy(answer);
  if (made === undefined) return undefined;
  const { reservationId, connectorId, idTag, parentIdTag, expiryDate } = call.payload;
  const at = clock();
  return store.reservations.answered({
    ...made,
    chargePointId: id,
    reservationId,
    connectorId,
    idTag,
    parentIdTag: parentIdTag ?? '',
    expiryDate: readTimestamp(expiryDate)?.epochMs ?? at,
    requestedAt: call.sentAt,
    at,
  });
};

function madeBy(answer: CallAnswer): Pick<ReservationInput, 'state' | 'answer'> | undefined {
  if (answer.kind === 'error') return { state: 'refused', answer: answer.code };
  if (answer.kind === 'none') {
    return isUnanswered(answer) ? { state: 'doubtful', answer: answer.reason } : undefined;
  }
  const status = statusOf(answer) ?? '';
  return { state: status === 'Accepted' ? 'active' : 'refused', answer: status };
}
