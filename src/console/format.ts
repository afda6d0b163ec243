const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const oneDigit = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const twoDigits = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export function count(value: number): string {
  return whole.format(value);
}

/** So many of something, as one says it; `many` where an s is not enough. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** A number with as many digits as are worth reading. */
export function rounded(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 10) return twoDigits.format(value);
  return size < 100 ? oneDigit.format(value) : whole.format(value);
}

export interface Quantity {
  readonly number: string;
  readonly unit: string;
}

export function power(watts: number): Quantity {
  const size = Math.abs(watts);
  if (size >= 1e6) return { number: twoDigits.format(watts / 1e6), unit: 'MW' };
  return { number: size >= 1e5 ? whole.format(watts / 1000) : oneDigit.format(watts / 1000), unit: 'kW' };
}

export function energy(wattHours: number): Quantity {
  const size = Math.abs(wattHours);
  if (size >= 1e6) return { number: twoDigits.format(wattHours / 1e6), unit: 'MWh' };
  return {
    number: size >= 1e5 ? oneDigit.format(wattHours / 1000) : twoDigits.format(wattHours / 1000),
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
  if (seconds < 0.001) return { number: whole.format(seconds * 1e6), unit: 'µs' };
  if (seconds < 1) return { number: rounded(seconds * 1000), unit: 'ms' };
  return { number: twoDigits.format(seconds), unit: 's' };
}

export function ago(at: number, now: number): string {
  const ms = now - at;
  if (ms < -60_000) return `in ${duration(-ms)}`;
  if (ms < 2000) return 'now';
  return `${duration(ms)} ago`;
}

/** Local time in the order of ISO 8601; the zone stands where it matters (`zone`). */
export function stamp(at: number | string | Date): string {
  const time = new Date(at);
  return `${day(time)} ${clock(time)}`;
}

export function day(time: Date): string {
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
}

export function clock(time: Date): string {
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

export const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** For `input type=datetime-local`. */
export function localInput(time: Date): string {
  return `${day(time)}T${clock(time).slice(0, 5)}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
