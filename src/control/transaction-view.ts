import { writeTimestamp } from '../protocol/timestamp.ts';
import type { TransactionRecord } from '../store/transaction-record.ts';

/** A transaction as the API shows it (`#/components/schemas/Transaction`). */
export function viewTransaction(transaction: TransactionRecord) {
  const { transactionId, chargePointId, connectorId, idTag, parentIdTag, authorization, reservationId } =
    transaction;
  const { startedAt, meterStart, stoppedAt, meterStop, stopIdTag, stopReason, state, flags, version } =
    transaction;
  return {
    transactionId,
    chargePointId,
    connectorId,
    idTag,
    parentIdTag: parentIdTag || null,
    authorization,
    reservationId,
    startedAt: writeTimestamp(startedAt),
    meterStart,
    stoppedAt: stoppedAt === null ? null : writeTimestamp(stoppedAt),
    meterStop,
    stopIdTag: stopIdTag || null,
    stopReason: stopReason || null,
    state,
    flags,
    version,
  };
}
