import { INT32_MAX } from '../../../protocol/int32.ts';
import type { AuthorizationStatus } from '../../../protocol/v16/generated/messages.ts';
import { authorizations } from '../../../records/authorizations.ts';
import type { StartInput, TransactionRecord } from '../../../store/transaction-record.ts';
import type { ChargePoint } from '../../charge-point.ts';
import { counting, exceedsConcurrency } from '../../concurrent-transactions.ts';
import type { Context } from '../../context.ts';
import { confirm, refuse } from '../../decision.ts';
import { addOpenTransaction } from '../../open-transactions.ts';
import { judgeTag } from '../../tag-authorization.ts';
import type { Told } from '../expectation.ts';
import { followUpOf } from '../follow-up.ts';
import type { TransactionHandler } from '../handler.ts';
import { idTagInfo } from './id-tag-info.ts';
import {
  asSent,
  MemberReader,
  readTransactionMessage,
  type TransactionMessage,
} from './transaction-message.ts';

/**
 * StartTransaction (OCPP 1.6 ed. 2 §4.8): always answered with a transactionId, whatever becomes of the tag,
 * because energy may already have flowed; the tag is checked anew each time. A repeated request gets the same
 * answer (§3.7.1).
 */
export const startTransaction: TransactionHandler = {
  async handleRaw(context, chargePoint, { messageId, payload, deepFrame }, receivedAt) {
    const reading = readTransactionMessage('StartTransaction', payload, deepFrame);
    if (reading.violation !== undefined) return refuse(reading.violation.code, reading.violation.description);
    context.counters.repairs(chargePoint, 'StartTransaction', reading.repairs);
    const start = readStart(reading, chargePoint, receivedAt);
    const { status, token } = judgeTag(
      context.store.tokens,
      start.idTag,
      receivedAt,
      context.settings.unknownTags,
    );
    const parentIdTag = token?.parentIdTag ?? '';
    const followUp = followUpOf(context, chargePoint);
    const { transaction, created, superseded } = await context.store.transactions.start({
      ...start,
      authorize(others) {
        const tooMany =
          status === 'Accepted' &&
          exceedsConcurrency(token, context.settings.concurrentTx, () => counting(context, others()));
        return { status: tooMany ? 'ConcurrentTx' : status, parentIdTag };
      },
      ...(followUp && { also: (begun) => followUp.write(toldStart(messageId, start, begun.transactionId)) }),
    });
    followUp?.written();
    if (transaction.state === 'open') {
      addOpenTransaction(chargePoint, transaction.connectorId, transaction.transactionId);
    }
    note(context, transaction, start.idTag, parentIdTag, receivedAt);
    context.counters.transaction(created ? 'started' : 'start-repeated');
    if (superseded !== undefined) context.counters.transaction('superseded');
    const answered = transaction.authorization as AuthorizationStatus;
    return confirm({
      transactionId: transaction.transactionId,
      idTagInfo: idTagInfo(answered, token, receivedAt),
    });
  },
};

function readStart(
  { request, received, raw, repairs }: TransactionMessage,
  chargePoint: ChargePoint,
  receivedAt: number,
): Omit<StartInput, 'authorize'> {
  const reader = new MemberReader(receivedAt, repairs);
  const connectorId = reader.integer('connector', request.connectorId, INT32_MAX) ?? 0;
  if (connectorId < 1) reader.flags.push('connector-not-positive');
  else if (chargePoint.numberOfConnectors > 0 && connectorId > chargePoint.numberOfConnectors) {
    reader.flags.push('connector-unknown');
  }
  const reservationId =
    request.reservationId === undefined
      ? null
      : (reader.integer('reservation', request.reservationId, INT32_MAX) ?? null);
  const time = reader.time('start-time', received.timestamp);
  return {
    chargePointId: chargePoint.id,
    connectorId,
    idTag: reader.idTag('id-tag', request.idTag),
    timestamp: asSent(received.timestamp),
    startedAt: time.epochMs,
    timestampPlausible: time.running,
    meterStart: reader.register('meter-start', request.meterStart),
    reservationId,
    flags: reader.flags,
    rawStart: raw,
    receivedAt,
  };
}

function toldStart(
  messageId: string,
  { connectorId, idTag, startedAt, receivedAt }: Omit<StartInput, 'authorize'>,
  transactionId: number,
): Told {
  const action = 'StartTransaction';
  return { action, messageId, connectorId, transactionId, status: '', idTag, startedAt, receivedAt };
}

function note(
  { rows, counters }: Context,
  transaction: TransactionRecord,
  idTag: string,
  parentIdTag: string,
  receivedAt: number,
): void {
  counters.authorization('StartTransaction', transaction.authorization);
  rows.add(authorizations, {
    chargePointId: transaction.chargePointId,
    idTag,
    parentIdTag,
    status: transaction.authorization,
    action: 'StartTransaction',
    receivedAt,
  });
}
