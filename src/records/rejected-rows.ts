import type { Table } from './table.ts';

/** A row that ClickHouse refused, kept as text so that nobody has to guess what was lost. */
export interface RejectedRow {
  readonly table: string;
  /** The row as a line of JSONCompactEachRow. */
  readonly row: string;
  readonly error: string;
  readonly receivedAt: number;
}

export const rejectedRows: Table<RejectedRow> = {
  name: 'rejected_rows',
  id: 7,
  columns: [
    { name: 'table', type: 'LowCardinality(String)', value: (row) => row.table },
    { name: 'row', type: 'String', value: (row) => row.row },
    { name: 'error', type: 'String', value: (row) => row.error },
    { name: 'received_at', type: "DateTime64(3, 'UTC')", value: (row) => row.receivedAt },
  ],
};
