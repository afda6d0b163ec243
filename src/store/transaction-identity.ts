import { hash } from 'node:crypto';
import { foldIdTag } from '../protocol/id-tag.ts';
import type { TransactionRecord } from './transaction-record.ts';

/** What makes two StartTransactions the same message (obligation E8). */
export type StartIdentity = Pick<
  TransactionRecord,
  'chargePointId' | 'connectorId' | 'idTag' | 'startTimestamp' | 'meterStart' | 'reservationId'
>;

/**
 * What makes two StopTransactions the same message (obligation E9); `reportedId` is the transactionId as
 * sent.
 */
export type StopIdentity = Pick<
  TransactionRecord,
  'chargePointId' | 'reportedId' | 'stopTimestamp' | 'meterStop'
>;

export function startKey({
  chargePointId,
  connectorId,
  idTag,
  startTimestamp,
  meterStart,
  reservationId,
}: StartIdentity): Buffer {
  return identityKey([
    chargePointId,
    connectorId,
    foldIdTag(idTag),
    startTimestamp,
    meterStart,
    reservationId,
  ]);
}

export function stopKey({ chargePointId, reportedId, stopTimestamp, meterStop }: StopIdentity): Buffer {
  return identityKey([chargePointId, reportedId, stopTimestamp, meterStop]);
}

function identityKey(parts: readonly (string | number | null)[]): Buffer {
  return hash('sha256', JSON.stringify(parts), 'buffer');
}
