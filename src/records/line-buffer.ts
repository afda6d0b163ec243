import { ChunkWriter } from './chunk-writer.ts';
import { type Cell, type Column, encodeCell, type Table } from './table.ts';

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
  add<Row>({ columns }: Table<Row>, row: Row): void {
    for (let index = 0; index < columns.length; index++) {
      this.roomFor(1)[this.used++] = index === 0 ? OPENING_BRACKET : COMMA;
      this.cell((columns[index] as Column<Row>).value(row));
    }
    const bytes = this.roomFor(2);
    bytes[this.used++] = CLOSING_BRACKET;
    bytes[this.used++] = LINE_FEED;
    this.rows++;
  }

  /** Adds rows that are encoded already, each ended by a line feed. */
  addLines(text: string, rows: number): void {
    this.json(text);
    this.rows += rows;
  }

  /** Writes a part of a row that is ASCII as it is. */
  ascii(text: string): void {
    const { length } = text;
    const bytes = this.roomFor(length);
    const { used } = this;
    for (let at = 0; at < length; at++) bytes[used + at] = text.charCodeAt(at);
    this.used = used + length;
  }

  /** Writes one cell of a row. */
  cell(cell: Cell): void {
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
