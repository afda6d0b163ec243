import { isUnanswered } from '../expectation.ts';
import { type Follower, statusOf } from '../follower.ts';

/**
 * ClearChargingProfile (OCPP 1.6 ed. 2 §5.4). Unknown: nothing fitted, so what Farad knew of it is not there
 * either.
 */
export const clearChargingProfileAnswered: Follower<'ClearChargingProfile'> = (
  { store, clock },
  { id },
  { payload },
  answer,
) => {
  const status = statusOf(answer);
  if (status === 'Accepted' || status === 'Unknown') return store.chargingProfiles.cleared(id, payload);
  return isUnanswered(answer) ? store.chargingProfiles.perhapsCleared(id, payload, clock()) : undefined;
};
