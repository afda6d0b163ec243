import type { LaneQueue } from '../journal/lane-queue.ts';
import { packChunk } from '../records/chunk.ts';
import { encodeRow, type Table } from '../records/table.ts';

/**
 * Adds rows to the outbox as part of the write transaction that is running: they leave for ClickHouse if and
 * only if the change of state that they are about has happened. Returns the sequence number of the chunk that
 * has them.
 */
export function addRows<Row>(outbox: LaneQueue, table: Table<Row>, rows: readonly Row[]): number {
  return outbox.appendInTransaction(packRows(table, rows));
}

/** Rows as the outbox takes them, where they are known before the write transaction begins. */
export function packRows<Row>(table: Table<Row>, rows: readonly Row[]): Buffer {
  const lines = rows.map((row) => `${encodeRow(table, row)}\n`).join('');
  return packChunk(table.id, rows.length, Date.now(), lines);
}

/** As `addRows`, of one row. */
export function addRow<Row>(outbox: LaneQueue, table: Table<Row>, row: Row): number {
  return addRows(outbox, table, [row]);
}
