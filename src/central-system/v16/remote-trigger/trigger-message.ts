import type { ChargePoint } from '../../charge-point.ts';

/** The messages that ExtendedTriggerMessage calls by other names than their actions (security whitepaper ed. 3 §6.16). */
const EXTENDED: ReadonlyMap<string, string> = new Map([
  ['SignChargePointCertificate', 'SignCertificate'],
  ['FirmwareStatusNotification', 'SignedFirmwareStatusNotification'],
]);

/**
 * The charge point will send what it was asked for (OCPP 1.6 ed. 2 §5.17): that message is then processed also before it is accepted. It
 * may come more than once, for example a StatusNotification per connector.
 */
export function triggerAnswered(
  chargePoint: ChargePoint,
  action: 'TriggerMessage' | 'ExtendedTriggerMessage',
  request: unknown,
  response: unknown,
): void {
  if (member(response, 'status') !== 'Accepted') return;
  const message = member(request, 'requestedMessage');
  if (typeof message !== 'string') return;
  chargePoint.triggered.add((action === 'ExtendedTriggerMessage' && EXTENDED.get(message)) || message);
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
