import type { ChargePoint } from '../charge-point.ts';

/**
 * Whether a message of the charge point is processed in its present registration (OCPP 1.6 ed. 2 §4.2, OCPP-J
 * errata 3.10): before it is accepted only a BootNotification, and what it was asked for by TriggerMessage
 * (§5.17).
 */
export function mayReceive(chargePoint: ChargePoint, action: string): boolean {
  return (
    chargePoint.registration === 'Accepted' ||
    action === 'BootNotification' ||
    chargePoint.triggered.has(action)
  );
}

/**
 * Whether a CALL may be sent to the charge point: none to a rejected one, no remote start or stop before it
 * is accepted (§4.2), and no request for a BootNotification after it was (errata 3.40).
 */
export function maySend(chargePoint: ChargePoint, action: string, payload: unknown): boolean {
  switch (chargePoint.registration) {
    case 'Accepted':
      return !asksForBoot(action, payload);
    case 'Rejected':
      return false;
    default:
      return action !== 'RemoteStartTransaction' && action !== 'RemoteStopTransaction';
  }
}

function asksForBoot(action: string, payload: unknown): boolean {
  if (action !== 'TriggerMessage' && action !== 'ExtendedTriggerMessage') return false;
  return (
    typeof payload === 'object' &&
    payload !== null &&
    'requestedMessage' in payload &&
    payload.requestedMessage === 'BootNotification'
  );
}
