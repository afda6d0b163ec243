import { TOO_DEEP } from '../../protocol/frame.ts';
import { isObject } from '../../protocol/members.ts';
import type { IncomingCall } from '../../protocol/reading.ts';
import {
  type ChargePointAction,
  isCentralSystemAction,
  isChargePointAction,
} from '../../protocol/v16/actions.ts';
import { repairRequest } from '../../protocol/v16/lenient.ts';
import { checkRequest } from '../../protocol/v16/validate.ts';
import type { Violation } from '../../protocol/version.ts';
import { messages } from '../../records/messages.ts';
import type { ChargePoint } from '../charge-point.ts';
import type { Context } from '../context.ts';
import { type Decision, type Refusal, refuse } from '../decision.ts';
import { noteTold } from './follow-up.ts';
import type { Handler } from './handler.ts';
import { handlers, isTransactionAction, transactionHandlers } from './handlers.ts';

/**
 * Decides a CALL of an OCPP 1.6 charge point: may it send this now, is it readable, and what is the answer.
 */
export function decideCall(
  context: Context,
  chargePoint: ChargePoint,
  call: IncomingCall,
  receivedAt: number,
): Decision | Promise<Decision> {
  const { action, payload } = call;
  if (!mayReceive(chargePoint, action)) return refuseUnaccepted(context, chargePoint, call, receivedAt);
  if (!isChargePointAction(action)) {
    return isCentralSystemAction(action)
      ? refuse('NotSupported', `${action} is for the Central System to send`)
      : refuse('NotImplemented', 'this action is not part of OCPP 1.6');
  }
  if (isTransactionAction(action)) {
    // Never refused for its depth: it would be sent again and again.
    if (action === 'MeterValues') noteMessage(context, chargePoint, call, payload, receivedAt);
    return transactionHandlers[action].handleRaw(context, chargePoint, call, receivedAt);
  }
  if (call.deepFrame !== undefined) return refuse('FormationViolation', `the payload is ${TOO_DEEP}`);
  // The table pairs every action with a handler for its request; that is beyond what the type of a look-up
  // can say.
  const handler = handlers[action] as unknown as Handler<'Heartbeat'>;
  const violation = checkRequest(action, payload);
  if (violation === undefined) return handle(context, chargePoint, call, handler, payload, receivedAt);
  if (chargePoint.strict) return refuseFor(violation);
  const reading = readLeniently(action, payload, handler);
  if (reading.request === undefined) return refuseFor(reading.violation);
  const decision = handle(context, chargePoint, call, handler, reading.request, receivedAt);
  const count = () => context.counters.repairs(chargePoint, action, reading.repairs);
  // A boot reports the vendor and the model that repairs are counted by.
  if (decision instanceof Promise) return decision.finally(count);
  count();
  return decision;
}

/**
 * Whether a message of the charge point is processed in its present registration (OCPP 1.6 ed. 2 §4.2, OCPP-J
 * errata 3.10): before it is accepted only a BootNotification, and what it was asked for by TriggerMessage
 * (§5.17).
 */
function mayReceive(chargePoint: ChargePoint, action: string): boolean {
  return (
    chargePoint.registration === 'Accepted' ||
    action === 'BootNotification' ||
    chargePoint.triggered.has(action)
  );
}

function handle(
  context: Context,
  chargePoint: ChargePoint,
  call: IncomingCall,
  handler: Handler<'Heartbeat'>,
  request: unknown,
  receivedAt: number,
): Decision | Promise<Decision> {
  const decision = handler.handle(context, chargePoint, request as never, receivedAt);
  noteMessage(context, chargePoint, call, request, receivedAt, decision);
  return decision;
}

/** A message may be what a command waits for; mostly nothing waits. */
function noteMessage(
  context: Context,
  chargePoint: ChargePoint,
  { messageId, action }: IncomingCall,
  request: unknown,
  receivedAt: number,
  decision?: Decision | Promise<Decision>,
): void {
  if (chargePoint.awaited.length === 0) return;
  const { connectorId, idTag, status } = (request ?? {}) as Readonly<Record<string, unknown>>;
  noteTold(context, chargePoint, {
    action: action as ChargePointAction,
    messageId,
    connectorId: typeof connectorId === 'number' ? connectorId : null,
    transactionId: null,
    status: typeof status === 'string' ? status : authorizationOf(decision),
    idTag: typeof idTag === 'string' ? idTag : '',
    startedAt: receivedAt,
    receivedAt,
  });
}

/** `idTagInfo.status` of an answer; empty where there is none. */
function authorizationOf(decision: Decision | Promise<Decision> | undefined): string {
  if (decision === undefined || decision instanceof Promise || decision.kind === 'error') return '';
  const { payload } = decision;
  return 'idTagInfo' in payload ? String((payload.idTagInfo as { status?: unknown }).status ?? '') : '';
}

/**
 * The lenient reader: what can be read of a payload that breaks the schema, or what is wrong with it beyond
 * the known and harmless.
 */
function readLeniently(
  action: ChargePointAction,
  payload: unknown,
  handler: Handler<'Heartbeat'>,
): { request: object; repairs: readonly string[] } | { request?: undefined; violation: Violation } {
  const { payload: mended, repairs } = repairRequest(action, payload);
  const violation = checkRequest(action, mended);
  if (violation === undefined) return { request: mended as object, repairs };
  const salvaged = isObject(mended) ? handler.salvage?.(mended) : undefined;
  return salvaged === undefined ? { violation } : { request: salvaged, repairs: [...repairs, 'salvaged'] };
}

function refuseFor({ code, description }: Violation): Refusal {
  return refuse(code, description);
}

/** Longest copy that is kept of a refused transaction message, in characters. */
const MAX_COPY = 64 * 1024;

/**
 * SecurityError is the recommended answer before acceptance (OCPP-J errata 3.10). It can cost a queued
 * transaction message its last attempt (OCPP 1.6 ed. 2 §3.7.1), so a copy of such a one is kept in the
 * message log, marked with the error.
 */
function refuseUnaccepted(
  { rows, counters, onNeverBooted }: Context,
  chargePoint: ChargePoint,
  { messageId, action, payload }: IncomingCall,
  receivedAt: number,
): Refusal {
  counters.refusedBeforeAcceptance(isChargePointAction(action) ? action : 'other');
  if (isTransactionAction(action)) {
    rows.add(messages, {
      chargePointId: chargePoint.id,
      direction: 'in',
      type: 'CALL',
      messageId,
      action,
      errorCode: 'SecurityError',
      payload: (JSON.stringify(payload) ?? '').slice(0, MAX_COPY),
      receivedAt,
    });
  }
  if (chargePoint.registration === 'Unknown') onNeverBooted(chargePoint.id);
  return refuse('SecurityError', 'the charge point is not accepted: send a BootNotification first');
}
