import { createHash } from 'node:crypto';

/** What stands under a key of a table, as LMDB holds it. */
export type Entry = readonly [table: string, key: Uint8Array, value: Uint8Array];

/** Of nothing: 256 bits in hex. */
export const EMPTY_HASH = '0'.repeat(64);

const WORDS = 8;
const WORD_BYTES = 4;

/**
 * Hashes what a copy holds, so that copies can be compared without being carried about: those that hold the
 * same have the same hash, in whatever order and in however many slices their entries come. `before` is the
 * hash of the slices before. Entries of the tables `without` do not count: what lies there is of one machine,
 * or removed by each at its own time.
 *
 * It is the sum of the hashes of the entries, word by word: it finds differences by mistake, not those of
 * somebody who looks for an entry that makes up for another one.
 */
export function stateHash(
  entries: Iterable<Entry>,
  without: ReadonlySet<string> = new Set(),
  before = EMPTY_HASH,
): string {
  const sum = wordsOf(Buffer.from(before, 'hex'));
  for (const [table, key, value] of entries) {
    if (without.has(table)) continue;
    const words = wordsOf(hashOf(table, key, value));
    for (let word = 0; word < WORDS; word++) sum[word] = (sum[word] as number) + (words[word] as number);
  }
  const bytes = Buffer.alloc(WORDS * WORD_BYTES);
  for (const [word, value] of sum.entries()) bytes.writeUInt32BE(value, word * WORD_BYTES);
  return bytes.toString('hex');
}

/** With the lengths of its parts, so that no two entries are one text. */
function hashOf(table: string, key: Uint8Array, value: Uint8Array): Buffer {
  const name = Buffer.from(table);
  const lengths = Buffer.alloc(2 * WORD_BYTES);
  lengths.writeUInt32BE(name.length, 0);
  lengths.writeUInt32BE(key.length, WORD_BYTES);
  return createHash('sha256').update(lengths).update(name).update(key).update(value).digest();
}

/** Wraps around in each word. */
function wordsOf(bytes: Buffer): Uint32Array {
  return Uint32Array.from({ length: WORDS }, (_, word) => bytes.readUInt32BE(word * WORD_BYTES));
}
