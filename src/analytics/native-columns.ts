import type { Column } from '../records/table.ts';

/**
 * Pieces of ClickHouse's format Native: a block is its number of columns and of rows, then each column with
 * its name, its type and its values. Everything is little endian, as is the memory of the machines that Farad
 * runs on.
 */

/** A text of few different values, as numbers: what a LowCardinality column is made of. */
export class Dictionary {
  /** The first one must be the default value of the column. */
  private readonly texts = [''];
  private readonly numbers = new Map([['', 0]]);

  numberOf(text: string): number {
    let number = this.numbers.get(text);
    if (number === undefined) {
      number = this.texts.push(text) - 1;
      this.numbers.set(text, number);
    }
    return number;
  }

  /** The values of a column, by the number of each; nothing where there are none. */
  values(numbers: Uint32Array): Buffer[] {
    if (numbers.length === 0) return [];
    const { length } = this.texts;
    const width = length <= 0x100 ? 0 : length <= 0x1_0000 ? 1 : 2;
    const indices = width === 0 ? new Uint8Array(numbers) : width === 1 ? new Uint16Array(numbers) : numbers;
    const kind = width | ADDITIONAL_KEYS | NEW_DICTIONARY;
    return [word(kind), word(length), ...this.texts.map(nativeText), word(numbers.length), bytesOf(indices)];
  }
}

/** What a LowCardinality column, or one of arrays of them, begins with: it has a dictionary in each block. */
export function dictionaryPrefix(): Buffer {
  return word(1);
}

const ADDITIONAL_KEYS = 1 << 9;
const NEW_DICTIONARY = 1 << 10;

/** Times in epoch ms, as whole numbers of 64 bits. */
export class Int64Column {
  private readonly words: Uint32Array;

  constructor(rows: number) {
    this.words = new Uint32Array(rows * 2);
  }

  set(row: number, value: number): void {
    this.words[row * 2] = value;
    this.words[row * 2 + 1] = Math.floor(value / 0x1_0000_0000);
  }

  bytes(rows: number): Buffer {
    return bytesOf(this.words, rows * 2);
  }
}

/** Texts that are copied together with their lengths, as ClickHouse wants them. */
export class TextColumn {
  private texts: Buffer;
  private used = 0;

  constructor(bytes: number) {
    this.texts = Buffer.allocUnsafeSlow(bytes);
  }

  get size(): number {
    return this.used;
  }

  /** Takes back what was added since it had this size. */
  shrink(size: number): void {
    this.used = size;
  }

  /** Adds the text whose length lies at `bytes[from]` and which ends at `to`. */
  add(bytes: Buffer, from: number, to: number): void {
    this.makeRoom(to - from);
    this.copy(bytes, from, to);
  }

  private makeRoom(length: number): void {
    if (this.used + length <= this.texts.length) return;
    const larger = Buffer.allocUnsafeSlow((this.used + length) * 2);
    this.texts.copy(larger, 0, 0, this.used);
    this.texts = larger;
  }

  private copy(bytes: Buffer, from: number, to: number): void {
    const length = to - from;
    if (length <= SHORT) {
      const { texts, used } = this;
      for (let at = 0; at < length; at++) texts[used + at] = bytes[from + at] as number;
    } else bytes.copy(this.texts, this.used, from, to);
    this.used += length;
  }

  /** Adds the text at `bytes[from..to)`. */
  addText(bytes: Buffer, from: number, to: number): void {
    const length = to - from;
    if (length < 0x80) {
      this.makeRoom(1 + length);
      this.texts[this.used++] = length;
    } else {
      const count = nativeCount(length);
      this.makeRoom(count.length + length);
      this.used += count.copy(this.texts, this.used);
    }
    this.copy(bytes, from, to);
  }

  bytes(): Buffer {
    return this.texts.subarray(0, this.used);
  }
}

/** Up to here a call into the engine costs more than copying byte by byte. */
const SHORT = 48;

/** The bytes of the first numbers of an array; of all where `count` is missing. */
export function bytesOf(numbers: NodeJS.TypedArray, count = numbers.length): Buffer {
  return Buffer.from(numbers.buffer as ArrayBuffer, numbers.byteOffset, count * numbers.BYTES_PER_ELEMENT);
}

/** A block of these columns; `valuesOf` gives the values of each. */
export function nativeBlock(
  columns: readonly Pick<Column<never>, 'name' | 'type'>[],
  rows: number,
  valuesOf: (name: string, place: number) => readonly Buffer[],
): Buffer {
  const pieces = [nativeCount(columns.length), nativeCount(rows)];
  for (const [place, { name, type }] of columns.entries())
    pieces.push(nativeText(name), nativeText(type), ...valuesOf(name, place));
  return Buffer.concat(pieces);
}

/** A count, as blocks and texts have it: seven bits a byte, lowest first. */
function nativeCount(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function nativeText(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([nativeCount(bytes.length), bytes]);
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(value);
  return bytes;
}
