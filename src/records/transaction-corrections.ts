import type { Table } from './table.ts';

/**
 * What an operator said about the energy of a transaction, as it stood from one moment on; the newest row
 * counts. Registers and energy in Wh, times epoch ms.
 */
export interface TransactionCorrectionRow {
  readonly transactionId: number;
  readonly chargePointId: string;
  /** What the correction comes to; null where it leaves it open. */
  readonly correctedWh: number | null;
  readonly note: string;
  /** Id of an API key. */
  readonly by: string;
  readonly at: number;
  /** Taken back. */
  readonly removed: boolean;
  /** When it was noticed. */
  readonly receivedAt: number;
}

export const transactionCorrections: Table<TransactionCorrectionRow> = {
  name: 'transaction_corrections',
  id: 13,
  columns: [
    { name: 'transaction_id', type: 'Int32', value: (row) => row.transactionId },
    { name: 'charge_point_id', type: 'String', value: (row) => row.chargePointId },
    { name: 'corrected_wh', type: 'Nullable(Float64)', value: (row) => row.correctedWh },
    { name: 'note', type: 'String', value: (row) => row.note },
    { name: 'corrected_by', type: 'String', value: (row) => row.by },
    { name: 'corrected_at', type: "DateTime64(3, 'UTC')", value: (row) => row.at },
    { name: 'removed', type: 'UInt8', value: (row) => (row.removed ? 1 : 0) },
    { name: 'received_at', type: "DateTime64(3, 'UTC')", value: (row) => row.receivedAt },
  ],
};
