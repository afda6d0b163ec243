import type { ReportDue, ReportSchedule } from '../../store/report-record.ts';
import { wallTime } from '../wall-clock.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * A day of the calendar as the epoch ms at which it begins in UTC, wherever it is meant: so days are counted
 * without any clock.
 */
type Day = number;

/**
 * Returns the last time at which a report was due, at `now` or before, epoch ms, and the day, week or month
 * before that it tells of. `timeZone`: IANA; empty for UTC. Where clocks skip the hour, it is due when they
 * have; where they show it twice, the first time.
 */
export function latestDue(schedule: ReportSchedule, now: number, timeZone: string): ReportDue {
  const key = `${schedule.every} ${schedule.hour} ${timeZone}`;
  const known = latest.get(key);
  if (known && known.due.dueAt <= now && now < known.until) return known.due;
  const due = lastUntil(schedule, now, timeZone);
  latest.set(key, { due, until: nextDue(schedule, now, timeZone).dueAt });
  return due;
}

/** What was due last, as long as nothing else is: calendars are slow. One for each schedule that there is. */
const latest = new Map<string, { readonly due: ReportDue; readonly until: number }>();

function lastUntil(schedule: ReportSchedule, now: number, timeZone: string): ReportDue {
  const today = dayOf(wallTime(now, timeZone));
  const begin = beginOf(schedule, today);
  const due = dueAfter(schedule, begin, timeZone);
  return due.dueAt <= now ? due : dueAfter(schedule, beginOf(schedule, begin - DAY_MS), timeZone);
}

/** Returns the first time at which a report is due after `now`. */
export function nextDue(schedule: ReportSchedule, now: number, timeZone: string): ReportDue {
  const today = dayOf(wallTime(now, timeZone));
  const begin = beginOf(schedule, today);
  const due = dueAfter(schedule, begin, timeZone);
  return due.dueAt > now ? due : dueAfter(schedule, beginAfter(schedule, begin), timeZone);
}

/** What is due once the day, week or month that ends where `end` begins is over. */
function dueAfter(schedule: ReportSchedule, end: Day, timeZone: string): ReportDue {
  const begin = beginOf(schedule, end - DAY_MS);
  return {
    dueAt: instantOf(end + schedule.hour * HOUR_MS, timeZone),
    from: instantOf(begin, timeZone),
    to: instantOf(end, timeZone),
    firstDay: dateOf(begin),
    lastDay: dateOf(end - DAY_MS),
  };
}

/** The first day of the day, week or month in which a day lies. */
function beginOf({ every }: ReportSchedule, day: Day): Day {
  const date = new Date(day);
  if (every === 'month') return day - (date.getUTCDate() - 1) * DAY_MS;
  return every === 'week' ? day - ((date.getUTCDay() + 6) % 7) * DAY_MS : day;
}

function beginAfter({ every }: ReportSchedule, begin: Day): Day {
  const date = new Date(begin);
  if (every === 'month') return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
  return begin + (every === 'week' ? 7 : 1) * DAY_MS;
}

function dayOf(wall: number): Day {
  return Math.floor(wall / DAY_MS) * DAY_MS;
}

function dateOf(day: Day): string {
  return new Date(day).toISOString().slice(0, 10);
}

/**
 * The instant at which clocks show `wall`, as of `wallTime`: the first one of two, and when they have skipped
 * it where there is none.
 */
function instantOf(wall: number, timeZone: string): number {
  const before = wall - offsetAt(wall - DAY_MS, timeZone);
  if (wallTime(before, timeZone) === wall) return before;
  const after = wall - offsetAt(wall + DAY_MS, timeZone);
  return wallTime(after, timeZone) === wall ? after : before;
}

function offsetAt(at: number, timeZone: string): number {
  return wallTime(at, timeZone) - at;
}
