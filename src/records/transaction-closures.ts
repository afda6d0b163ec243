import type { Table } from './table.ts';

/** How a transaction was ended whose stop had not come; there is one at most. Times are epoch ms. */
export interface TransactionClosureRow {
  readonly transactionId: number;
  readonly chargePointId: string;
  readonly cause: string;
  /** Id of an API key; empty where Farad did it by itself. */
  readonly by: string;
  readonly reason: string;
  /** When the transaction is taken to have ended. */
  readonly stoppedAt: number;
  /** Wh; null where nobody said. */
  readonly meterStop: number | null;
  /** When it was closed. */
  readonly at: number;
}

export const transactionClosures: Table<TransactionClosureRow> = {
  name: 'transaction_closures',
  id: 12,
  columns: [
    { name: 'transaction_id', type: 'Int32', value: (row) => row.transactionId },
    { name: 'charge_point_id', type: 'String', value: (row) => row.chargePointId },
    { name: 'cause', type: 'LowCardinality(String)', value: (row) => row.cause },
    { name: 'closed_by', type: 'String', value: (row) => row.by },
    { name: 'reason', type: 'String', value: (row) => row.reason },
    { name: 'stopped_at', type: "DateTime64(3, 'UTC')", value: (row) => row.stoppedAt },
    { name: 'meter_stop', type: 'Nullable(Int64)', value: (row) => row.meterStop },
    { name: 'received_at', type: "DateTime64(3, 'UTC')", value: (row) => row.at },
  ],
};
