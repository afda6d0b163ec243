import { isUnanswered } from '../expectation.ts';
import { type Follower, statusOf } from '../follower.ts';
import { authorizationKeyAnswered } from '../security/authorization-key.ts';
import { securityProfileAnswered } from '../security/security-profile.ts';

/**
 * ChangeConfiguration (OCPP 1.6 ed. 2 §5.3): Accepted holds at once, RebootRequired after the next reset;
 * Rejected and NotSupported change nothing but are remembered, errors are not. A new AuthorizationKey opens
 * the next connection, too, and a new SecurityProfile is what it may come with.
 */
export const changeConfigurationAnswered: Follower<'ChangeConfiguration'> = (
  context,
  chargePoint,
  call,
  answer,
) =>
  Promise.all([
    configurationAnswered(context, chargePoint, call, answer),
    authorizationKeyAnswered(context, chargePoint, call, answer),
    securityProfileAnswered(context, chargePoint, call, answer),
  ]);

const configurationAnswered: Follower<'ChangeConfiguration'> = (
  { store, clock },
  { id },
  { payload: { key, value } },
  answer,
) => {
  const status = statusOf(answer);
  if (status === 'Accepted' || status === 'RebootRequired') {
    return store.configurations.changed(id, key, value, status, clock());
  }
  if (status === 'Rejected' || status === 'NotSupported') {
    return store.configurations.refused(id, key, value, status, clock());
  }
  return isUnanswered(answer)
    ? store.configurations.changed(id, key, value, 'unanswered', clock())
    : undefined;
};
