const WEEK_MS = 7 * 86_400_000;

/**
 * True when hours begin at full hours of UTC in this zone from `from` to `to` (epoch ms): not so in India,
 * Nepal or South Australia.
 */
export function hasFullHours(timeZone: string, from: number, to: number): boolean {
  const format = new Intl.DateTimeFormat('en', { timeZone, minute: 'numeric', second: 'numeric' });
  // Weekly, because a zone changes its offset at most twice a year and rarely for less than weeks.
  for (let at = floorHour(from); at < to + WEEK_MS; at += WEEK_MS) {
    if (format.formatToParts(Math.min(at, floorHour(to))).some(isOffFullHour)) return false;
  }
  return true;
}

function isOffFullHour({ type, value }: Intl.DateTimeFormatPart): boolean {
  return (type === 'minute' || type === 'second') && Number(value) !== 0;
}

function floorHour(at: number): number {
  return Math.floor(at / 3_600_000) * 3_600_000;
}
