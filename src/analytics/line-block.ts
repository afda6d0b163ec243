import type { Column, Table } from '../records/table.ts';
import { Dictionary, dictionaryPrefix, Int64Column, nativeBlock, TextColumn } from './native-columns.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const OPENING_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSING_BRACKET = 0x5d;
const LINE_FEED = 0x0a;

/** Times have fewer digits. */
const MAX_DIGITS = 15;

/** Room for a text; more is made where it does not suffice. */
const USUAL_TEXT_BYTES = 32;

/** What a letter behind a backslash stands for, as `encodeCell` writes it; the others have no short form. */
const ESCAPES = new Map(
  Object.entries({ '"': '"', '\\': '\\', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }).map(
    ([letter, meaning]) => [letter.charCodeAt(0), meaning.charCodeAt(0)],
  ),
);

/** Reads the cells of one column. Each returns where the cell has ended, or -1 where it is not as usual. */
interface CellReader {
  read(lines: Buffer, start: number, row: number): number;
  values(rows: number): Buffer[];
}

const READERS: Readonly<Record<string, (rows: number) => CellReader>> = {
  String: (rows) => new TextReader(rows),
  'LowCardinality(String)': (rows) => new DictionaryReader(rows),
  "DateTime64(3, 'UTC')": (rows) => new TimeReader(rows),
};

/**
 * Lines of JSONCompactEachRow, as Farad writes them, as one block of ClickHouse's format Native. Undefined
 * where the table has columns of other types than texts and times, and where a line is not as usual: then
 * ClickHouse reads the lines, and its judgement is the only one.
 */
export function blockOfLines(
  { columns }: Pick<Table, 'columns'>,
  lines: Buffer,
  rows: number,
): Buffer | undefined {
  const readers = readersFor(columns, rows);
  if (!readers) return undefined;
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < readers.length; column++) {
      if (lines[at] !== (column === 0 ? OPENING_BRACKET : COMMA)) return undefined;
      at = (readers[column] as CellReader).read(lines, at + 1, row);
      if (at < 0) return undefined;
    }
    if (lines[at] !== CLOSING_BRACKET || lines[at + 1] !== LINE_FEED) return undefined;
    at += 2;
  }
  if (at !== lines.length) return undefined;
  return nativeBlock(columns, rows, (_, place) => (readers[place] as CellReader).values(rows));
}

function readersFor(columns: readonly Column<never>[], rows: number): CellReader[] | undefined {
  const readers: CellReader[] = [];
  for (const { type } of columns) {
    const reader = READERS[type]?.(rows);
    if (!reader) return undefined;
    readers.push(reader);
  }
  return readers;
}

class TextReader implements CellReader {
  private readonly texts: TextColumn;
  /** The text without its escapes. */
  private plain: Buffer = Buffer.allocUnsafe(1024);

  constructor(rows: number) {
    this.texts = new TextColumn(rows * USUAL_TEXT_BYTES);
  }

  read(lines: Buffer, start: number): number {
    if (lines[start] !== QUOTE) return -1;
    let at = start + 1;
    while (lines[at] !== QUOTE) {
      if (lines[at] === BACKSLASH) return this.escaped(lines, start + 1, at);
      if (++at >= lines.length) return -1;
    }
    this.texts.addText(lines, start + 1, at);
    return at + 1;
  }

  values(): Buffer[] {
    return [this.texts.bytes()];
  }

  /** Reads on where a text that begins at `start` has its first backslash. */
  private escaped(lines: Buffer, start: number, backslash: number): number {
    let { plain } = this;
    let used = backslash - start;
    if (used * 2 > plain.length) plain = this.larger(used);
    lines.copy(plain, 0, start, backslash);
    for (let at = backslash; at < lines.length; at++) {
      let byte = lines[at] as number;
      if (byte === QUOTE) {
        this.texts.addText(plain, 0, used);
        return at + 1;
      }
      if (byte === BACKSLASH) {
        const meant = ESCAPES.get(lines[++at] as number);
        if (meant === undefined) return -1;
        byte = meant;
      }
      if (used === plain.length) plain = this.larger(used);
      plain[used++] = byte;
    }
    return -1;
  }

  private larger(used: number): Buffer {
    const larger = Buffer.allocUnsafe(used * 2 + 1024);
    this.plain.copy(larger, 0, 0, used);
    this.plain = larger;
    return larger;
  }
}

class DictionaryReader implements CellReader {
  private readonly dictionary = new Dictionary();
  private readonly numbers: Uint32Array;
  /** The last one by where it lies, with its quotation marks: most rows say what the one before them said. */
  private from = 0;
  private to = 0;
  private number = 0;

  constructor(rows: number) {
    this.numbers = new Uint32Array(rows);
  }

  read(lines: Buffer, start: number, row: number): number {
    const same = this.sameAsLast(lines, start);
    if (same >= 0) {
      this.numbers[row] = this.number;
      return same;
    }
    if (lines[start] !== QUOTE) return -1;
    let at = start + 1;
    for (; lines[at] !== QUOTE; at++) if (at >= lines.length || lines[at] === BACKSLASH) return -1;
    this.number = this.dictionary.numberOf(lines.toString('utf8', start + 1, at));
    this.numbers[row] = this.number;
    this.from = start;
    this.to = at + 1;
    return at + 1;
  }

  values(): Buffer[] {
    return [dictionaryPrefix(), ...this.dictionary.values(this.numbers)];
  }

  private sameAsLast(lines: Buffer, start: number): number {
    const { from, to } = this;
    if (from === to) return -1;
    const length = to - from;
    for (let at = 0; at < length; at++) if (lines[from + at] !== lines[start + at]) return -1;
    return start + length;
  }
}

class TimeReader implements CellReader {
  private readonly times: Int64Column;

  constructor(rows: number) {
    this.times = new Int64Column(rows);
  }

  read(lines: Buffer, start: number, row: number): number {
    const first = lines[start] === MINUS ? start + 1 : start;
    let value = 0;
    let at = first;
    for (; at - first <= MAX_DIGITS; at++) {
      const digit = (lines[at] as number) - ZERO;
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
    }
    if (at === first || at - first > MAX_DIGITS) return -1;
    this.times.set(row, first === start ? value : -value);
    return at;
  }

  values(rows: number): Buffer[] {
    return [this.times.bytes(rows)];
  }
}
