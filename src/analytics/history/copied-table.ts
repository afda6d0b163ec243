import type { TableName } from '../../records/table.ts';
import { tables } from '../../records/tables.ts';
import { WITH_VIEW } from '../batch-inserts.ts';
import type { Engine } from '../engine.ts';
import { type RowIdentity, rowIdentities } from '../row-identity.ts';
import { columnNames } from '../statement.ts';

/** What the copy of a table is asked for with, as SQL that both engines answer alike. */
export interface CopiedTable {
  readonly name: TableName;
  readonly left: RowIdentity['left'];
  /** Its columns as a list. */
  readonly columns: string;
  /** By what a row is found again, as two independent hashes. */
  readonly identity: readonly [string, string];
  /** All that a row holds, as a hash. */
  readonly content: string;
  /** Of several rows with the same identity the one with the highest counts. */
  readonly version: string;
  /** Expressions in the order of its index, for ranges of it. */
  readonly keys: readonly string[];
  /** The expression by which it is partitioned; empty where it is not. */
  readonly partition: string;
}

/**
 * What copies are made of in this order. Energy comes before the samples and transactions that it was worked
 * out of: these let the server work it out anew, except for days of which it has something already and
 * samples may be gone. Sums over a fleet are no copies but summed up anew, since others may be part of them.
 */
export const COPIED: readonly TableName[] = tables
  .map(({ name }) => name)
  .filter((name) => name !== 'energy_fleet_days')
  .sort((a, b) => Number(WITH_VIEW.has(a)) - Number(WITH_VIEW.has(b)));

/** Describes a table as the embedded `engine` has it. Throws EngineError. */
export async function describeTable(engine: Engine, name: TableName): Promise<CopiedTable> {
  const [found] = await engine.query<{ sorting: string; partition: string }>(
    'SELECT sorting_key AS sorting, partition_key AS partition FROM system.tables WHERE database = currentDatabase() AND name = {name:String}',
    { name },
  );
  if (!found) throw new TypeError(`there is no table ${name}`);
  const { lookup, rest, left, version } = rowIdentities[name];
  const all = columnNames(name);
  // Of rows that nothing merges, all that they hold was stored once already, so all of it is comparable.
  const identity = hashArguments(name, left === 'all' ? all : [...lookup, ...rest]);
  return {
    name,
    left,
    columns: all.map((column) => `\`${column}\``).join(', '),
    identity: [`cityHash64(${identity})`, `sipHash64(${identity})`],
    content: `cityHash64(${hashArguments(name, all)})`,
    version: versionOf(name, left, version),
    // What only tells equal ones apart may be long.
    keys: found.sorting.split(/, (?![^(]*\))/).filter((key) => !rest.includes(key.replaceAll('`', ''))),
    partition: found.partition,
  };
}

/**
 * Where nothing says which of two counts, the time of receipt tells whether one is the other's repetition.
 */
function versionOf(table: TableName, left: RowIdentity['left'], version: string | undefined): string {
  if (left === 'all') return 'toInt64(0)';
  return `toInt64(${numberOf(table, version ?? 'received_at')})`;
}

function numberOf(table: TableName, column: string): string {
  const isTime = typeOf(table, column).includes('DateTime64');
  return isTime ? `toUnixTimestamp64Milli(\`${column}\`)` : `\`${column}\``;
}

/** Columns as arguments of a hash: NULL is a value, too. */
function hashArguments(table: TableName, columns: readonly string[]): string {
  const hashable = columns.map((column) => {
    const number = numberOf(table, column);
    return typeOf(table, column).startsWith('Nullable') ? `ifNull(toString(${number}), 'NULL')` : number;
  });
  return hashable.join(', ');
}

function typeOf(table: TableName, column: string): string {
  const found = tables
    .find(({ name }) => name === table)
    ?.columns.find((candidate) => candidate.name === column);
  if (!found) throw new TypeError(`there is no column ${column} in ${table}`);
  return found.type;
}
