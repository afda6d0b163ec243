import type { RequestOf } from '../../../protocol/v16/actions.ts';
import type { CommandRecord } from '../../../store/command-record.ts';
import type { ChargePoint } from '../../charge-point.ts';
import { type Expectation, MINUTE_MS } from '../expectation.ts';
import { type Follower, statusOf } from '../follower.ts';

/** Within this after the answer a fitting message is taken for the triggered one. */
const WAIT_MS = MINUTE_MS;

/**
 * The messages that ExtendedTriggerMessage calls by other names than their actions
 * (security whitepaper ed. 3 §6.16).
 */
const EXTENDED: ReadonlyMap<string, string> = new Map([
  ['SignChargePointCertificate', 'SignCertificate'],
  ['FirmwareStatusNotification', 'SignedFirmwareStatusNotification'],
]);

/** The action that a TriggerMessage or ExtendedTriggerMessage asks for. */
export function triggeredAction(action: string, requestedMessage: string): string {
  return (action === 'ExtendedTriggerMessage' && EXTENDED.get(requestedMessage)) || requestedMessage;
}

/**
 * The charge point will send what it was asked for (OCPP 1.6 ed. 2 §5.17): that message is then processed
 * also before it is accepted. It may come more than once, for example a StatusNotification per connector.
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

/** What a charge point may send because of a command that was sent before Farad started again. */
export function triggeredBy({ action, request }: Pick<CommandRecord, 'action' | 'request'>): string[] {
  if (action !== 'TriggerMessage' && action !== 'ExtendedTriggerMessage') return [];
  return [triggeredAction(action, (request as RequestOf<'TriggerMessage'>).requestedMessage)];
}

/**
 * The answer comes first, then the message (§5.17): the next one that fits. Without a connector it is asked
 * for all: a StatusNotification of 0 and each connector, MeterValues of each.
 */
export const trigger: Expectation<'TriggerMessage' | 'ExtendedTriggerMessage'> = {
  awaits: (_room, _chargePoint, _call, answer) => (statusOf(answer) === 'Accepted' ? WAIT_MS : undefined),

  fits(chargePoint, { action, request, consequences }, told) {
    if (told.action !== triggeredAction(action, request.requestedMessage)) return 'no';
    const connectors = connectorsOf(chargePoint, told.action);
    if (connectors === undefined) return 'last';
    if (request.connectorId !== undefined) return told.connectorId === request.connectorId ? 'last' : 'no';
    const heard = new Set(consequences.map(({ connectorId }) => connectorId)).add(told.connectorId);
    return connectors.length > 0 && connectors.every((connector) => heard.has(connector)) ? 'last' : 'part';
  },

  waitsFor: (command, action) => command.request.requestedMessage === action,
};

/**
 * The connectors of which a message reports one at a time; empty while they are not known, undefined if it
 * is about no connector.
 */
function connectorsOf({ numberOfConnectors }: ChargePoint, action: string): number[] | undefined {
  if (action !== 'StatusNotification' && action !== 'MeterValues') return undefined;
  const each = Array.from({ length: numberOfConnectors }, (_, index) => index + 1);
  return each.length > 0 && action === 'StatusNotification' ? [0, ...each] : each;
}
