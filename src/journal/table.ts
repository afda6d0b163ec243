import type { Database } from 'lmdb';

/**
 * Keys are built by the code that owns a table (binary, so that their order is ours and no text can upset
 * it).
 */
export type KeyBytes = Uint8Array;

/**
 * A table. The promise of a whole transaction (`transact`, `write`) says how a write to it ended, so that no
 * single `put` need be waited for.
 */
export interface Table<Value> extends Omit<Database<Value, KeyBytes>, 'put' | 'remove'> {
  put(key: KeyBytes, value: Value): unknown;
  remove(key: KeyBytes): unknown;
}
