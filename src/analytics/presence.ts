import type { TableName } from '../records/table.ts';
import { tables } from '../records/tables.ts';
import type { Engine } from './engine.ts';

/** A row that stands for those that ClickHouse writes, or loses, together with it. */
interface Group {
  readonly lines: Buffer[];
  /** Cells of the first line that can be read. */
  cells: readonly unknown[] | undefined;
}

const LINE_FEED = 0x0a;
const DAY_MS = 86_400_000;

/** Longer texts are no identity, and costly to compare. */
const LONGEST_TEXT = 300;

/**
 * Which of these rows of an insert are not in the table. ClickHouse takes the rows of one partition together or not at all, so one row of each
 * day of receipt (no partition is smaller) is looked for.
 *
 * Tokens alone do not do it where an insert has been cut short: ClickHouse writes the token down before it makes the rows visible, and
 * killed in between it takes the repetition for a duplicate of rows that it does not have. Rejects with EngineError.
 */
export async function missingRows(engine: Engine, table: TableName, lines: Buffer): Promise<Buffer> {
  const missing: Buffer[] = [];
  for (const { cells, lines: together } of groupsOf(lines)) {
    if (cells && !(await isThere(engine, table, cells))) missing.push(...together);
  }
  return Buffer.concat(missing);
}

function groupsOf(lines: Buffer): Iterable<Group> {
  const groups = new Map<number, Group>();
  for (let start = 0; start < lines.length; ) {
    const feed = lines.indexOf(LINE_FEED, start);
    const end = feed < 0 ? lines.length : feed + 1;
    const line = lines.subarray(start, end);
    start = end;
    const day = Math.floor(receivedAt(line) / DAY_MS);
    const group = groups.get(day) ?? { lines: [], cells: undefined };
    groups.set(day, group);
    group.lines.push(line);
    group.cells ??= cellsOf(line);
  }
  return groups.values();
}

/** Every table ends with `received_at`, so it can be read off the end of a line. */
function receivedAt(line: Buffer): number {
  return Number(line.subarray(line.lastIndexOf(',') + 1, line.lastIndexOf(']')).toString());
}

function cellsOf(line: Buffer): readonly unknown[] | undefined {
  try {
    const cells: unknown = JSON.parse(line.toString('utf8'));
    return Array.isArray(cells) ? cells : undefined;
  } catch {
    return undefined; // ClickHouse takes what JSON.parse does not; another row of the group will do
  }
}

async function isThere(engine: Engine, table: TableName, cells: readonly unknown[]): Promise<boolean> {
  const columns = tables.find(({ name }) => name === table)?.columns ?? [];
  const conditions: string[] = [];
  const values: Record<string, string | number> = {};
  columns.forEach(({ name, type }, index) => {
    const cell = cells[index];
    const placeholder = `cell${index}`;
    if (type.includes('DateTime64') && typeof cell === 'number') {
      conditions.push(`\`${name}\` = fromUnixTimestamp64Milli({${placeholder}:Int64}, 'UTC')`);
    } else if (type.includes('Int') && typeof cell === 'number') {
      conditions.push(`\`${name}\` = {${placeholder}:Int64}`);
    } else if (type.endsWith('String)') || type === 'String') {
      if (typeof cell !== 'string' || cell.length > LONGEST_TEXT) return;
      conditions.push(`\`${name}\` = {${placeholder}:String}`);
    } else return;
    values[placeholder] = cell as string | number;
  });
  const rows = await engine.query(`SELECT 1 FROM ${table} WHERE ${conditions.join(' AND ')} LIMIT 1`, values);
  return rows.length > 0;
}
