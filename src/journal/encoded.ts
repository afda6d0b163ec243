import { asBinary } from 'lmdb';
import type { KeyBytes, Table } from './table.ts';

/** What lmdb adds to a table of records; a table of bytes has none. */
interface WithEncoder<Value> {
  readonly encoder?: { encode(value: Value): Buffer };
}

/** Returns a record as the table stores it. Throws what the encoder throws. */
export function encoded<Value>(table: Table<Value>, value: Value): Buffer {
  const { encoder } = table as WithEncoder<Value>;
  return encoder === undefined ? (value as Buffer) : encoder.encode(value);
}

/** Puts a record that is encoded already. */
export function putEncoded<Value>(table: Table<Value>, key: KeyBytes, bytes: Buffer): void {
  table.put(key, asBinary(bytes) as Value);
}
