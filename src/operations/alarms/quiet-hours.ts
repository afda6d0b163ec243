import type { QuietHours } from '../../store/alarm-rule-record.ts';

/**
 * Whether it is a quiet hour, by the clock on the wall of `timeZone` (IANA; empty for UTC). Quiet hours may
 * go past midnight; where both ends are the same it is always quiet.
 */
export function isQuiet({ from, to }: QuietHours, at: number, timeZone: string): boolean {
  const minute = minuteOfDay(at, timeZone);
  const [start, end] = [minutesOf(from), minutesOf(to)];
  if (start === end) return true;
  return start < end ? start <= minute && minute < end : minute >= start || minute < end;
}

/** Of `22:30`. */
function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function minuteOfDay(at: number, timeZone: string): number {
  let clock = clocks.get(timeZone);
  if (!clock) {
    clock = new Intl.DateTimeFormat('en-GB', {
      timeZone: timeZone || 'UTC',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    clocks.set(timeZone, clock);
  }
  return minutesOf(clock.format(at));
}
