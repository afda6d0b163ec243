import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCursor, writeCursor } from '../../../src/control/cursor.ts';

test('a cursor brings back any position and is safe in a URL', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (position) => {
      const cursor = writeCursor('tokens', position);
      expect(encodeURIComponent(cursor)).toBe(cursor);
      expect(readCursor('tokens', cursor)).toBe(position);
    }),
  );
  expect(readCursor('tokens', undefined)).toBeUndefined();
});

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

test.each([
  '',
  'CP-17',
  '%%%',
  encoded(17),
  encoded('17'),
  encoded(null),
  encoded(['tokens']),
  encoded(['tokens', 17]),
  encoded(['tokens', '17', '17']),
  encoded(['sites', '17']),
  encoded(['__proto__', '17']),
])('%j is no cursor', (cursor) => {
  expect(() => readCursor('tokens', cursor)).toThrow('must be the `next` of an earlier page');
});

test('a position has to look like one of its listing', () => {
  for (const [listing, position] of [
    ['transactions', '"9Na"'],
    ['transactions', '1-2-3'],
    ['reservations', '-1'],
    ['audit', 'NaN'],
    ['audit', '9'.repeat(400)],
    ['charge-points-in-order', 'CP-17'],
  ] as const) {
    expect(() => readCursor(listing, encoded([listing, position]))).toThrow('must be the `next`');
  }
  expect(readCursor('transactions', encoded(['transactions', '1764000000000-17']))).toBe('1764000000000-17');
});
