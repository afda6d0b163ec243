import { createHash } from 'node:crypto';

/**
 * Keys of the store's tables, as bytes whose order is the order of their parts: text by UTF-8, numbers by
 * size. Text ends with a zero byte, so "CP-1" sorts before "CP-10" and an empty text is a key too.
 */

/**
 * Longest text that goes into a key as it is; what is longer keeps its beginning and is told apart by a hash.
 * LMDB's limit for a key is 1978 bytes.
 */
const MAX_TEXT_BYTES = 300;
const KEPT_OF_LONG_TEXT = 200;

/** The key of a text. On the path of every Authorize, so the common case takes one look at each character. */
export function textKey(text: string): Buffer {
  const { length } = text;
  if (length > MAX_TEXT_BYTES) return escapedKey(text);
  const key = Buffer.allocUnsafe(length + 1);
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 2 || unit > 127) return escapedKey(text);
    key[i] = unit;
  }
  key[length] = 0;
  return key;
}

/** The key of several parts: each is ordered within the one before. */
export function keyOf(...parts: readonly (string | number)[]): Buffer {
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? textKey(part) : numberKey(part))));
}

/** The key of a finite number, negative ones first. */
export function numberKey(value: number): Buffer {
  const key = Buffer.allocUnsafe(8);
  // The bits of doubles sort like the numbers once the sign is flipped, and those of negative ones
  // altogether.
  key.writeDoubleBE(value === 0 ? 0 : value, 0);
  if (value < 0) {
    for (let i = 0; i < 8; i++) key[i] = ~(key[i] as number) & 0xff;
  } else {
    key[0] = (key[0] as number) ^ 0x80;
  }
  return key;
}

/** Bounds of all keys that begin with these parts. */
export function allOf(...parts: readonly (string | number)[]): { start: Buffer; end: Buffer } {
  return withPrefix(keyOf(...parts));
}

/** Bounds of all keys of texts that begin with `prefix`. */
export function textsFrom(prefix: string): { start: Buffer; end: Buffer } {
  return withPrefix(textKey(prefix).subarray(0, -1));
}

/** The first key after `key`. */
export function after(key: Buffer): Buffer {
  return Buffer.concat([key, Buffer.of(0)]);
}

function withPrefix(prefix: Buffer): { start: Buffer; end: Buffer } {
  // No part of a key begins with two bytes 255: UTF-8 has none, and of the numbers only infinity would. A key
  // is never empty.
  return {
    start: prefix.length === 0 ? Buffer.of(0) : prefix,
    end: Buffer.concat([prefix, Buffer.of(255, 255)]),
  };
}

/** Zero ends a text, so 0 and 1 inside of it are written as two bytes that keep the order. */
function escapedKey(text: string): Buffer {
  const bytes: number[] = [];
  for (const byte of Buffer.from(text, 'utf8')) {
    if (byte < 2) bytes.push(1, byte + 1);
    else bytes.push(byte);
  }
  if (bytes.length <= MAX_TEXT_BYTES) return Buffer.from([...bytes, 0]);
  const digest = createHash('sha256').update(text).digest('hex');
  return Buffer.concat([Buffer.from(bytes.slice(0, KEPT_OF_LONG_TEXT)), Buffer.from(digest), Buffer.of(0)]);
}
