import { expect, test } from 'vitest';
import { beginOf, calendarRange, dayAt, dayBegin, stampAt } from '../../../src/console/zoned-time.ts';

const iso = (at: number | undefined) => at !== undefined && new Date(at).toISOString();

test.each([
  ['Europe/Berlin', '2026-01-15', '2026-01-14T23:00:00.000Z'],
  ['Europe/Berlin', '2026-07-15', '2026-07-14T22:00:00.000Z'],
  // The days on which clocks go forth and back, and those after them.
  ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00:00.000Z'],
  ['Europe/Berlin', '2026-03-30', '2026-03-29T22:00:00.000Z'],
  ['Europe/Berlin', '2026-10-25', '2026-10-24T22:00:00.000Z'],
  ['Europe/Berlin', '2026-10-26', '2026-10-25T23:00:00.000Z'],
  ['America/Los_Angeles', '2026-03-08', '2026-03-08T08:00:00.000Z'],
  ['America/Los_Angeles', '2026-03-09', '2026-03-09T07:00:00.000Z'],
  ['Asia/Kolkata', '2026-06-01', '2026-05-31T18:30:00.000Z'],
  ['Pacific/Auckland', '2026-04-06', '2026-04-05T12:00:00.000Z'],
  ['UTC', '2026-12-31', '2026-12-31T00:00:00.000Z'],
  // Where clocks leave midnight out, the day begins at one.
  ['America/Asuncion', '2023-10-01', '2023-10-01T04:00:00.000Z'],
])('in %s the day %s begins at %s', (zone, day, begin) => {
  expect(iso(dayBegin(day, 0, zone))).toBe(begin);
});

test('days go over into months and years', () => {
  expect(iso(dayBegin('2026-12-31', 1, 'Europe/Berlin'))).toBe('2026-12-31T23:00:00.000Z');
  expect(iso(beginOf({ year: 2026, month: 13, day: 1 }, 'UTC'))).toBe('2027-01-01T00:00:00.000Z');
  expect(iso(beginOf({ year: 2026, month: 0, day: 1 }, 'UTC'))).toBe('2025-12-01T00:00:00.000Z');
  expect(dayAt(Date.UTC(2026, 11, 31, 23, 30), 'Europe/Berlin')).toEqual({ year: 2027, month: 1, day: 1 });
  expect(stampAt(Date.UTC(2026, 5, 30, 22, 0, 5), 'Europe/Berlin')).toBe('2026-07-01 00:00:05');
  expect(dayBegin('31.12.2026', 0, 'UTC')).toBeUndefined();
});

test.each([
  ['this-month', '2026-01-31T23:00:00.000Z', '2026-02-28T23:00:00.000Z'],
  ['last-month', '2025-12-31T23:00:00.000Z', '2026-01-31T23:00:00.000Z'],
  ['this-quarter', '2025-12-31T23:00:00.000Z', '2026-03-31T22:00:00.000Z'],
  ['last-quarter', '2025-09-30T22:00:00.000Z', '2025-12-31T23:00:00.000Z'],
  ['this-year', '2025-12-31T23:00:00.000Z', '2026-12-31T23:00:00.000Z'],
])('%s of a fleet in Berlin', (name, from, to) => {
  // In New York it is January still.
  const found = calendarRange(name, Date.parse('2026-01-31T23:30:00Z'), 'Europe/Berlin');
  expect([iso(found?.from), iso(found?.to)]).toEqual([from, to]);
});

test('other names are no part of the calendar', () => {
  expect(calendarRange('7d', Date.now(), 'UTC')).toBeUndefined();
  expect(calendarRange('next-month', Date.now(), 'UTC')).toBeUndefined();
});
