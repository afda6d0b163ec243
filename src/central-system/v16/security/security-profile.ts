import { readProfile, type SecurityProfile, setsSecurityProfile } from '../../../store/security-profile.ts';
import type { CallAnswer } from '../../call-answer.ts';
import type { ChargePoint } from '../../charge-point.ts';
import type { Context } from '../../context.ts';
import { type CallOf, statusOf } from '../follower.ts';
import type { Herald } from '../herald.ts';

type Change = CallOf<'ChangeConfiguration'>;

/**
 * A ChangeConfiguration that raises the security profile: from before it leaves, the charge point may connect
 * with the new profile as well as with the old one, for whatever happens to this process, the charge point
 * may do either (obligation L4).
 */
export const securityProfileLeaving: Herald<'ChangeConfiguration'> = ({ store, clock }, { id }, call) => {
  const profile = profileIn(call);
  if (profile === undefined) return undefined;
  const { messageId } = call;
  return store.security.leaving(id, store.settings.get(id), { profile, messageId, since: clock() });
};

/**
 * Refused: it stays with the old one. Accepted, no answer or none that can be read: both hold until the
 * charge point has connected on the new one, after which it may never go back (security whitepaper ed. 3
 * A05.FR.08, .09).
 */
export function securityProfileAnswered(
  { store }: Context,
  { id }: ChargePoint,
  call: Change,
  answer: CallAnswer,
): Promise<void> | undefined {
  if (profileIn(call) === undefined) return undefined;
  const isTaken = taken(answer);
  return isTaken === undefined ? undefined : store.security.answered(id, call.messageId, isTaken);
}

function profileIn({ payload: { key, value } }: Change): SecurityProfile | undefined {
  return setsSecurityProfile(key) ? readProfile(value) : undefined;
}

/** Undefined: nobody knows yet. */
function taken(answer: CallAnswer): boolean | undefined {
  if (answer.kind === 'error') return false;
  if (answer.kind === 'none') return answer.reason === 'not_sent' ? false : undefined;
  const status = statusOf(answer);
  if (status === 'Accepted' || status === 'RebootRequired') return true;
  return status === undefined ? undefined : false;
}
