import type { SchemaTable } from '../link/methods.ts';
import { tables } from '../records/tables.ts';
import type { Engine } from './engine.ts';

const names = new Set<string>(tables.map(({ name }) => name));

interface TableRow {
  readonly name: string;
  readonly comment: string;
  readonly rows: number | null;
}

interface ColumnRow {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly comment: string;
  readonly sorted: number;
}

/**
 * Reads what the tables of Farad are made of, in the order of their names; those that it keeps only for its
 * own use are left out. Throws EngineError.
 */
export async function readSchema(engine: Engine, database: string): Promise<SchemaTable[]> {
  const parameters = { database };
  const found = await engine.query<TableRow>(
    'SELECT name, comment, total_rows AS rows FROM system.tables WHERE database = {database:String} ORDER BY name',
    parameters,
  );
  const columns = await engine.query<ColumnRow>(
    'SELECT table, name, type, comment, is_in_sorting_key AS sorted FROM system.columns WHERE database = {database:String} ORDER BY table, position',
    parameters,
  );
  const byTable = new Map<string, SchemaTable['columns'][number][]>();
  for (const { table, sorted, ...column } of columns) {
    const own = byTable.get(table) ?? [];
    own.push({ ...column, key: sorted === 1 });
    byTable.set(table, own);
  }
  return found
    .filter(({ name }) => names.has(name))
    .map((table) => ({ ...table, columns: byTable.get(table.name) ?? [] }));
}

/**
 * Reads `DESCRIBE table` and returns the table; undefined for any other statement. Farad answers it out of
 * `readSchema`: nothing of its text reaches the engine.
 */
export function describedTable(sql: string, database: string): string | undefined {
  const words = sql.trim().replace(/\s*;\s*$/, '');
  const [, of, table] = /^desc(?:ribe)?(?:\s+table)?\s+(?:(\w+)\.)?(\w+)$/i.exec(words) ?? [];
  return of !== undefined && of !== database ? undefined : table;
}
