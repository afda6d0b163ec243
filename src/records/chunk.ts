import { type Cell, type Column, encodeCell, type Table } from './table.ts';

/**
 * The unit that the journal and the outbox hold: some rows of one table, ready to insert. Layout: table id
 * (u8), row count (u32 LE), time of writing in epoch ms (f64 LE), then the rows as UTF-8 JSONCompactEachRow
 * lines, each ended by a line feed. Chunks of `SAMPLES` and `EXCHANGES` hold them in layouts of their own.
 */
export const CHUNK_HEADER_BYTES = 13;

export interface Chunk {
  readonly tableId: number;
  readonly rows: number;
  /** When the chunk was written, epoch milliseconds: the age of a queue is the age of its oldest chunk. */
  readonly writtenAt: number;
  readonly lines: Buffer;
}

/** Packs `lines` (each ended by a line feed) into a chunk. */
export function packChunk(tableId: number, rows: number, writtenAt: number, lines: string): Buffer {
  const size = Buffer.byteLength(lines);
  const chunk = Buffer.allocUnsafe(CHUNK_HEADER_BYTES + size);
  writeChunkHeader(chunk, tableId, rows, writtenAt);
  chunk.write(lines, CHUNK_HEADER_BYTES, size, 'utf8');
  return chunk;
}

/** Writes the header of a chunk to the beginning of `chunk`. */
function writeChunkHeader(chunk: Buffer, tableId: number, rows: number, writtenAt: number): void {
  chunk.writeUInt8(tableId, 0);
  chunk.writeUInt32LE(rows, 1);
  chunk.writeDoubleLE(writtenAt, 5);
}

/**
 * Reads a chunk; `lines` is a view on `bytes`, so copy it if it must outlive them. Throws RangeError on a
 * short buffer.
 */
export function unpackChunk(bytes: Buffer): Chunk {
  return {
    tableId: bytes.readUInt8(0),
    rows: bytes.readUInt32LE(1),
    writtenAt: bytes.readDoubleLE(5),
    lines: bytes.subarray(CHUNK_HEADER_BYTES),
  };
}

/** Bytes on their way into a chunk, with room for more. */
export abstract class ChunkWriter {
  /** Rows that the chunk stands for so far. */
  rows = 0;
  /** Where the next byte goes; whoever writes by himself moves it on. */
  used = CHUNK_HEADER_BYTES;
  /** Of the bytes that `roomFor` answered last. */
  view: DataView;
  private bytes: Buffer;

  /** Writes into `bytes`, and into larger ones where they do not suffice. */
  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.view = viewOf(bytes);
  }

  /** Bytes of the chunk so far. */
  get size(): number {
    return this.used;
  }

  /** The chunk: a view on the bytes of this writer, which is not to be used any more. */
  finish(tableId: number, writtenAt: number): Buffer {
    writeChunkHeader(this.bytes, tableId, this.rows, writtenAt);
    return this.bytes.subarray(0, this.used);
  }

  /** What the chunk holds behind its header: a view, as with `finish`. */
  lines(): Buffer {
    return this.bytes.subarray(CHUNK_HEADER_BYTES, this.used);
  }

  /** The bytes, with room for so many `more` from `used` on. */
  roomFor(more: number): Buffer {
    const needed = this.used + more;
    if (needed > this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2));
      this.bytes.copy(larger, 0, 0, this.used);
      this.bytes = larger;
      this.view = viewOf(larger);
    }
    return this.bytes;
  }
}

function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const COMMA = 0x2c;
const LINE_FEED = 0x0a;
const ZERO = 0x30;

/** Longer texts are left to JSON.stringify, whose price per text is higher and per character lower. */
const MAX_COPIED = 128;

/** Most bytes that one UTF-16 unit takes. */
const MAX_UTF8 = 3;

/** Integers below it are exact, and printed without an exponent. */
const MAX_DIGITS_VALUE = 1e15;

/**
 * Rows of one table on their way into a chunk, written as bytes at once: joining them as text first costs
 * several times as much, and leaves all of its pieces to the garbage collector. Gives the very lines that
 * `encodeRow` gives; a test holds the two together.
 */
export class LineBuffer extends ChunkWriter {
  private readonly cells: Cell[] = [];

  add<Row>({ columns }: Table<Row>, row: Row): void {
    const { cells } = this;
    for (let index = 0; index < columns.length; index++) {
      cells[index] = (columns[index] as Column<Row>).value(row);
    }
    for (let index = 0; index < columns.length; index++) {
      this.roomFor(1)[this.used++] = index === 0 ? OPENING_BRACKET : COMMA;
      this.cell(cells[index] as Cell);
    }
    const bytes = this.roomFor(2);
    bytes[this.used++] = CLOSING_BRACKET;
    bytes[this.used++] = LINE_FEED;
    this.rows++;
  }

  /** Writes one cell of a row. */
  private cell(cell: Cell): void {
    if (typeof cell === 'string') {
      if (cell.length <= MAX_COPIED && this.copied(cell)) return;
    } else if (typeof cell === 'number' && cell > 0 && cell < MAX_DIGITS_VALUE && Number.isInteger(cell)) {
      this.digits(cell);
      return;
    }
    this.json(encodeCell(cell));
  }

  /**
   * Writes a text character by character; false, and nothing is written, where one is not printable ASCII.
   */
  private copied(text: string): boolean {
    const { length } = text;
    const bytes = this.roomFor(length * 2 + 2);
    let at = this.used;
    bytes[at++] = QUOTE;
    for (let index = 0; index < length; index++) {
      const unit = text.charCodeAt(index);
      if (unit < 0x20 || unit > 0x7e) return false;
      if (unit === QUOTE || unit === BACKSLASH) bytes[at++] = BACKSLASH;
      bytes[at++] = unit;
    }
    bytes[at++] = QUOTE;
    this.used = at;
    return true;
  }

  /** Times, mostly: without the text that they would become on the way. */
  private digits(value: number): void {
    let digits = 1;
    for (let power = 10; power <= value; power *= 10) digits++;
    const bytes = this.roomFor(digits);
    const start = this.used;
    let rest = value;
    for (let at = start + digits - 1; at >= start; at--) {
      const shorter = Math.floor(rest / 10);
      bytes[at] = ZERO + rest - shorter * 10;
      rest = shorter;
    }
    this.used = start + digits;
  }

  private json(text: string): void {
    this.used += this.roomFor(text.length * MAX_UTF8).write(text, this.used, 'utf8');
  }
}
