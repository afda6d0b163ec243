import type { Engine } from '../engine.ts';
import type { CopiedTable } from './copied-table.ts';

/** Rows that lie together in a table. */
export interface Piece {
  readonly table: CopiedTable;
  /** The condition that holds for them, on any server. */
  readonly where: string;
  /** How many about: rows that a merge has not removed yet count. */
  readonly rows: number;
}

/** About as many bytes make up a piece, and as many rows at least and at most. */
const PIECE_BYTES = 8 * 1024 * 1024;
const LEAST_ROWS = 1024;
const MOST_ROWS = 65_536;

/** How long it may take to read the keys of a partition, ms. */
const LIMIT = { timeLimitMs: 60 * 60_000 };

/** The bounds of a piece: literals, a key each. */
type Cut = readonly string[];

/**
 * Cuts all that `engine` holds of a table into pieces of about `mostRows` at most, partition by partition.
 * Throws EngineError.
 */
export async function* piecesOf(
  engine: Engine,
  table: CopiedTable,
  mostRows = MOST_ROWS,
): AsyncGenerator<Piece> {
  const partitions = await partitionsOf(engine, table);
  if (partitions.length === 0) return;
  const most = Math.min(mostRows, await rowsOfPiece(engine, table));
  const types = await keyTypes(engine, table);
  for (const { where, rows } of partitions) {
    const cuts = await cutsOf(engine, table, { types, where, rows, most });
    for (const [index, from] of cuts.slice(0, -1).entries()) {
      const isLast = index === cuts.length - 2;
      const range = rangeOf(table.keys, from, cuts[index + 1] as Cut, isLast);
      const inPiece = isLast ? Math.max(1, rows - index * most) : most;
      yield { table, where: `${where} AND ${range}`, rows: inPiece };
    }
  }
}

interface Partition {
  readonly where: string;
  readonly rows: number;
}

async function partitionsOf(engine: Engine, { name, partition }: CopiedTable): Promise<Partition[]> {
  const value = partition === '' ? "''" : `toString(${partition})`;
  const found = await engine.query<{ value: string; rows: number }>(
    `SELECT ${value} AS value, count() AS rows FROM ${name} GROUP BY value HAVING rows > 0 ORDER BY value`,
    {},
    LIMIT,
  );
  return found.map(({ value, rows }) => ({ where: partitionIs(partition, value), rows }));
}

function partitionIs(partition: string, value: string): string {
  if (partition === '') return '1';
  if (/^\d+$/.test(value)) return `${partition} = ${value}`;
  if (/^\d{4}-\d\d-\d\d$/.test(value)) return `${partition} = toDate('${value}')`;
  throw new TypeError(`${value} is no ${partition}`);
}

/** A power of two: what merges make of the size of rows changes no piece, as a rule. */
async function rowsOfPiece(engine: Engine, { name }: CopiedTable): Promise<number> {
  const [size] = await engine.query<{ bytes: number }>(
    'SELECT sum(data_uncompressed_bytes) / sum(rows) AS bytes FROM system.parts WHERE active AND database = currentDatabase() AND table = {name:String}',
    { name },
  );
  const rows = 2 ** Math.floor(Math.log2(PIECE_BYTES / Math.max(1, size?.bytes ?? 1)));
  return Math.min(MOST_ROWS, Math.max(LEAST_ROWS, rows));
}

async function keyTypes(engine: Engine, { name, keys }: CopiedTable): Promise<string[]> {
  const list = keys.map((key) => `toTypeName(${key})`).join(', ');
  const [row] = await engine.query<{ types: string[] }>(`SELECT [${list}] AS types FROM ${name} LIMIT 1`);
  return row?.types ?? [];
}

interface Cutting extends Partition {
  readonly types: readonly string[];
  /** Rows in a piece. */
  readonly most: number;
}

/** Keys of the first row, of every `most`th one after it, and of the last row. */
async function cutsOf(
  engine: Engine,
  { name, keys }: CopiedTable,
  { types, where, rows, most }: Cutting,
): Promise<Cut[]> {
  const named = keys.map((key, index) => `${key} AS key_${index}`).join(', ');
  const names = keys.map((_, index) => `key_${index}`).join(', ');
  const literals = keys.map((_, index) => literalOf(`key_${index}`, types[index] ?? '')).join(', ');
  const found = await engine.query<{ cut: string[] }>(
    `
SELECT [${literals}] AS cut
FROM (
  SELECT ${names}, rowNumberInAllBlocks() AS number
  FROM (SELECT ${named} FROM ${name} WHERE ${where} ORDER BY ${names})
)
WHERE number % ${most} = 0 OR number = ${rows - 1}
ORDER BY number`,
    {},
    LIMIT,
  );
  const cuts = found.map(({ cut }) => cut);
  const last = cuts.at(-1) as Cut;
  // Rows with the same keys are not parted, nor is the last row a piece of its own.
  const distinct = cuts.filter((cut, index) => index === 0 || !isSame(cut, cuts[index - 1] as Cut));
  return distinct.length === 1 ? [last, last] : distinct;
}

/** SQL that writes a value down as SQL. */
function literalOf(key: string, type: string): string {
  if (/^(LowCardinality\()?String\)?$/.test(type)) return `concat('unhex(''', hex(${key}), ''')')`;
  if (/^U?Int\d+$/.test(type)) return `toString(${key})`;
  if (type.startsWith('DateTime64'))
    return `concat('fromUnixTimestamp64Milli(toInt64(', toString(toUnixTimestamp64Milli(${key})), '), ''UTC'')')`;
  if (type.startsWith('DateTime'))
    return `concat('toDateTime(', toString(toUnixTimestamp(${key})), ', ''UTC'')')`;
  throw new TypeError(`a key of the type ${type} cannot be written down`);
}

/** From `from` on to before `to`, or to `to` itself. */
function rangeOf(keys: readonly string[], from: Cut, to: Cut, inclusive: boolean): string {
  const all = `(${keys.join(', ')})`;
  const conditions = [
    `${all} >= (${from.join(', ')})`,
    `${all} ${inclusive ? '<=' : '<'} (${to.join(', ')})`,
  ];
  // What the index can be asked for: as far as both agree, and the first key in which they do not.
  for (const [index, key] of keys.entries()) {
    if (from[index] === to[index]) conditions.push(`${key} = ${from[index]}`);
    else {
      conditions.push(`${key} >= ${from[index]}`, `${key} <= ${to[index]}`);
      break;
    }
  }
  return conditions.join(' AND ');
}

function isSame(one: Cut, other: Cut): boolean {
  return one.every((literal, index) => literal === other[index]);
}
