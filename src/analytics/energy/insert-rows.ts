import { randomUUID } from 'node:crypto';
import { encodeRow, type Table } from '../../records/table.ts';
import type { Engine } from '../engine.ts';

/** Inserts what was worked out, at once. Throws EngineError. */
export async function insertRows<Row>(
  engine: Engine,
  table: Table<Row>,
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return;
  const lines = Buffer.from(rows.map((row) => `${encodeRow(table, row)}\n`).join(''));
  await engine.insert({ table: table.name, lines, token: `energy:${randomUUID()}` });
}
