/**
 * Durations and sizes as people write them: "30s", "5m", "200ms", "30d"; "64KiB", "4GiB".
 * Inside Farad a duration is a number of milliseconds and a size a number of bytes.
 */
const MS_PER_UNIT: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const BYTES_PER_UNIT: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
};

/** Milliseconds of "1.5s", "5m" ...; `0` needs no unit. Undefined when `text` is no duration. */
export function readDuration(text: string): number | undefined {
  return readQuantity(text, MS_PER_UNIT);
}

/** Bytes of "64KiB", "4GiB" ...; `0` needs no unit. Undefined when `text` is no size. */
export function readSize(text: string): number | undefined {
  return readQuantity(text, BYTES_PER_UNIT);
}

/** The shortest exact spelling of a duration: 300000 is "5m", 90000 is "90s". */
export function writeDuration(ms: number): string {
  return ms === 0 ? '0s' : writeQuantity(ms, MS_PER_UNIT);
}

/** The shortest exact spelling of a size: 65536 is "64KiB". */
export function writeSize(bytes: number): string {
  return writeQuantity(bytes, BYTES_PER_UNIT);
}

function readQuantity(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(text.trim());
  if (!match) return undefined;
  const amount = Number(match[1]);
  const unit = match[2] as string;
  if (unit === '') return amount === 0 ? 0 : undefined;
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (factor === undefined) return undefined;
  const value = Math.round(amount * factor);
  return Number.isSafeInteger(value) ? value : undefined;
}

function writeQuantity(value: number, units: Readonly<Record<string, number>>): string {
  let best: [string, number] | undefined;
  for (const unit of Object.entries(units)) if (value % unit[1] === 0 && value >= unit[1]) best = unit;
  const [name, factor] = best ?? (Object.entries(units)[0] as [string, number]);
  return `${value / factor}${name}`;
}
