import { place } from './router.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export const RANGES = [
  ['24h', 'Last 24 hours'],
  ['7d', 'Last 7 days'],
  ['30d', 'Last 30 days'],
  ['365d', 'Last year'],
  ['days', 'Days'],
] as const;

export interface TimeRange {
  /** Epoch ms. */
  readonly from: number;
  readonly to: number;
  /** Name of the range: what the address says. */
  readonly name: string;
}

/**
 * The range of time that the address asks for, whole days here or hours back from now; `byDefault` where it
 * says nothing.
 */
export function readRange(byDefault: string): TimeRange {
  const { query } = place.value;
  const name = query.get('range') ?? byDefault;
  const to = Math.ceil(Date.now() / HOUR_MS) * HOUR_MS;
  if (name === 'days') {
    const from = dayBegin(query.get('from'), 0) ?? midnight(to - 6 * DAY_MS);
    return { name, from, to: Math.max(dayBegin(query.get('to'), 1) ?? to, from + DAY_MS) };
  }
  const match = /^(\d+)([hd])$/.exec(name);
  if (!match) return { name: '24h', from: to - DAY_MS, to };
  const length = Number(match[1]);
  if (match[2] === 'h') return { name, from: to - length * HOUR_MS, to };
  return { name, from: midnight(to - (length - 1) * DAY_MS), to };
}

/** Midnight here on a day (YYYY-MM-DD), so many days later. */
export function dayBegin(day: string | null | undefined, later: number): number | undefined {
  if (!day || !/^\d{4}-\d\d-\d\d$/.test(day)) return undefined;
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + later).getTime();
}

function midnight(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}
