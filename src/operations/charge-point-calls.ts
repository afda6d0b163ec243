import type { CallOutcome, ChargePointCall } from '../link/methods.ts';

/**
 * What became of a CALL; `messageId` is unknown where the whole edge was lost with it. `busy`: the gateway
 * has too many calls under way.
 */
export type CallReply =
  | CallOutcome
  | { readonly outcome: 'connection_lost' | 'timeout'; readonly messageId?: never }
  | { readonly outcome: 'busy' };

/** The charge points, as operations reach them. */
export interface ChargePointCalls {
  /**
   * Sends a CALL at once and at most once. Rejects where the gateway itself failed: then it is unknown
   * whether the CALL left. With `force` a security profile is raised although something is missing for it.
   */
  call(call: ChargePointCall & { readonly force?: boolean }): Promise<CallReply>;
  isConnected(chargePointId: string): boolean;
}

/** Why a CALL was not sent. */
export type NotSent = Extract<
  CallReply['outcome'],
  'not_connected' | 'queue_full' | 'not_recorded' | 'registration_state' | 'busy'
>;

const NOT_SENT: ReadonlySet<string> = new Set<NotSent>([
  'not_connected',
  'queue_full',
  'not_recorded',
  'registration_state',
  'busy',
]);

/** Whether it is certain that the CALL did not leave. */
export function neverLeft(outcome: CallReply['outcome']): outcome is NotSent {
  return NOT_SENT.has(outcome);
}

/** Why a CALL that changes the security profile was not sent, and would not be the next time either. */
export type SecurityBar = Extract<
  CallReply['outcome'],
  'security_profile_not_raised' | 'security_prerequisites_missing'
>;

export function isSecurityBar(outcome: CallReply['outcome']): outcome is SecurityBar {
  return outcome === 'security_profile_not_raised' || outcome === 'security_prerequisites_missing';
}
