import { expect, test } from 'vitest';
import { hasFullHours } from '../../../src/analytics/queries/time-zone.ts';

const year = [Date.UTC(2026, 0, 1), Date.UTC(2027, 0, 1)] as const;

test.each([
  ['UTC', true],
  ['Europe/Berlin', true],
  ['America/New_York', true],
  ['Asia/Kolkata', false],
  ['Asia/Kathmandu', false],
  ['Australia/Adelaide', false],
  // Half an hour of daylight saving time: full hours for a part of the year only.
  ['Australia/Lord_Howe', false],
])('hours of %s begin with those of UTC: %s', (zone, full) => {
  expect(hasFullHours(zone, ...year)).toBe(full);
});
