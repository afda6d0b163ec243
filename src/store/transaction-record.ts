import { hash } from 'node:crypto';
import type { Layout } from '../journal/environment.ts';
import { foldIdTag } from '../protocol/id-tag.ts';
import type { TransactionRow } from '../records/transactions.ts';
import type { ReservationRecord } from './reservation-record.ts';

/**
 * A transaction as kept until ClickHouse has it and its retention is over (OCPP 1.6 ed. 2 §4.8, §4.10). Times
 * are epoch ms.
 */
export interface TransactionRecord extends TransactionRow {
  /** `timestamp` of the StartTransaction as sent: part of what makes a repeated start the same. */
  readonly startTimestamp: string;
  /** `timestamp` of the StopTransaction as sent; empty where there was none. */
  readonly stopTimestamp: string;
  /** transactionId of a StopTransaction that did not name this transaction; null where it did. */
  readonly reportedId: number | null;
  /** When the message that closed it was received, or its closure made; null while it is open. */
  readonly closedAt: number | null;
  /** Absent where only messages of the charge point have ended it. Stays when its stop comes after all. */
  readonly closure?: TransactionClosure;
}

/**
 * Who ended a transaction whose stop had not come, and what was said about its end. It stands beside what the
 * charge point reports.
 */
export interface TransactionClosure {
  /**
   * `operator`: a person. `forgotten`: Farad by itself, as the setting `transactions.forgotten` says.
   * `charge-point-deleted`: with its charge point.
   */
  readonly cause: 'operator' | 'forgotten' | 'charge-point-deleted';
  /** Id of the API key, or of the key whose log-in it was; empty where Farad did it by itself. */
  readonly by: string;
  /** Epoch ms. */
  readonly at: number;
  /** Why, in words. */
  readonly reason: string;
  /** When the transaction is taken to have ended, epoch ms. */
  readonly stoppedAt: number;
  /** Wh; null where nobody said. */
  readonly meterStop: number | null;
}

const LAYOUT: Layout<TransactionRecord> = [
  'transactionId',
  'version',
  'chargePointId',
  'connectorId',
  'idTag',
  'parentIdTag',
  'authorization',
  'reservationId',
  'startedAt',
  'meterStart',
  'stoppedAt',
  'meterStop',
  'stopIdTag',
  'stopReason',
  'state',
  'flags',
  'rawStart',
  'rawStop',
  'receivedAt',
  'startTimestamp',
  'stopTimestamp',
  'reportedId',
  'closedAt',
];

/** As `Environment.records` takes them. */
export const TRANSACTION_LAYOUTS: readonly Layout<TransactionRecord>[] = [LAYOUT, [...LAYOUT, 'closure']];

export type TransactionState = TransactionRecord['state'];

/** What a StartTransaction is answered with. */
export interface Authorization {
  readonly status: string;
  /** Empty where the tag has no parent. */
  readonly parentIdTag: string;
}

export interface StartInput {
  readonly chargePointId: string;
  readonly connectorId: number;
  /** As spelled by the charge point. */
  readonly idTag: string;
  /** As sent. */
  readonly timestamp: string;
  /** `timestamp` read, or the time of receipt where it could not be. */
  readonly startedAt: number;
  /** False for a dead or absurd clock: then a repeat of a closed transaction is a new one. */
  readonly timestampPlausible: boolean;
  /** Wh; null where none can be read. */
  readonly meterStart: number | null;
  readonly reservationId: number | null;
  readonly flags: readonly string[];
  /** The request as JSON text. */
  readonly rawStart: string;
  readonly receivedAt: number;
  /**
   * Decides the answer, inside the write transaction and only for a new transaction: must be quick and
   * synchronous. `others` lists the open transactions of the tag without the one that this start supersedes
   * (obligation E15).
   */
  readonly authorize: (others: () => readonly TransactionRecord[]) => Authorization;
  /** Run with a new transaction, inside the same write transaction; may be run again. */
  readonly also?: (transaction: TransactionRecord) => void;
}

export interface StartOutcome {
  readonly transaction: TransactionRecord;
  /** False for a repeated StartTransaction: answer with the same id and `transaction.authorization`. */
  readonly created: boolean;
  /**
   * The transaction that was open on the connector and is now taken for ended: one connector carries one
   * transaction.
   */
  readonly superseded?: TransactionRecord;
  /** The reservation that the start has ended (§5.13). */
  readonly reservation?: ReservationRecord;
}

export interface StopInput {
  readonly chargePointId: string;
  /** As sent; any number. */
  readonly transactionId: number;
  /** As sent. */
  readonly timestamp: string;
  /** `timestamp` read, or the time of receipt where it could not be. */
  readonly stoppedAt: number;
  /** Wh; null where none can be read. */
  readonly meterStop: number | null;
  /** Empty where there was none. */
  readonly idTag: string;
  /** `Local` where there was none (OCPP 1.6 ed. 2 §6.49). */
  readonly reason: string;
  readonly flags: readonly string[];
  /** The request as JSON text, without transactionData that is kept as samples. */
  readonly rawStop: string;
  readonly receivedAt: number;
  /** Run with the transaction that the stop is counted to, as in StartInput. */
  readonly also?: (transaction: TransactionRecord) => void;
}

export interface CloseInput extends TransactionClosure {
  readonly transactionId: number;
}

export interface StopOutcome {
  readonly transaction: TransactionRecord;
  /**
   * `stopped`: an open transaction ended. `repeated`: it had ended before and did not change. `late`: the
   * stop of a superseded or closed one, recorded. `unmatched`: no transaction fits, so it is kept as one of
   * its own, for review.
   */
  readonly outcome: 'stopped' | 'repeated' | 'unmatched' | 'late';
}

export interface TransactionFilter {
  readonly chargePointId?: string;
  readonly state?: TransactionState;
  /** `next` of the page before. */
  readonly before?: string;
  readonly limit: number;
}

export interface OpenListing {
  readonly chargePointId?: string | undefined;
  /** `next` of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}

export interface TransactionPage {
  /** In the order of the listing. */
  readonly transactions: readonly TransactionRecord[];
  /**
   * Where to go on; absent at the end. A page may be short, even empty, and yet have a `next`: work per call
   * is bounded.
   */
  readonly next?: string;
}

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

/** What makes two StartTransactions the same message (obligation E8). */
type StartIdentity = Pick<
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
