import { fleetZone } from './fleet-zone.ts';
import { place } from './router.ts';
import type { Plain } from './words/words.ts';
import { beginOf, calendarRange, dayAt, dayBegin } from './zoned-time.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export const RANGES = [
  ['24h', 'Last 24 hours'],
  ['7d', 'Last 7 days'],
  ['30d', 'Last 30 days'],
  ['365d', 'Last year'],
  ['this-month', 'This month'],
  ['last-month', 'Last month'],
  ['this-quarter', 'This quarter'],
  ['last-quarter', 'Last quarter'],
  ['this-year', 'This year'],
  ['days', 'Days'],
] as const satisfies readonly (readonly [name: string, word: Plain])[];

export interface TimeRange {
  /** Epoch ms. */
  readonly from: number;
  readonly to: number;
  /** Name of the range: what the address says. */
  readonly name: string;
}

/**
 * The range of time that the address asks for, whole days and months in the time zone of the fleet or hours
 * back from now; `byDefault` where it says nothing.
 */
export function readRange(byDefault: string): TimeRange {
  const { query } = place.value;
  const name = query.get('range') ?? byDefault;
  const zone = fleetZone.value;
  const now = Date.now();
  const to = Math.ceil(now / HOUR_MS) * HOUR_MS;
  if (name === 'days') {
    const from = dayBegin(query.get('from'), 0, zone) ?? daysBefore(now, 6, zone);
    return { name, from, to: Math.max(dayBegin(query.get('to'), 1, zone) ?? to, from + DAY_MS) };
  }
  const calendar = calendarRange(name, now, zone);
  if (calendar) return { name, from: calendar.from, to: Math.min(calendar.to, to) };
  const match = /^(\d+)([hd])$/.exec(name);
  if (!match) return { name: '24h', from: to - DAY_MS, to };
  const length = Number(match[1]);
  if (match[2] === 'h') return { name, from: to - length * HOUR_MS, to };
  return { name, from: daysBefore(now, length - 1, zone), to };
}

/** When the day began that was so many days before that of a moment. */
function daysBefore(at: number, days: number, zone: string): number {
  const today = dayAt(at, zone);
  return beginOf({ ...today, day: today.day - days }, zone);
}
