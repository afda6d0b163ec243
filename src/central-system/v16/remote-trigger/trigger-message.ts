import { type Follower, statusOf } from '../follower.ts';

/** The messages that ExtendedTriggerMessage calls by other names than their actions (security whitepaper ed. 3 §6.16). */
const EXTENDED: ReadonlyMap<string, string> = new Map([
  ['SignChargePointCertificate', 'SignCertificate'],
  ['FirmwareStatusNotification', 'SignedFirmwareStatusNotification'],
]);

/** The action that a TriggerMessage or ExtendedTriggerMessage asks for. */
export function triggeredAction(action: string, requestedMessage: string): string {
  return (action === 'ExtendedTriggerMessage' && EXTENDED.get(requestedMessage)) || requestedMessage;
}

/**
 * The charge point will send what it was asked for (OCPP 1.6 ed. 2 §5.17): that message is then processed also before it is accepted. It
 * may come more than once, for example a StatusNotification per connector.
 */
export const triggerAnswered: Follower<'TriggerMessage' | 'ExtendedTriggerMessage'> = (
  _room,
  chargePoint,
  call,
  answer,
) => {
  if (statusOf(answer) === 'Accepted') {
    chargePoint.triggered.add(triggeredAction(call.action, call.payload.requestedMessage));
  }
  return undefined;
};
