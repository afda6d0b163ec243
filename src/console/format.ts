import { decimal, written } from './words/locale.ts';
import { t } from './words/words.ts';

export function count(value: number): string {
  return decimal(value, 0);
}

/** A number with as many digits as are worth reading. */
export function rounded(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 10) return decimal(value, 2);
  return size < 100 ? decimal(value, 1) : decimal(value, 0);
}

export interface Quantity {
  readonly number: string;
  readonly unit: string;
}

export function power(watts: number): Quantity {
  const size = Math.abs(watts);
  if (size >= 1e6) return { number: decimal(watts / 1e6, 2), unit: 'MW' };
  return { number: size >= 1e5 ? decimal(watts / 1000, 0) : decimal(watts / 1000, 1), unit: 'kW' };
}

export function energy(wattHours: number): Quantity {
  const size = Math.abs(wattHours);
  if (size >= 1e6) return { number: decimal(wattHours / 1e6, 2), unit: 'MWh' };
  return {
    number: size >= 1e5 ? decimal(wattHours / 1000, 1) : decimal(wattHours / 1000, 2),
    unit: 'kWh',
  };
}

export function quantity({ number, unit }: Quantity): string {
  return `${number} ${unit}`;
}

/** How long an answer took; ms below a second. */
export function responseTime(ms: number): string {
  return ms < 1000 ? `${Math.max(0, Math.round(ms))} ms` : duration(ms);
}

/** A duration that people read at a glance; seconds below a minute. */
export function duration(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d`;
}

/** A short time that something took, from microseconds up. */
export function latency(seconds: number): Quantity {
  if (seconds < 0.001) return { number: decimal(seconds * 1e6, 0), unit: 'µs' };
  if (seconds < 1) return { number: rounded(seconds * 1000), unit: 'ms' };
  return { number: decimal(seconds, 2), unit: 's' };
}

export function ago(at: number, now: number): string {
  const ms = now - at;
  if (ms < -60_000) return t('in {duration}', { duration: duration(-ms) });
  if (ms < 2000) return t('now');
  return t('{duration} ago', { duration: duration(ms) });
}

/** How exactly a moment is written. */
export type Precision = 'day' | 'minute' | 'second';

/** Local time as the language writes it; the zone stands where it matters (`zone`). */
export function stamp(at: number | string | Date, precision: Precision = 'second'): string {
  const time = new Date(at);
  if (precision === 'day') return day(time);
  return `${day(time)} ${precision === 'minute' ? clock(time).slice(0, 5) : clock(time)}`;
}

export function day(time: Date): string {
  return written({ year: time.getFullYear(), month: time.getMonth() + 1, day: time.getDate() });
}

export function clock(time: Date): string {
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

export const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** For `input type=datetime-local`. */
export function localInput(time: Date): string {
  const date = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `${date}T${clock(time).slice(0, 5)}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
