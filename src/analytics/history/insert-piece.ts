import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { BackOff } from '../back-off.ts';
import type { Engine } from '../engine.ts';
import { EngineError } from '../engine-error.ts';
import { type AbsentRows, PIECE_LIMIT_MS, type Totals } from './comparison.ts';
import type { Piece } from './pieces.ts';

/** Hashes in one statement: ClickHouse reads none above 256 KiB. */
const HASHES_TOGETHER = 8000;

/** How long a server that is away is waited for, ms. */
const PATIENCE_MS = 60_000;

export interface InsertOptions {
  readonly here: Engine;
  readonly there: Engine;
  /** Whose rows they are: their tokens are made of it. */
  readonly installation: string;
  /** Inserts also what the server takes for a repetition of rows that it does not have. */
  readonly anew?: boolean;
}

/**
 * Inserts a whole piece under a token that is made of its rows: whoever repeats it inserts nothing. Throws
 * EngineError.
 */
export async function insertPiece(
  options: InsertOptions,
  piece: Piece,
  { rows, sum }: Totals,
): Promise<void> {
  await insertWhere(options, piece, { where: piece.where, rows, sign: `${rows}.${sum}` });
}

/** Inserts some rows of a piece. Throws EngineError. */
export async function insertAbsent(
  options: InsertOptions,
  piece: Piece,
  absent: readonly AbsentRows[],
): Promise<void> {
  const [hash] = piece.table.identity;
  for (const [some, hashes] of byNumber(absent)) {
    hashes.sort();
    for (let from = 0; from < hashes.length; from += HASHES_TOGETHER) {
      const list = hashes.slice(from, from + HASHES_TOGETHER);
      const limit = some === undefined ? '' : ` LIMIT ${some} BY ${piece.table.identity.join(', ')}`;
      const where = `${piece.where} AND ${hash} IN (${list.join(', ')})${limit}`;
      const sign = createHash('md5').update(where).digest('hex');
      await insertWhere(options, piece, { where, rows: list.length, sign });
    }
  }
}

/** Hashes by how many rows of each are to be inserted; undefined for all of them. */
function byNumber(absent: readonly AbsentRows[]): Map<number | undefined, string[]> {
  const groups = new Map<number | undefined, string[]>();
  for (const { hash, rows, isAll } of absent) {
    const some = isAll ? undefined : rows;
    const group = groups.get(some);
    if (group) group.push(hash);
    else groups.set(some, [hash]);
  }
  return groups;
}

interface Rows {
  /** What follows WHERE. */
  readonly where: string;
  readonly rows: number;
  /** What tells them from others, for their token. */
  readonly sign: string;
}

async function insertWhere(
  { here, there, installation, anew = false }: InsertOptions,
  { table }: Piece,
  { where, rows, sign }: Rows,
): Promise<void> {
  const read = here.export(
    `SELECT ${table.columns} FROM ${table.name} WHERE ${where}`,
    {},
    'Native',
    PIECE_LIMIT_MS,
  );
  const pieces: Buffer[] = [];
  for await (const piece of read) pieces.push(piece);
  const block = Buffer.concat(pieces);
  if (block.length === 0) return;
  const token = `copy:${installation}:${table.name}:${sign}${anew ? `@again-${randomUUID()}` : ''}`;
  await persistently(() => there.insert({ table: table.name, token, block, rows, toLines }));
}

function toLines(): Buffer {
  throw new TypeError('rows that are copied are no lines');
}

/** Tries again while the server is away: the token makes a repetition harmless. */
async function persistently(insert: () => Promise<void>): Promise<void> {
  const backOff = new BackOff();
  const began = performance.now();
  for (;;) {
    try {
      return await insert();
    } catch (error) {
      const isAway = error instanceof EngineError && error.fault === 'away';
      if (!isAway || performance.now() - began > PATIENCE_MS) throw error;
    }
    await delay(backOff.next());
  }
}
