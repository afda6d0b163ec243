import type { Follower } from '../follower.ts';

/** GetLocalListVersion (OCPP 1.6 ed. 2 §5.10): 0 is an empty list, -1 says that there is no local list. */
export const localListVersionAnswered: Follower<'GetLocalListVersion'> = (
  { store, clock },
  { id },
  _call,
  answer,
) => {
  if (answer.kind !== 'result') return undefined;
  const { payload } = answer;
  if (typeof payload !== 'object' || payload === null || !('listVersion' in payload)) return undefined;
  const { listVersion } = payload;
  if (typeof listVersion !== 'number' || !Number.isSafeInteger(listVersion)) return undefined;
  return store.heldLists.told(id, listVersion, clock());
};
