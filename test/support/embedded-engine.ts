import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openChdb } from '../../src/analytics/chdb-engine.ts';
import type { Engine } from '../../src/analytics/engine.ts';
import { migrate } from '../../src/analytics/migrate.ts';
import { encodeRow, type Table } from '../../src/records/table.ts';

export interface EmbeddedEngine {
  readonly engine: Engine;
  readonly directory: string;
  close(): Promise<void>;
}

/**
 * The embedded ClickHouse in a directory of its own, with all tables. One per test file: chDB knows one
 * directory per process.
 */
export async function openEmbeddedEngine(): Promise<EmbeddedEngine> {
  const directory = await mkdtemp(join(tmpdir(), 'farad-chdb-'));
  const home = process.cwd();
  const engine = await openChdb({
    path: join(directory, 'clickhouse'),
    workDirectory: join(directory, 'cwd'),
    backups: join(directory, 'backups'),
    database: 'farad',
    memory: 1_000_000_000,
    queryTimeout: 20_000,
  });
  await migrate(engine);
  return {
    engine,
    directory,
    async close() {
      await engine.close();
      process.chdir(home);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

let inserts = 0;

/** Rows as the journal carries them. */
export function linesOf<Row>(table: Table<Row>, rows: readonly Row[]): Buffer {
  return Buffer.from(rows.map((row) => `${encodeRow(table, row)}\n`).join(''));
}

/** Inserts rows, each call under a token of its own. */
export async function insertRows<Row>(
  engine: Engine,
  table: Table<Row>,
  rows: readonly Row[],
): Promise<void> {
  await engine.insert({ table: table.name, lines: linesOf(table, rows), token: `test:${++inserts}` });
}
