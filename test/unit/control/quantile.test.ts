import { expect, test } from 'vitest';
import { quantileOf } from '../../../src/control/quantile.ts';

test('a quantile lies within its bucket, where the observations are taken as evenly spread', () => {
  // Hundred observations up to 1 ms, then nothing: 99 of them lie below 0.99 ms.
  expect(quantileOf(0.99, [0.001, 0.01], [100, 0, 0])).toBeCloseTo(0.00099, 10);
  expect(quantileOf(0.99, [0.001, 0.01], [90, 10, 0])).toBeCloseTo(0.001 + 0.009 * 0.9, 10);
});

test('what lies above the last bound is at least that; nothing observed has no quantile', () => {
  expect(quantileOf(0.99, [1, 5], [0, 0, 3])).toBe(5);
  expect(quantileOf(0.99, [1, 5], [0, 0, 0])).toBeUndefined();
});
