import type { Authorization, StartInput, StopInput, TransactionRecord } from './transaction-record.ts';

/** The record of a transaction that begins (OCPP 1.6 ed. 2 §4.8). */
export function openedBy(
  input: StartInput,
  transactionId: number,
  { status, parentIdTag }: Authorization,
): TransactionRecord {
  return {
    transactionId,
    version: 1,
    chargePointId: input.chargePointId,
    connectorId: input.connectorId,
    idTag: input.idTag,
    parentIdTag,
    authorization: status,
    reservationId: input.reservationId,
    startedAt: input.startedAt,
    meterStart: input.meterStart,
    stoppedAt: null,
    meterStop: null,
    stopIdTag: '',
    stopReason: '',
    state: 'open',
    flags: input.flags,
    rawStart: input.rawStart,
    rawStop: '',
    receivedAt: input.receivedAt,
    startTimestamp: input.timestamp,
    stopTimestamp: '',
    reportedId: null,
    closedAt: null,
  };
}

/**
 * The record of a stop that fits no transaction (§4.10, obligation E9), with `flag` for why. Under an id of
 * our own: the reported one may be, or become, that of another transaction.
 */
export function unmatchedStop(input: StopInput, transactionId: number, flag: string): TransactionRecord {
  return {
    transactionId,
    version: 1,
    chargePointId: input.chargePointId,
    connectorId: 0,
    idTag: input.idTag,
    parentIdTag: '',
    authorization: '',
    reservationId: null,
    startedAt: input.stoppedAt,
    meterStart: null,
    stoppedAt: input.stoppedAt,
    meterStop: input.meterStop,
    stopIdTag: input.idTag,
    stopReason: input.reason,
    state: 'unmatched',
    flags: [...input.flags, flag],
    rawStart: '',
    rawStop: input.rawStop,
    receivedAt: input.receivedAt,
    startTimestamp: '',
    stopTimestamp: input.timestamp,
    reportedId: input.transactionId,
    closedAt: input.receivedAt,
  };
}
