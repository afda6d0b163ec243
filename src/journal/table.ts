/**
 * Keys are built by the code that owns a table (binary, so that their order is ours and no text can upset
 * it).
 */
export type KeyBytes = Uint8Array;

/**
 * Which records of a table: from `start` on and before `end`, in the order of their keys; with `reverse` from
 * `start` downwards and above `end`. Without a bound there is none.
 */
export interface KeyRange {
  readonly start?: KeyBytes;
  readonly end?: KeyBytes;
  readonly reverse?: boolean;
  /** `start` itself is not meant. */
  readonly exclusiveStart?: boolean;
  /** `end` itself is meant, too. */
  readonly inclusiveEnd?: boolean;
  readonly limit?: number;
}

/** One record with its key. */
export interface Keyed<Value> {
  readonly key: KeyBytes;
  readonly value: Value;
}

/** What can be read of a table. */
export interface ReadTable<Value> {
  get(key: KeyBytes): Value | undefined;
  doesExist(key: KeyBytes): boolean;
  getRange(range: KeyRange): Iterable<Keyed<Value>>;
  getKeys(range: KeyRange): Iterable<KeyBytes>;
  getCount(range: KeyRange): number;
  /** Counters that LMDB keeps (see `sizeOf`). */
  getStats(): unknown;
}

/**
 * A table. The promise of a whole transaction (`transact`, `write`) says how a write to it ended, so that no
 * single `put` need be waited for.
 */
export interface Table<Value> extends ReadTable<Value> {
  put(key: KeyBytes, value: Value): unknown;
  remove(key: KeyBytes): unknown;
  /** Within a write transaction. Returns whether there was such a record. */
  removeSync(key: KeyBytes): boolean;
}
