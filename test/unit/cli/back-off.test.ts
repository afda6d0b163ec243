import { expect, test } from 'vitest';
import { BackOff } from '../../../src/cli/back-off.ts';

test('a process that keeps ending waits twice as long each time, up to the longest delay', () => {
  const backOff = new BackOff({ first: 100, longest: 1000, stableAfter: 30_000 });
  expect([0, 0, 0, 0, 0, 0].map((ranFor) => backOff.next(ranFor))).toEqual([100, 200, 400, 800, 1000, 1000]);
  expect(backOff.failures).toBe(6);
});

test('a stable run is forgiven', () => {
  const backOff = new BackOff({ first: 100, longest: 1000, stableAfter: 30_000 });
  backOff.next(0);
  backOff.next(29_999);
  expect(backOff.next(30_000)).toBe(100);
  expect(backOff.failures).toBe(1);
});
