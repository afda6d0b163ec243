import { foldIdTag } from '../../../protocol/id-tag.ts';
import { INT32_MAX } from '../../../protocol/int32.ts';
import type { StopRemainder } from '../../../protocol/meter-message.ts';
import { authorizations } from '../../../records/authorizations.ts';
import type { StopInput, TransactionRecord } from '../../../store/transaction-record.ts';
import type { ChargePoint } from '../../charge-point.ts';
import type { Context } from '../../context.ts';
import { acknowledged, confirm, type Decision, refuse } from '../../decision.ts';
import { removeOpenTransaction } from '../../open-transactions.ts';
import { judgeTag, mayStop } from '../../tag-authorization.ts';
import type { Told } from '../expectation.ts';
import { followUpOf } from '../follow-up.ts';
import type { TransactionHandler } from '../handler.ts';
import { idTagInfo } from './id-tag-info.ts';
import { meterContext } from './meter-context.ts';
import {
  asSent,
  MemberReader,
  readTransactionMessage,
  type TransactionMessage,
} from './transaction-message.ts';

/**
 * StopTransaction (OCPP 1.6 ed. 2 §4.10) decided in place. A stop cannot be refused: one that fits no
 * transaction is kept for review. Its transactionData are meter values like others, and kept first, so that
 * no confirmation ever precedes them.
 */
export const stopTransaction: TransactionHandler = {
  async handleRaw(context, chargePoint, call, receivedAt) {
    const { messageId, payload, deepFrame } = call;
    const message = readTransactionMessage('StopTransaction', payload, deepFrame);
    if (message.violation !== undefined) return refuse(message.violation.code, message.violation.description);
    context.counters.repairs(chargePoint, call.action, message.repairs);
    const { transactionData, ...request } = message.received;
    const whole = { messageId, request, flags: [], ...(deepFrame !== undefined && { deepFrame }) };
    if (transactionData === undefined) return finishStop(context, chargePoint, whole, receivedAt);

    const input = readStop(context, chargePoint, { request, flags: [] }, receivedAt);
    const ended = context.store.transactions.endedBy(input);
    const verdict = await context.keepSamples(call, {
      ...meterContext(chargePoint, receivedAt),
      ended: ended === undefined ? null : [ended.connectorId, ended.transactionId],
    });
    if (verdict.error !== undefined) return refuse(verdict.error.code, verdict.error.description);
    const stop = { ...(verdict.stop ?? whole), messageId };
    const decision = await finishStop(context, chargePoint, stop, receivedAt);
    return decision.kind === 'result' && verdict.digest !== undefined
      ? { ...decision, digest: verdict.digest }
      : decision;
  },
};

const UNKNOWN_ID = -1;

/**
 * What remains of a StopTransaction when its transactionData is kept: closes the transaction, flushed, and
 * answers.
 */
export async function finishStop(
  context: Context,
  chargePoint: ChargePoint,
  stop: StopRemainder,
  receivedAt: number,
): Promise<Decision> {
  if (stop.unkept === true) {
    const { messageId = '', request: payload, deepFrame } = stop;
    const action = 'StopTransaction';
    const call = { messageId, action, payload, ...(deepFrame !== undefined && { deepFrame }) };
    return stopTransaction.handleRaw(context, chargePoint, call, receivedAt);
  }
  const input = readStop(context, chargePoint, stop, receivedAt);
  const followUp = followUpOf(context, chargePoint);
  const { transaction, outcome } = await context.store.transactions.stop({
    ...input,
    ...(followUp && { also: (ended) => followUp.write(toldStop(stop.messageId ?? '', input, ended)) }),
  });
  followUp?.written();
  removeOpenTransaction(chargePoint, transaction.transactionId);
  context.counters.transaction(outcome);
  if (input.idTag === '') return acknowledged;

  const { status, token } = judgeTag(
    context.store.tokens,
    input.idTag,
    receivedAt,
    context.settings.unknownTags,
  );
  context.counters.authorization('StopTransaction', status);
  context.rows.add(authorizations, {
    chargePointId: chargePoint.id,
    idTag: input.idTag,
    parentIdTag: token?.parentIdTag ?? '',
    status,
    action: 'StopTransaction',
    receivedAt,
  });
  return confirm({ idTagInfo: idTagInfo(status, token, receivedAt) });
}

function toldStop(
  messageId: string,
  { reason, idTag, stoppedAt, receivedAt }: StopInput,
  { connectorId, transactionId }: TransactionRecord,
): Told {
  const action = 'StopTransaction';
  const startedAt = stoppedAt;
  return { action, messageId, connectorId, transactionId, status: reason, idTag, startedAt, receivedAt };
}

function readStop(
  { store }: Context,
  chargePoint: ChargePoint,
  { request: received, flags: dataFlags, deepFrame }: StopRemainder,
  receivedAt: number,
): StopInput {
  const message = readTransactionMessage('StopTransaction', received, deepFrame);
  // An object is never refused.
  const { request, raw, repairs } = message as TransactionMessage;
  const reader = new MemberReader(receivedAt, repairs);
  // A charge point that never got its transactionId says -1 (errata 3.18); one that says nothing means the
  // same.
  const transactionId = reader.integer('transaction', request.transactionId, Number.MAX_VALUE) ?? UNKNOWN_ID;
  const isId = transactionId > 0 && transactionId <= INT32_MAX;
  const named = isId ? store.transactions.get(transactionId) : undefined;
  const known = named?.chargePointId === chargePoint.id ? named : undefined;
  const idTag = request.idTag === undefined ? '' : reader.idTag('stop-id-tag', request.idTag);
  const time = reader.time('stop-time', received.timestamp);
  if (idTag !== '' && known !== undefined) {
    const stopper = { idTag: foldIdTag(idTag), parentIdTag: parentOf(store.tokens.get(idTag)) };
    const starter = { idTag: foldIdTag(known.idTag), parentIdTag: foldIdTag(known.parentIdTag) };
    if (!mayStop(stopper, starter)) reader.flags.push('stop-tag-outside-group');
  }
  return {
    chargePointId: chargePoint.id,
    transactionId,
    timestamp: asSent(received.timestamp),
    stoppedAt: time.epochMs,
    meterStop: reader.register('meter-stop', request.meterStop),
    idTag,
    reason: typeof request.reason === 'string' ? request.reason.slice(0, 64) : 'Local',
    flags: [...reader.flags, ...dataFlags],
    rawStop: raw,
    receivedAt,
  };
}

function parentOf(token: { readonly parentIdTag?: string } | undefined): string {
  return foldIdTag(token?.parentIdTag ?? '');
}
