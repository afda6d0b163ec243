import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCursor, writeCursor } from '../../../src/control/cursor.ts';

test('a cursor brings back any position and is safe in a URL', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (position) => {
      const cursor = writeCursor(position);
      expect(encodeURIComponent(cursor)).toBe(cursor);
      expect(readCursor(cursor)).toBe(position);
    }),
  );
  expect(readCursor(undefined)).toBeUndefined();
});

test.each(['', 'CP-17', '%%%', Buffer.from('17').toString('base64url')])('%j is no cursor', (cursor) => {
  expect(() => readCursor(cursor)).toThrow('must be the `next` of an earlier page');
});
