import { tables } from '../records/tables.ts';
import type { Insert, QueryParameters } from './engine.ts';

/** Bounds of one query. */
export interface ReadLimits {
  /** ms */
  readonly time: number;
  /** Bytes. */
  readonly memory: number;
  /** It stands still while others run that are not. */
  readonly patient: boolean;
}

/** Formats of what is inserted. */
export type InsertFormat = 'JSONCompactEachRow' | 'Native';

/**
 * The statement that precedes the rows of an insert, or that reads them from `file`. Its settings are part of
 * the text because settings beside a statement stay in force for later ones on an embedded connection. Throws
 * TypeError on a token that is not plain text.
 */
export function insertStatement(
  { table, token }: Pick<Insert, 'table' | 'token'>,
  format: InsertFormat,
  file?: string,
): string {
  const settings = Object.entries(insertSettings(token)).map(([name, value]) =>
    typeof value === 'number' ? `${name} = ${value}` : `${name} = '${value}'`,
  );
  const source = file === undefined ? '' : ` FROM INFILE ${quotedText(file)}`;
  return `INSERT INTO ${table} (${columnList(table)})${source} SETTINGS ${settings.join(', ')} FORMAT ${format}`;
}

/**
 * Settings of an insert: its token, and what a server's profile may have changed and exactly-once depends on.
 */
export function insertSettings(token: string): Record<string, string | number> {
  if (!/^[\w:.,@-]+$/.test(token)) throw new TypeError(`${JSON.stringify(token)} is no deduplication token`);
  return {
    insert_deduplication_token: token,
    insert_deduplicate: 1,
    deduplicate_blocks_in_dependent_materialized_views: 1,
    async_insert: 0,
  };
}

/** Columns of a table in the order of its rows. */
export function columnNames(table: Insert['table']): string[] {
  const columns = tables.find(({ name }) => name === table)?.columns;
  if (!columns) throw new TypeError(`there is no table ${table}`);
  return columns.map(({ name }) => name);
}

/** A query with the settings that every read has. */
export function boundedQuery(sql: string, limits: ReadLimits): string {
  const settings = Object.entries(readSettings(limits)).map(([name, value]) =>
    typeof value === 'number' ? `${name} = ${value}` : `${name} = '${value}'`,
  );
  return `${sql}\nSETTINGS ${settings.join(', ')}`;
}

/**
 * A query with its values in its text, text as hexadecimal digits so that nothing in it can be anything else.
 * chDB runs queries with parameters one after the other, however many sessions ask. Throws TypeError where a
 * value is missing or of another type.
 */
export function withValues(sql: string, parameters: QueryParameters): string {
  return sql.replace(/\{(\w+):(U?Int\d+|String|Array\(String\))\}/g, (_, name: string, type: string) => {
    const value = parameters[name];
    if (type === 'String' && typeof value === 'string') return hexadecimal(value);
    if (type === 'Array(String)' && Array.isArray(value)) {
      return `CAST([${value.map(hexadecimal).join(', ')}], 'Array(String)')`;
    }
    if (type.includes('Int') && Number.isSafeInteger(value)) return `to${type}(${value})`;
    throw new TypeError(`${name} is no ${type}`);
  });
}

function hexadecimal(text: string): string {
  return `unhex('${Buffer.from(text).toString('hex')}')`;
}

/** Settings of every read. */
export function readSettings({ time, memory, patient }: ReadLimits): Record<string, string | number> {
  return {
    max_execution_time: time / 1000,
    max_threads: 1,
    max_memory_usage: memory,
    // ClickHouse lets a higher number wait between two blocks of rows while a lower one runs.
    priority: patient ? 2 : 1,
    max_bytes_before_external_group_by: Math.floor(memory / 2),
    max_bytes_before_external_sort: Math.floor(memory / 2),
    date_time_output_format: 'iso',
    output_format_json_quote_64bit_integers: 0,
  };
}

/** Settings of a session for statements that people write; `readonly` keeps them from being changed. */
export function foreignSettings(limits: ReadLimits): Record<string, string | number> {
  return {
    ...readSettings(limits),
    max_result_bytes: 32 * 1024 * 1024,
    result_overflow_mode: 'throw',
    allow_introspection_functions: 0,
    allow_ddl: 0,
  };
}

function columnList(table: Insert['table']): string {
  return columnNames(table)
    .map((name) => `\`${name}\``)
    .join(', ');
}

/** A text as a literal. */
export function quotedText(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
