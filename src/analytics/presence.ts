import { createHash } from 'node:crypto';
import type { Column, TableName } from '../records/table.ts';
import { tables } from '../records/tables.ts';
import type { Engine } from './engine.ts';
import { type RowIdentity, rowIdentities } from './row-identity.ts';

/** What of an insert is in its table. */
export interface Presence {
  /** Lines whose rows are not there. */
  readonly absent: Buffer;
  /** Lines that cannot be looked for, because they cannot be read or hold values that ClickHouse changes. */
  readonly unknown: Buffer;
}

/** A line with what identifies its row. */
interface Sought {
  readonly line: Buffer;
  /** Literals of the lookup columns. */
  readonly tuple: string;
  /** Of all identifying columns. */
  readonly digest: string;
  readonly version: number;
  readonly receivedAt: number;
}

interface Found {
  readonly digest: string;
  readonly rows: number;
  readonly version: number;
}

const LINE_FEED = 0x0a;
const DAY_MS = 86_400_000;

/** Rows, and characters of their literals, per query: ClickHouse reads no statement above 256 KiB. */
const ROWS_PER_QUERY = 2000;
const TEXT_PER_QUERY = 150_000;

/** A longer text in a lookup column is not looked for, bytes. */
const LONGEST_TEXT = 2000;

/** What DateTime64 holds: 1900 to 2299. */
const FIRST_MOMENT = Date.UTC(1900, 0, 1);
const LAST_MOMENT = Date.UTC(2299, 11, 31);

const INT_BOUNDS: Readonly<Record<string, readonly [number, number]>> = {
  UInt8: [0, 255],
  UInt16: [0, 65_535],
  UInt32: [0, 4_294_967_295],
  Int32: [-2_147_483_648, 2_147_483_647],
  Int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
};

/** How long one look may take, ms. */
const TIME_LIMIT_MS = 60_000;

/**
 * Looks for each row of an insert by what merges leave of it: its key, with its version or a higher one;
 * where nothing is merged, as many rows as there are of its kind. Rejects with EngineError.
 *
 * Only where it is uncertain what became of an insert: ClickHouse writes a deduplication token down before it
 * makes the rows visible, and killed in between it takes the repetition for a duplicate of rows that it does
 * not have.
 */
export async function presenceOf(engine: Engine, table: TableName, lines: Buffer): Promise<Presence> {
  const identity = rowIdentities[table];
  const reader = new LineReader(table, identity);
  const sought: Sought[] = [];
  const unknown: Buffer[] = [];
  for (const line of linesIn(lines)) {
    const row = reader.read(line);
    if (row) sought.push(row);
    else unknown.push(line);
  }
  // In the order of the index, so that rows which lie together are asked for together.
  sought.sort((a, b) => (a.tuple < b.tuple ? -1 : a.tuple > b.tuple ? 1 : 0));
  const absent: Buffer[] = [];
  for (const some of portionsOf(sought)) absent.push(...(await absentOf(engine, table, identity, some)));
  return { absent: Buffer.concat(absent), unknown: Buffer.concat(unknown) };
}

/** Those of these rows that are not there; rows of one tuple are all among them. */
async function absentOf(
  engine: Engine,
  table: TableName,
  identity: RowIdentity,
  rows: readonly Sought[],
): Promise<Buffer[]> {
  const found = await engine.query<Found>(
    questionFor(table, identity, rows),
    {},
    { timeLimitMs: TIME_LIMIT_MS },
  );
  const there = new Map(found.map((row) => [row.digest, row]));
  const met = new Map<string, number>();
  return rows.flatMap(({ digest, version, line }) => {
    const same = there.get(digest);
    if (!same) return [line];
    if (identity.left === 'newest') return version > same.version ? [line] : [];
    if (identity.left === 'one') return [];
    const number = (met.get(digest) ?? 0) + 1;
    met.set(digest, number);
    return number > same.rows ? [line] : [];
  });
}

function questionFor(table: TableName, identity: RowIdentity, rows: readonly Sought[]): string {
  const { lookup, rest, version } = identity;
  const columns = columnsOf(table);
  const parts = [...lookup, ...rest].map((name) => digestPart(columns, name));
  const newest = version === undefined ? '0' : `max(${numberOf(columns, version)})`;
  const received = Math.min(...rows.map(({ receivedAt }) => receivedAt)) - DAY_MS;
  const names = lookup.map((name) => `\`${name}\``).join(', ');
  const tuples = [...new Set(rows.map(({ tuple }) => tuple))].join(', ');
  // Older parts are left out by this bound. It leaves a day for a repetition that was received earlier and
  // inserted later, by another queue.
  return `
SELECT hex(MD5(concat(${parts.join(', ')}))) AS digest, count() AS rows, ${newest} AS version
FROM ${table}
WHERE received_at >= ${momentOf(Math.max(received, FIRST_MOMENT))} AND (${names}) IN (${tuples})
GROUP BY digest`;
}

/** What a column adds to the digest; `LineReader` makes the same of a cell. */
function digestPart(columns: readonly Column<never>[], name: string): string {
  const isText = typeOf(columns, name).includes('String');
  if (isText) return `toString(length(\`${name}\`)), ':', \`${name}\``;
  return `toString(${numberOf(columns, name)}), ';'`;
}

function numberOf(columns: readonly Column<never>[], name: string): string {
  const isTime = typeOf(columns, name).startsWith('DateTime64');
  return isTime ? `toUnixTimestamp64Milli(\`${name}\`)` : `\`${name}\``;
}

function columnsOf(table: TableName): readonly Column<never>[] {
  return tables.find(({ name }) => name === table)?.columns ?? [];
}

function typeOf(columns: readonly Column<never>[], name: string): string {
  const column = columns.find((candidate) => candidate.name === name);
  if (!column) throw new TypeError(`there is no column ${name}`);
  return column.type;
}

/** Reads what identifies the row of a line. */
class LineReader {
  private readonly identity: RowIdentity;
  private readonly columns: readonly Column<never>[];
  private readonly index: ReadonlyMap<string, number>;

  constructor(table: TableName, identity: RowIdentity) {
    this.identity = identity;
    this.columns = columnsOf(table);
    this.index = new Map(this.columns.map(({ name }, index) => [name, index]));
  }

  /** Undefined where the row cannot be looked for. */
  read(line: Buffer): Sought | undefined {
    const cells = cellsOf(line);
    if (!cells || cells.length !== this.columns.length) return undefined;
    const { lookup, rest, version } = this.identity;
    const literals: string[] = [];
    let digested = '';
    for (const [place, name] of [...lookup, ...rest].entries()) {
      const known = identify(typeOf(this.columns, name), this.cell(cells, name));
      if (!known) return undefined;
      digested += known.digested;
      if (place >= lookup.length) continue;
      if (known.literal.length > LONGEST_TEXT * 2) return undefined;
      literals.push(known.literal);
    }
    const receivedAt = this.cell(cells, 'received_at');
    const newest = version === undefined ? 0 : this.cell(cells, version);
    if (typeof receivedAt !== 'number' || typeof newest !== 'number') return undefined;
    const digest = createHash('md5').update(digested).digest('hex').toUpperCase();
    return { line, tuple: `(${literals.join(',')})`, digest, version: newest, receivedAt };
  }

  private cell(cells: readonly unknown[], name: string): unknown {
    return cells[this.index.get(name) ?? -1];
  }
}

/**
 * A cell as a literal and as part of a digest; undefined where ClickHouse would store another value than
 * this.
 */
function identify(type: string, cell: unknown): { literal: string; digested: string } | undefined {
  if (typeof cell === 'string') {
    // The sign that stands for bytes which are no text.
    if (!type.includes('String') || cell.includes('\ufffd')) return undefined;
    const bytes = Buffer.from(cell);
    return { literal: `x'${bytes.toString('hex')}'`, digested: `${bytes.length}:${cell}` };
  }
  if (typeof cell !== 'number' || !Number.isInteger(cell)) return undefined;
  if (type.startsWith('DateTime64')) {
    if (cell < FIRST_MOMENT || cell > LAST_MOMENT) return undefined;
    return { literal: momentOf(cell), digested: `${cell};` };
  }
  const [lowest, highest] = INT_BOUNDS[type] ?? [1, 0];
  return cell >= lowest && cell <= highest ? { literal: String(cell), digested: `${cell};` } : undefined;
}

/** A time as ClickHouse reads it for a column in UTC. */
function momentOf(at: number): string {
  return `'${new Date(at).toISOString().slice(0, 23).replace('T', ' ')}'`;
}

function cellsOf(line: Buffer): readonly unknown[] | undefined {
  try {
    const cells: unknown = JSON.parse(line.toString('utf8'));
    return Array.isArray(cells) ? cells : undefined;
  } catch {
    return undefined; // ClickHouse takes what JSON.parse does not
  }
}

function* linesIn(lines: Buffer): Iterable<Buffer> {
  for (let start = 0; start < lines.length; ) {
    const feed = lines.indexOf(LINE_FEED, start);
    const end = feed < 0 ? lines.length : feed + 1;
    yield lines.subarray(start, end);
    start = end;
  }
}

/** Portions for one query each; rows with the same tuple are never parted. */
function* portionsOf(rows: readonly Sought[]): Iterable<readonly Sought[]> {
  let from = 0;
  let text = 0;
  for (const [at, { tuple }] of rows.entries()) {
    const isSame = at > from && rows[at - 1]?.tuple === tuple;
    if (!isSame && at > from && (at - from >= ROWS_PER_QUERY || text + tuple.length > TEXT_PER_QUERY)) {
      yield rows.slice(from, at);
      from = at;
      text = 0;
    }
    text += isSame ? 0 : tuple.length + 2;
  }
  if (from < rows.length) yield rows.slice(from);
}
