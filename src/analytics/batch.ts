import type { Entry, Span } from '../journal/lane-queue.ts';
import { type Chunk, unpackChunk } from '../records/chunk.ts';
import { EXCHANGES, messageLines } from '../records/exchanges.ts';
import { messages } from '../records/messages.ts';
import { meterSamples } from '../records/meter-samples.ts';
import { sampleLines } from '../records/packed-samples.ts';
import { SAMPLES } from '../records/sample-buffer.ts';
import type { Table } from '../records/table.ts';
import { tableById } from '../records/tables.ts';
import type { BlockInsert, LinesInsert } from './engine.ts';
import { blockOfLines } from './line-block.ts';
import { SampleBlock } from './sample-block.ts';

/** All rows of one table in a batch: an insert that has no token yet. */
export type TableRows = Omit<LinesInsert, 'token'> | Omit<BlockInsert, 'token'>;

/** A row that no table of ours can take. */
export interface Rejection {
  readonly table: string;
  /** As in the journal; base64 where it is not even a chunk. */
  readonly row: string;
  readonly error: string;
}

/** What is inserted together: exactly these spans of one queue. */
export interface Batch {
  readonly spans: readonly Span[];
  readonly tables: readonly TableRows[];
  readonly unusable: readonly Rejection[];
}

/** Packed samples, with the whole chunk. */
interface PackedChunk extends Chunk {
  readonly bytes: Buffer;
}

const LINE_FEED = 0x0a;
const LINE_END = Buffer.from('\n');

/** Lines of one table. */
interface Lines {
  readonly pieces: Buffer[];
  rows: number;
}

/** Bytes of `[]` and a line feed. */
const SHORTEST_LINE = 3;

/** An insert of fewer lines costs as much as lines as it does as a block. */
const WORTH_A_BLOCK = 1000;

/** Sorts entries by table. */
export function batchOf(entries: readonly Entry[]): Batch {
  const lines = new Map<Table, Lines>();
  const packed: PackedChunk[] = [];
  const unusable: Rejection[] = [];
  for (const { chunk } of entries) {
    const read = readChunk(chunk);
    if ('error' in read) {
      unusable.push(read);
      continue;
    }
    const table = tableById(read.tableId);
    if (read.tableId === SAMPLES) {
      packed.push({ ...read, bytes: chunk });
    } else if (!table) {
      unusable.push(...rejectLines(read));
    } else if (read.lines.length > 0) {
      const known = lines.get(table);
      const of = known ?? { pieces: [], rows: 0 };
      if (!known) lines.set(table, of);
      of.pieces.push(read.lines);
      if (read.lines.at(-1) !== LINE_FEED) of.pieces.push(LINE_END);
      of.rows += read.rows;
    }
  }
  const samples = packed.length > 0 ? unpackSamples(packed, unusable) : undefined;
  const older = lines.get(meterSamples as unknown as Table);
  // One insert per table: its token says no more than that.
  if (samples && older) older.pieces.push(samples.toLines());
  const tables = [...lines].map(([table, of]) => rowsOfLines(table, of));
  if (samples && !older && samples.rows > 0) tables.push(samples);
  return { spans: spansOf(entries), tables, unusable };
}

/** Adds what is damaged to `unusable`. */
function unpackSamples(chunks: readonly PackedChunk[], unusable: Rejection[]): Omit<BlockInsert, 'token'> {
  const block = new SampleBlock(chunks);
  const whole = chunks.filter((chunk) => {
    try {
      block.add(chunk);
      return true;
    } catch (error) {
      unusable.push(noChunk(chunk.bytes, error));
      return false;
    }
  });
  const toLines = () => Buffer.concat(whole.map(sampleLines));
  return { table: meterSamples.name, block: block.finish(), rows: block.rows, toLines };
}

function rowsOfLines(table: Table, { pieces, rows }: Lines): TableRows {
  const { name } = table;
  const lines = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
  // A damaged chunk may claim any number of rows.
  const isPossible = rows <= lines.length / SHORTEST_LINE;
  const block = rows < WORTH_A_BLOCK || !isPossible ? undefined : blockOfLines(table, lines, rows);
  return block ? { table: name, block, rows, toLines: () => lines } : { table: name, lines };
}

/** The runs of consecutive sequence numbers that entries make up, in the order of their lanes. */
export function spansOf(entries: readonly Entry[]): Span[] {
  const spans: { lane: number; from: number; to: number }[] = [];
  const open = new Map<number, { lane: number; from: number; to: number }>();
  for (const { lane, seq } of entries) {
    const span = open.get(lane);
    if (span && seq === span.to + 1) {
      span.to = seq;
    } else {
      const started = { lane, from: seq, to: seq };
      open.set(lane, started);
      spans.push(started);
    }
  }
  return spans.sort((a, b) => a.lane - b.lane || a.from - b.from);
}

function readChunk(bytes: Buffer): Chunk | Rejection {
  try {
    const chunk = unpackChunk(bytes);
    if (chunk.tableId !== EXCHANGES) return chunk;
    return { ...chunk, tableId: messages.id, lines: messageLines(chunk.lines) };
  } catch (error) {
    return noChunk(bytes, error);
  }
}

function noChunk(bytes: Buffer, error: unknown): Rejection {
  return { table: '', row: bytes.toString('base64'), error: `not a chunk: ${String(error)}` };
}

function rejectLines({ tableId, lines }: Chunk): Rejection[] {
  const error = `written by another version of Farad: there is no table number ${tableId}`;
  return lines
    .toString('utf8')
    .split('\n')
    .filter((row) => row !== '')
    .map((row) => ({ table: `#${tableId}`, row, error }));
}
