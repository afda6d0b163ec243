import type { Table } from '../journal/environment.ts';

interface Decoded<Value> {
  readonly key: Buffer;
  readonly bytes: Buffer;
  readonly value: Value;
}

/**
 * Reads records that are read far more often than written. Every read looks at the database, so a change by any process shows at once; but a
 * record whose bytes are those of last time is not decoded again, which costs more than finding it. The records are shared: never change one.
 */
export class DecodedRecords<Value> {
  private readonly table: Table<Value>;
  private readonly most: number;
  private readonly keyOf: (name: string) => Buffer;
  private readonly known = new Map<string, Decoded<Value>>();

  /** Keeps at most `most` records at hand; `keyOf` gives the key of a record in the table. */
  constructor(table: Table<Value>, most: number, keyOf: (name: string) => Buffer) {
    this.table = table;
    this.most = most;
    this.keyOf = keyOf;
  }

  get(name: string): Value | undefined {
    const known = this.known.get(name);
    const key = known?.key ?? this.keyOf(name);
    const bytes = this.table.getBinaryFast(key);
    if (bytes === undefined) {
      if (known !== undefined) this.known.delete(name);
      return undefined;
    }
    if (known !== undefined && isSame(known.bytes, bytes)) return known.value;
    // The bytes lie in a buffer that the next read overwrites.
    const kept = Buffer.from(bytes.subarray(0, bytes.length));
    const value = this.table.get(key);
    if (value === undefined) return undefined;
    if (this.known.size >= this.most) this.known.clear();
    this.known.set(name, { key, bytes: kept, value });
    return value;
  }
}

function isSame(known: Buffer, read: Buffer): boolean {
  const { length } = known;
  if (read.length !== length) return false;
  for (let at = 0; at < length; at++) if (known[at] !== read[at]) return false;
  return true;
}
