import { expect, test } from 'vitest';
import { PerMinute } from '../../../src/edge/per-minute.ts';

test('each name has so many in a minute, and as many again in the next', () => {
  let now = 0;
  const allowance = new PerMinute(2, () => now);
  const take = (): boolean[] => ['a', 'a', 'a', 'b'].map((name) => allowance.take(name));
  expect(take()).toEqual([true, true, false, true]);
  now = 59_999;
  expect(allowance.take('a')).toBe(false);
  now = 60_000;
  expect(take()).toEqual([true, true, false, true]);
});

test('names that change with every frame do not fill the memory', () => {
  const allowance = new PerMinute(1, () => 0);
  const taken = Array.from({ length: 30_000 }, (_, name) => allowance.take(String(name))).filter(Boolean);
  expect(taken).toHaveLength(20_000);
});
