import { expect, test } from 'vitest';
import { distribution } from '../../../src/certify/performance/distribution.ts';

test('percentiles are times that were measured, by nearest rank, whatever the order they came in', () => {
  const times = Array.from({ length: 1000 }, (_, index) => ((index * 7919) % 1000) + 1);
  expect(distribution(times)).toEqual({ count: 1000, p50: 500, p95: 950, p99: 990, p999: 999, max: 1000 });
});

test('one time is every percentile, and no time is none', () => {
  expect(distribution([3])).toEqual({ count: 1, p50: 3, p95: 3, p99: 3, p999: 3, max: 3 });
  expect(() => distribution([])).toThrow(RangeError);
});

test('small and large numbers are sorted as numbers', () => {
  expect(distribution([100, 9, 20]).p50).toBe(20);
});
