import type { Table } from './table.ts';

/**
 * A transaction as it stood after one change; the newest `version` of an id is the present state
 * (OCPP 1.6 ed. 2 §4.8, §4.10).
 */
export interface TransactionRow {
  readonly transactionId: number;
  /** Rises by one with each change of this transaction. */
  readonly version: number;
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly idTag: string;
  readonly parentIdTag: string;
  /** idTagInfo.status that the StartTransaction was answered with. */
  readonly authorization: string;
  readonly reservationId: number | null;
  readonly startedAt: number;
  /** Wh as reported; null where the charge point reported none that can be read. */
  readonly meterStart: number | null;
  /** Null while the transaction is open or superseded. */
  readonly stoppedAt: number | null;
  /**
   * Wh as reported; null while the transaction is open, and where the charge point reported none that can be
   * read. While it is `closed` both are what the closure says: they are the charge point's own once its stop
   * has come.
   */
  readonly meterStop: number | null;
  readonly stopIdTag: string;
  /** Empty while the transaction is open. */
  readonly stopReason: string;
  /**
   * `superseded`: a new transaction began on the connector, the stop of this one has not come (yet).
   * `unmatched`: a stop that fits no transaction, kept for review under an id of ours; the reported one is in
   * `rawStop`. `closed`: an operator or Farad ended it (`transaction_closures`), its stop has not come (yet).
   */
  readonly state: 'open' | 'stopped' | 'superseded' | 'unmatched' | 'closed';
  /** What was odd about it, for example `start-time-unreadable`, `meter-stop-below-start`. */
  readonly flags: readonly string[];
  /** StartTransaction and StopTransaction requests as received, JSON text; empty where there was none. */
  readonly rawStart: string;
  readonly rawStop: string;
  /**
   * When its first message was received, epoch ms: the same in every version, so that all of them lie in one
   * partition.
   */
  readonly receivedAt: number;
}

export const transactions: Table<TransactionRow> = {
  name: 'transactions',
  id: 2,
  columns: [
    { name: 'transaction_id', type: 'Int32', value: (row) => row.transactionId },
    { name: 'version', type: 'UInt32', value: (row) => row.version },
    { name: 'charge_point_id', type: 'String', value: (row) => row.chargePointId },
    { name: 'connector_id', type: 'Int32', value: (row) => row.connectorId },
    { name: 'id_tag', type: 'String', value: (row) => row.idTag },
    { name: 'parent_id_tag', type: 'String', value: (row) => row.parentIdTag },
    { name: 'authorization', type: 'LowCardinality(String)', value: (row) => row.authorization },
    { name: 'reservation_id', type: 'Nullable(Int32)', value: (row) => row.reservationId },
    { name: 'started_at', type: "DateTime64(3, 'UTC')", value: (row) => row.startedAt },
    { name: 'meter_start', type: 'Nullable(Int64)', value: (row) => row.meterStart },
    { name: 'stopped_at', type: "Nullable(DateTime64(3, 'UTC'))", value: (row) => row.stoppedAt },
    { name: 'meter_stop', type: 'Nullable(Int64)', value: (row) => row.meterStop },
    { name: 'stop_id_tag', type: 'String', value: (row) => row.stopIdTag },
    { name: 'stop_reason', type: 'LowCardinality(String)', value: (row) => row.stopReason },
    { name: 'state', type: 'LowCardinality(String)', value: (row) => row.state },
    { name: 'flags', type: 'Array(LowCardinality(String))', value: (row) => row.flags },
    { name: 'raw_start', type: 'String', value: (row) => row.rawStart },
    { name: 'raw_stop', type: 'String', value: (row) => row.rawStop },
    { name: 'received_at', type: "DateTime64(3, 'UTC')", value: (row) => row.receivedAt },
  ],
};
