import type { Table } from './table.ts';

/**
 * A reservation as it stood after one change; the newest `version` of a `uid` is the present state
 * (OCPP 1.6 ed. 2 §5.13). Times are epoch ms.
 */
export interface ReservationRow {
  /** Farad's own number of it at its charge point: a reservationId may be used again. */
  readonly uid: number;
  /** Rises with each change. */
  readonly version: number;
  readonly chargePointId: string;
  readonly reservationId: number;
  /** 0: any one connector. */
  readonly connectorId: number;
  readonly idTag: string;
  /** Empty where the request named none. */
  readonly parentIdTag: string;
  readonly expiryDate: number;
  /**
   * `doubtful`: no answer came, or not yet; `refused`: the charge point did not accept it, or was never
   * asked.
   */
  readonly state: 'active' | 'doubtful' | 'refused' | 'ended';
  /**
   * Why it ended; empty where it has not. `unknown`: the charge point did not know it when it was to be
   * cancelled.
   */
  readonly ending: '' | 'used' | 'expired' | 'cancelled' | 'unknown' | 'faulted' | 'unavailable' | 'replaced';
  /**
   * Status of the charge point's answer, the code of its CALLERROR, or `timeout`, `connection_lost` or
   * `not_sent`; empty while nothing is known, for good where Farad ended meanwhile.
   */
  readonly answer: string;
  /** Transaction that used it. */
  readonly transactionId: number | null;
  /** When it was asked for: the same in every version, so that all of them lie in one partition. */
  readonly requestedAt: number;
  readonly endedAt: number | null;
}

export const reservations: Table<ReservationRow> = {
  name: 'reservations',
  id: 8,
  columns: [
    { name: 'uid', type: 'Int64', value: (row) => row.uid },
    { name: 'version', type: 'Int64', value: (row) => row.version },
    { name: 'charge_point_id', type: 'String', value: (row) => row.chargePointId },
    { name: 'reservation_id', type: 'Int64', value: (row) => row.reservationId },
    { name: 'connector_id', type: 'Int64', value: (row) => row.connectorId },
    { name: 'id_tag', type: 'String', value: (row) => row.idTag },
    { name: 'parent_id_tag', type: 'String', value: (row) => row.parentIdTag },
    { name: 'expiry_date', type: "DateTime64(3, 'UTC')", value: (row) => row.expiryDate },
    { name: 'state', type: 'LowCardinality(String)', value: (row) => row.state },
    { name: 'ending', type: 'LowCardinality(String)', value: (row) => row.ending },
    { name: 'answer', type: 'LowCardinality(String)', value: (row) => row.answer },
    { name: 'transaction_id', type: 'Nullable(Int32)', value: (row) => row.transactionId },
    { name: 'received_at', type: "DateTime64(3, 'UTC')", value: (row) => row.requestedAt },
    { name: 'ended_at', type: "Nullable(DateTime64(3, 'UTC'))", value: (row) => row.endedAt },
  ],
};
