import type { Engine } from '../engine.ts';
import type { CopiedTable } from './copied-table.ts';
import type { Piece } from './pieces.ts';

/** What a server has of a piece. Rows that others have put there count for nothing. */
export interface Comparison {
  /** Rows here, as they count: of those with the same identity one, unless nothing merges them. */
  readonly rows: number;
  /** Sum of the hashes of what is the same here and there, modulo 2^64. */
  readonly checksum: bigint;
  /** Of the rows here so many were replaced there, by a newer version or a repetition. */
  readonly replaced: number;
  /** So many are there with the same identity and another content. */
  readonly different: number;
  /** What has to be inserted there. */
  readonly absent: readonly AbsentRows[];
}

/** Rows with the same identity. */
export interface AbsentRows {
  /** The first hash of their identity, as a decimal number. */
  readonly hash: string;
  /** So many of them are not there. */
  readonly rows: number;
  /** Whether that is all of them. */
  readonly isAll: boolean;
}

/** Rows here, with the same identity, content and version. */
interface Group {
  readonly content: bigint;
  readonly version: bigint;
  readonly rows: number;
}

type Groups = Map<string, Group[]>;

/** How long one question may take, ms. */
export const PIECE_LIMIT_MS = 10 * 60_000;

/** Numbers of 64 bits in a line of what the engines answer. */
const CELLS = 5;
const LINE_BYTES = CELLS * 8;

/** Rows of a piece, as they lie there, and the sum of the hashes of their contents. */
export interface Totals {
  readonly rows: number;
  readonly sum: string;
}

/** Counts and sums up a piece. Throws EngineError. */
export async function totalsOf(engine: Engine, { table, where }: Piece): Promise<Totals> {
  const [totals] = await engine.query<Totals>(
    `SELECT count() AS rows, toString(sum(${table.content})) AS sum FROM ${table.name} WHERE ${where}`,
    {},
    { timeLimitMs: PIECE_LIMIT_MS },
  );
  return totals ?? { rows: 0, sum: '0' };
}

/** What a piece is that is the same on both sides. */
export function sameOnBoth({ rows, sum }: Totals): Comparison {
  return { rows, checksum: BigInt(sum), replaced: 0, different: 0, absent: [] };
}

/** Looks for each row of a piece by its identity. Throws EngineError. */
export async function compare(here: Engine, there: Engine, piece: Piece): Promise<Comparison> {
  const own = await groupsOf(here, piece);
  const found = await groupsOf(there, piece, own);
  const verdict = VERDICTS[piece.table.left];
  const absent: AbsentRows[] = [];
  let [rows, replaced, different, checksum] = [0, 0, 0, 0n];
  for (const [identity, groups] of own) {
    const one = verdict(groups, found.get(identity) ?? []);
    rows += one.rows;
    replaced += one.replaced;
    different += one.different;
    checksum += one.same;
    if (one.absent === 0) continue;
    const hash = String(Buffer.from(identity, 'latin1').readBigUInt64LE());
    absent.push({ hash, rows: one.absent, isAll: one.absent === one.rows });
  }
  return { rows, replaced, different, absent, checksum: BigInt.asUintN(64, checksum) };
}

/** By identity; where `known` is given, only of identities that it has. */
async function groupsOf(engine: Engine, { table, where }: Piece, known?: Groups): Promise<Groups> {
  const [first, second] = table.identity;
  const sql = `
SELECT ${first} AS a, ${second} AS b, ${table.content} AS content, ${table.version} AS version, count() AS rows
FROM ${table.name} WHERE ${where}
GROUP BY a, b, content, version`;
  const groups: Groups = new Map();
  for await (const line of linesOf(engine.export(sql, {}, 'RowBinary', PIECE_LIMIT_MS))) {
    const identity = line.toString('latin1', 0, 16);
    if (known && !known.has(identity)) continue;
    const group = {
      content: line.readBigUInt64LE(16),
      version: line.readBigInt64LE(24),
      rows: Number(line.readBigUInt64LE(32)),
    };
    const same = groups.get(identity);
    if (same) same.push(group);
    else groups.set(identity, [group]);
  }
  return groups;
}

async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    const whole = bytes.length - (bytes.length % LINE_BYTES);
    for (let at = 0; at < whole; at += LINE_BYTES) yield bytes.subarray(at, at + LINE_BYTES);
    rest = bytes.subarray(whole);
  }
  if (rest.length > 0) throw new TypeError(`an answer ends in the middle of a row, ${rest.length} bytes`);
}

/** What became of rows with the same identity. */
interface Verdict {
  readonly rows: number;
  readonly absent: number;
  readonly replaced: number;
  readonly different: number;
  /** Sum of the hashes of the same rows. */
  readonly same: bigint;
}

const NOTHING: Verdict = { rows: 1, absent: 0, replaced: 0, different: 0, same: 0n };

const VERDICTS: Readonly<
  Record<CopiedTable['left'], (own: readonly Group[], found: readonly Group[]) => Verdict>
> = {
  all(own, found) {
    const rows = sumOf(own);
    const absent = Math.max(0, rows - sumOf(found));
    let [matched, same] = [0, 0n];
    for (const group of own) {
      const there = found.find(({ content }) => content === group.content)?.rows ?? 0;
      const count = Math.min(group.rows, there);
      matched += count;
      same += group.content * BigInt(count);
    }
    return { ...NOTHING, rows, absent, different: rows - absent - matched, same };
  },
  newest(own, found) {
    const ours = newestOf(own);
    const theirs = newestOf(found);
    if (!ours) return { ...NOTHING, rows: 0 };
    if (!theirs || theirs.version < ours.version) return { ...NOTHING, absent: 1 };
    if (theirs.version > ours.version) return { ...NOTHING, replaced: 1 };
    return matchOf(
      own.filter(({ version }) => version === ours.version),
      found,
    );
  },
  one(own, found) {
    if (found.length === 0) return { ...NOTHING, absent: 1 };
    const verdict = matchOf(own, found);
    if (verdict.different === 0) return verdict;
    const isRepetition = found.every(({ version }) => own.every((group) => group.version !== version));
    return isRepetition ? { ...NOTHING, replaced: 1 } : verdict;
  },
};

/** Whether one of the rows here is there. */
function matchOf(own: readonly Group[], found: readonly Group[]): Verdict {
  const same = own.find(({ content }) => found.some((group) => group.content === content));
  return same ? { ...NOTHING, same: same.content } : { ...NOTHING, different: 1 };
}

function newestOf(groups: readonly Group[]): Group | undefined {
  return groups.reduce<Group | undefined>(
    (newest, group) => (newest && newest.version >= group.version ? newest : group),
    undefined,
  );
}

function sumOf(groups: readonly Group[]): number {
  return groups.reduce((sum, { rows }) => sum + rows, 0);
}
