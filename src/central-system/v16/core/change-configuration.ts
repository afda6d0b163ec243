import { isUnanswered } from '../expectation.ts';
import { type Follower, statusOf } from '../follower.ts';

/**
 * ChangeConfiguration (OCPP 1.6 ed. 2 §5.3): Accepted holds at once, RebootRequired after the next reset; Rejected, NotSupported and errors
 * change nothing.
 */
export const changeConfigurationAnswered: Follower<'ChangeConfiguration'> = (
  { store, clock },
  { id },
  { payload: { key, value } },
  answer,
) => {
  const status = statusOf(answer);
  if (status === 'Accepted' || status === 'RebootRequired') {
    return store.configurations.changed(id, key, value, status, clock());
  }
  return isUnanswered(answer)
    ? store.configurations.changed(id, key, value, 'unanswered', clock())
    : undefined;
};
