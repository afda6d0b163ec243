import { describe, expect, test } from 'vitest';
import { latestDue, nextDue } from '../../../src/operations/reports/due-times.ts';
import type { ReportSchedule } from '../../../src/store/report-record.ts';

const iso = (at: number) => new Date(at).toISOString().replace(':00.000Z', 'Z');

/** When: due at, from, to, the days; all for `now`. */
const TABLE: readonly (readonly [
  zone: string,
  every: ReportSchedule['every'],
  hour: number,
  now: string,
  dueAt: string,
  from: string,
  to: string,
  days: string,
])[] = [
  // No zone is UTC.
  [
    '',
    'day',
    6,
    '2026-03-01T06:00Z',
    '2026-03-01T06:00Z',
    '2026-02-28T00:00Z',
    '2026-03-01T00:00Z',
    '2026-02-28',
  ],
  [
    '',
    'day',
    6,
    '2026-03-01T05:59Z',
    '2026-02-28T06:00Z',
    '2026-02-27T00:00Z',
    '2026-02-28T00:00Z',
    '2026-02-27',
  ],
  // Clocks go forward on 29 March in Berlin: a day of 23 hours, and no 2 o'clock.
  [
    'Europe/Berlin',
    'day',
    6,
    '2026-03-30T04:00Z',
    '2026-03-30T04:00Z',
    '2026-03-28T23:00Z',
    '2026-03-29T22:00Z',
    '2026-03-29',
  ],
  [
    'Europe/Berlin',
    'day',
    2,
    '2026-03-29T12:00Z',
    '2026-03-29T01:00Z',
    '2026-03-27T23:00Z',
    '2026-03-28T23:00Z',
    '2026-03-28',
  ],
  [
    'Europe/Berlin',
    'day',
    2,
    '2026-03-29T00:59Z',
    '2026-03-28T01:00Z',
    '2026-03-26T23:00Z',
    '2026-03-27T23:00Z',
    '2026-03-27',
  ],
  // They go back on 25 October: a day of 25 hours, and 2 o'clock twice, of which the first counts.
  [
    'Europe/Berlin',
    'day',
    2,
    '2026-10-25T01:30Z',
    '2026-10-25T00:00Z',
    '2026-10-23T22:00Z',
    '2026-10-24T22:00Z',
    '2026-10-24',
  ],
  [
    'Europe/Berlin',
    'day',
    0,
    '2026-10-26T12:00Z',
    '2026-10-25T23:00Z',
    '2026-10-24T22:00Z',
    '2026-10-25T23:00Z',
    '2026-10-25',
  ],
  // In Cairo clocks skip midnight: the day begins at one.
  [
    'Africa/Cairo',
    'day',
    0,
    '2026-04-24T12:00Z',
    '2026-04-23T22:00Z',
    '2026-04-22T22:00Z',
    '2026-04-23T22:00Z',
    '2026-04-23',
  ],
  [
    'Africa/Cairo',
    'day',
    5,
    '2026-04-25T12:00Z',
    '2026-04-25T02:00Z',
    '2026-04-23T22:00Z',
    '2026-04-24T21:00Z',
    '2026-04-24',
  ],
  // Half an hour, and a day that is another one than in UTC.
  [
    'Australia/Lord_Howe',
    'day',
    3,
    '2026-04-05T20:00Z',
    '2026-04-05T16:30Z',
    '2026-04-04T13:00Z',
    '2026-04-05T13:30Z',
    '2026-04-05',
  ],
  [
    'Pacific/Kiritimati',
    'day',
    1,
    '2026-05-31T12:00Z',
    '2026-05-31T11:00Z',
    '2026-05-30T10:00Z',
    '2026-05-31T10:00Z',
    '2026-05-31',
  ],
  // Weeks begin on Mondays.
  [
    'Europe/Berlin',
    'week',
    5,
    '2026-11-30T04:00Z',
    '2026-11-30T04:00Z',
    '2026-11-22T23:00Z',
    '2026-11-29T23:00Z',
    '2026-11-23_2026-11-29',
  ],
  [
    'Europe/Berlin',
    'week',
    5,
    '2026-11-30T03:59Z',
    '2026-11-23T04:00Z',
    '2026-11-15T23:00Z',
    '2026-11-22T23:00Z',
    '2026-11-16_2026-11-22',
  ],
  [
    'Europe/Berlin',
    'week',
    5,
    '2026-04-05T12:00Z',
    '2026-03-30T03:00Z',
    '2026-03-22T23:00Z',
    '2026-03-29T22:00Z',
    '2026-03-23_2026-03-29',
  ],
  // Months end as they do.
  [
    'Europe/Berlin',
    'month',
    6,
    '2026-03-01T05:00Z',
    '2026-03-01T05:00Z',
    '2026-01-31T23:00Z',
    '2026-02-28T23:00Z',
    '2026-02-01_2026-02-28',
  ],
  [
    'Europe/Berlin',
    'month',
    6,
    '2028-03-31T12:00Z',
    '2028-03-01T05:00Z',
    '2028-01-31T23:00Z',
    '2028-02-29T23:00Z',
    '2028-02-01_2028-02-29',
  ],
  [
    'Europe/Berlin',
    'month',
    6,
    '2026-04-01T03:59Z',
    '2026-03-01T05:00Z',
    '2026-01-31T23:00Z',
    '2026-02-28T23:00Z',
    '2026-02-01_2026-02-28',
  ],
  [
    'Europe/Berlin',
    'month',
    6,
    '2026-04-01T04:00Z',
    '2026-04-01T04:00Z',
    '2026-02-28T23:00Z',
    '2026-03-31T22:00Z',
    '2026-03-01_2026-03-31',
  ],
  [
    'America/New_York',
    'month',
    23,
    '2027-01-15T00:00Z',
    '2027-01-02T04:00Z',
    '2026-12-01T05:00Z',
    '2027-01-01T05:00Z',
    '2026-12-01_2026-12-31',
  ],
];

describe('when reports are due', () => {
  test.each(TABLE)('by the clock on the wall of %s, each %s at %i: at %s it is %s, of %s to %s', (...row) => {
    const [zone, every, hour, now, dueAt, from, to, days] = row;
    const due = latestDue({ every, hour }, Date.parse(now), zone);
    expect([iso(due.dueAt), iso(due.from), iso(due.to)]).toEqual([dueAt, from, to]);
    expect(due.firstDay === due.lastDay ? due.firstDay : `${due.firstDay}_${due.lastDay}`).toBe(days);
  });

  test.each(['day', 'week', 'month'] as const)(
    'each %s for a year: every time once, and each range begins where the one before ended',
    (every) => {
      for (const zone of ['Europe/Berlin', 'Africa/Cairo', 'America/Santiago']) {
        for (const hour of [0, 2]) {
          let due = latestDue({ every, hour }, Date.UTC(2026, 0, 15), zone);
          while (due.dueAt < Date.UTC(2027, 0, 15)) {
            const next = nextDue({ every, hour }, due.dueAt, zone);
            expect(next.dueAt).toBeGreaterThan(due.dueAt);
            expect(next.from).toBe(due.to);
            expect(latestDue({ every, hour }, next.dueAt, zone)).toEqual(next);
            expect(latestDue({ every, hour }, next.dueAt - 1000, zone)).toEqual(due);
            due = next;
          }
        }
      }
    },
  );
});
