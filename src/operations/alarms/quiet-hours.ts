import type { QuietHours } from '../../store/alarm-rule-record.ts';
import { wallTime } from '../wall-clock.ts';

const MINUTE_MS = 60_000;
const MINUTES_A_DAY = 24 * 60;

/**
 * Whether it is a quiet hour, by the clock on the wall of `timeZone` (IANA; empty for UTC). Quiet hours may
 * go past midnight; where both ends are the same it is always quiet.
 */
export function isQuiet({ from, to }: QuietHours, at: number, timeZone: string): boolean {
  const minute = Math.floor(wallTime(at, timeZone) / MINUTE_MS) % MINUTES_A_DAY;
  const [start, end] = [minutesOf(from), minutesOf(to)];
  if (start === end) return true;
  return start < end ? start <= minute && minute < end : minute >= start || minute < end;
}

/** Of `22:30`. */
function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
