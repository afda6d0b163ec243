import type { RequestOf } from '../../../protocol/v16/actions.ts';
import type { SentList } from '../../../store/held-list-record.ts';
import { type CallOf, type Follower, statusOf } from '../follower.ts';
import type { Herald } from '../herald.ts';

/**
 * SendLocalList (OCPP 1.6 ed. 2 §5.15): kept aside until the charge point has answered, or told its version.
 */
export const localListLeaving: Herald<'SendLocalList'> = ({ store }, { id }, call) =>
  store.heldLists.sent(id, sentList(call));

/**
 * Only an accepted list is held (§5.15, §7.47); after any other answer, or none, the charge point must be
 * asked for its version.
 */
export const localListAnswered: Follower<'SendLocalList'> = (
  { store, clock },
  { id },
  call,
  answer,
): Promise<unknown> | undefined => {
  if (answer.kind === 'none') {
    return answer.reason === 'not_sent' ? store.heldLists.notSent(id) : undefined;
  }
  const word = answer.kind === 'error' ? answer.code : (statusOf(answer) ?? '');
  return store.heldLists.answered(id, sentList(call), word, clock());
};

function sentList({ payload, sentAt }: CallOf<'SendLocalList'>): SentList {
  const { listVersion, updateType, localAuthorizationList = [] }: RequestOf<'SendLocalList'> = payload;
  return { listVersion, updateType, entries: localAuthorizationList, sentAt };
}
