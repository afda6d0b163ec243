import fc from 'fast-check';
import { expect, test } from 'vitest';
import { after, allOf, keyOf, numberKey, textKey, textsFrom } from '../../../src/store/keys.ts';

const text = () =>
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom('', '\0', '\u0001', 'CP-1', 'CP-1\0', 'CP-10', 'Ä'),
  );

test('texts are ordered as their UTF-8 bytes, and different texts never share a key', () => {
  fc.assert(
    fc.property(text(), text(), (a, b) => {
      const order = Buffer.compare(Buffer.from(a), Buffer.from(b));
      expect(Buffer.compare(textKey(a), textKey(b))).toBe(order);
    }),
  );
});

test('numbers are ordered by size, negative and enormous ones included', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (a, b) => {
      expect(Math.sign(Buffer.compare(numberKey(a), numberKey(b)))).toBe(a < b ? -1 : a > b ? 1 : 0);
    }),
  );
});

test('the bounds of a first part hold all keys with that part, and no others', () => {
  fc.assert(
    fc.property(
      text(),
      text(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      (part, other, number) => {
        const { start, end } = allOf(part);
        const key = keyOf(other, number);
        const inside = Buffer.compare(key, start) >= 0 && Buffer.compare(key, end) < 0;
        expect(inside).toBe(part === other);
      },
    ),
  );
});

test('the bounds of a prefix hold all texts that begin with it, and no others', () => {
  fc.assert(
    fc.property(text(), text(), (prefix, other) => {
      const { start, end } = textsFrom(prefix);
      const key = textKey(other);
      const inside = Buffer.compare(key, start) >= 0 && Buffer.compare(key, end) < 0;
      expect(inside).toBe(
        Buffer.from(other).subarray(0, Buffer.byteLength(prefix)).equals(Buffer.from(prefix)),
      );
    }),
  );
});

test('nothing lies between a key and what comes after it', () => {
  expect(Buffer.compare(after(textKey('CP-1')), textKey('CP-1'))).toBe(1);
  expect(Buffer.compare(after(textKey('CP-1')), textKey('CP-10'))).toBe(-1);
});

test('a text of any length gives a key that LMDB takes, and long texts are told apart', () => {
  const long = 'x'.repeat(100_000);
  expect(textKey(long).length).toBeLessThan(300);
  expect(textKey(long).equals(textKey(`${long}y`))).toBe(false);
  expect(textKey('\u0001'.repeat(290)).length).toBeLessThan(300);
});
