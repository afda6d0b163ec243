import type { Table } from '../records/table.ts';

/**
 * Takes rows that need no confirmation before an answer: they are written soon, in batches, and never
 * awaited.
 */
export interface RowSink {
  add<Row>(table: Table<Row>, row: Row): void;
}
