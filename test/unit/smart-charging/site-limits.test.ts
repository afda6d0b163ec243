import { expect, test } from 'vitest';
import { type GroupLimit, lowestLimit, nextLimitChange } from '../../../src/smart-charging/site-limits.ts';

const HOUR = 3_600_000;
const MIDNIGHT = Date.parse('2026-03-02T00:00:00Z');

const daily: GroupLimit = {
  unit: 'A',
  startSchedule: MIDNIGHT,
  recurrence: 'daily',
  periods: [
    { startPeriod: 0, perPhase: [400, 400, 400] },
    { startPeriod: 7 * 3600, perPhase: [100, 100, 120] },
    { startPeriod: 20 * 3600, perPhase: [400, 400, 400] },
  ],
};

test('a limit by schedule recurs every day, before its start too', () => {
  for (const day of [0, 1, 400, -3]) {
    const midnight = MIDNIGHT + day * 24 * HOUR;
    expect(lowestLimit(daily, midnight + 6 * HOUR, midnight + 6 * HOUR, 230)).toEqual([4000, 4000, 4000]);
    expect(lowestLimit(daily, midnight + 7 * HOUR, midnight + 7 * HOUR, 230)).toEqual([1000, 1000, 1200]);
  }
});

test('a limit that is about to fall counts before it falls, one that rises only afterwards', () => {
  expect(lowestLimit(daily, MIDNIGHT + 7 * HOUR - 5000, MIDNIGHT + 7 * HOUR, 230)).toEqual([
    1000, 1000, 1200,
  ]);
  expect(lowestLimit(daily, MIDNIGHT + 20 * HOUR - 1, MIDNIGHT + 20 * HOUR + 5000, 230)[0]).toBe(1000);
});

test('the next change is known, over midnight too', () => {
  expect(nextLimitChange(daily, MIDNIGHT + 6 * HOUR)).toBe(MIDNIGHT + 7 * HOUR);
  expect(nextLimitChange(daily, MIDNIGHT + 21 * HOUR)).toBe(MIDNIGHT + 24 * HOUR);
  expect(nextLimitChange({ ...daily, recurrence: 'none' }, MIDNIGHT + 21 * HOUR)).toBeUndefined();
});

test('watts per phase become amperes per phase, rounded down', () => {
  const watts: GroupLimit = {
    unit: 'W',
    startSchedule: 0,
    recurrence: 'none',
    periods: [{ startPeriod: 0, perPhase: [2300, 2400, 0] }],
  };
  expect(lowestLimit(watts, MIDNIGHT, MIDNIGHT, 230)).toEqual([100, 104, 0]);
});
