import type { LaneQueue } from '../journal/lane-queue.ts';
import { packChunk } from '../records/chunk.ts';
import { encodeRow, type Table } from '../records/table.ts';

/**
 * Adds a row to the outbox as part of the write transaction that is running: it leaves for ClickHouse if and only if the change of state that it tells
 * of has happened. Answers its sequence number.
 */
export function addRow<Row>(outbox: LaneQueue, table: Table<Row>, row: Row): number {
  return outbox.appendInTransaction(packChunk(table.id, 1, Date.now(), `${encodeRow(table, row)}\n`));
}
