import type { Precision } from './format.ts';
import { written } from './words/locale.ts';

/** A day of a calendar; the month counts from 1. Days and months beyond their ends go over into the next. */
export interface CalendarDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** The day that it is somewhere at a moment, epoch ms. */
export function dayAt(at: number, timeZone: string): CalendarDay {
  const { year, month, day } = partsAt(at, timeZone);
  return { year, month, day };
}

/** When a day begins somewhere, epoch ms; where clocks leave midnight out, at the first moment after it. */
export function beginOf({ year, month, day }: CalendarDay, timeZone: string): number {
  const wall = Date.UTC(year, month - 1, day);
  // What a clock there is ahead by may be another at the end of that very step.
  const first = wall - aheadAt(wall, timeZone);
  const second = wall - aheadAt(first, timeZone);
  return aheadAt(second, timeZone) === wall - second ? second : Math.max(first, second);
}

/** A month, a quarter or a year that is or was, from its begin to that of the next. */
export function calendarRange(
  name: string,
  now: number,
  zone: string,
): { readonly from: number; readonly to: number } | undefined {
  const match = /^(this|last)-(month|quarter|year)$/.exec(name);
  if (!match) return undefined;
  const { year, month } = dayAt(now, zone);
  const length = match[2] === 'month' ? 1 : match[2] === 'quarter' ? 3 : 12;
  const first = Math.floor((month - 1) / length) * length + 1 - (match[1] === 'last' ? length : 0);
  const begin = (inMonth: number) => beginOf({ year, month: inMonth, day: 1 }, zone);
  return { from: begin(first), to: begin(first + length) };
}

/** Returns when the day `later` days after a day (YYYY-MM-DD) begins in a time zone. */
export function dayBegin(text: string | null | undefined, later: number, zone: string): number | undefined {
  if (!text || !/^\d{4}-\d\d-\d\d$/.test(text)) return undefined;
  const [year = 0, month = 1, day = 1] = text.split('-').map(Number);
  return beginOf({ year, month, day: day + later }, zone);
}

/** What calendars and clocks show somewhere at a moment, epoch ms, as the language writes it. */
export function stampAt(at: number, timeZone: string, precision: Precision = 'second'): string {
  const { year, month, day, hour, minute, second } = partsAt(at, timeZone);
  const two = (value: number) => String(value).padStart(2, '0');
  const date = written({ year, month, day });
  if (precision === 'day') return date;
  return `${date} ${two(hour)}:${two(minute)}${precision === 'minute' ? '' : `:${two(second)}`}`;
}

/** By how much clocks somewhere are ahead of UTC at a moment, ms. */
function aheadAt(at: number, timeZone: string): number {
  const { year, month, day, hour, minute, second } = partsAt(at, timeZone);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

function partsAt(
  at: number,
  timeZone: string,
): Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number> {
  const parts = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return { year, month, day, hour, minute, second };
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(timeZone, format);
  }
  return format;
}
