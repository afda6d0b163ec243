import { beforeEach, expect, test } from 'vitest';
import { FaradTime } from '../../../src/console/farad-time.ts';

let here = 0;
let time: FaradTime;

beforeEach(() => {
  here = 5000;
  time = new FaradTime(() => here);
});

test('is that of the last answer, and what has passed since, whatever the clock of the browser says', () => {
  time.noted('2026-03-01T12:00:00.000Z');
  here += 2500;
  expect(time.in(10_000)).toBe('2026-03-01T12:00:12.500Z');
  time.noted('2026-03-01T11:00:00.000Z');
  here += 1;
  expect(time.in(0)).toBe('2026-03-01T11:00:00.001Z');
});

test('is not known before an answer has told it', () => {
  expect(time.in(0)).toBeUndefined();
  time.noted(null);
  time.noted('soon');
  expect(time.in(0)).toBeUndefined();
});
