import { membersOf } from '../../../protocol/members.ts';
import type { CallAnswer } from '../../call-answer.ts';
import type { Follower } from '../follower.ts';

/** What a charge point without local list reports (§5.10). */
const NO_LIST = -1;

/** GetLocalListVersion (OCPP 1.6 ed. 2 §5.10): 0 is an empty list, -1 says that there is no local list. */
export const localListVersionAnswered: Follower<'GetLocalListVersion'> = (
  { store, clock },
  { id },
  _call,
  answer,
) => {
  const listVersion = versionIn(answer);
  return listVersion === undefined ? undefined : store.heldLists.told(id, listVersion, clock());
};

function versionIn(answer: CallAnswer): number | undefined {
  if (answer.kind === 'error') {
    return answer.code === 'NotImplemented' || answer.code === 'NotSupported' ? NO_LIST : undefined;
  }
  if (answer.kind === 'none') return undefined;
  const { listVersion } = membersOf(answer.payload);
  return typeof listVersion === 'number' && Number.isSafeInteger(listVersion) ? listVersion : undefined;
}
