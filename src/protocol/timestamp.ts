/** What had to be overlooked to read a timestamp that is not RFC 3339. */
export type TimestampRepair =
  | 'surrounding-space'
  | 'space-for-t'
  | 'no-seconds'
  | 'comma-fraction'
  | 'leap-second'
  | 'hour-24'
  | 'one-digit'
  | 'no-zone'
  | 'hour-only-offset'
  | 'offset-without-colon'
  | 'zone-twice';

export interface ReadTimestamp {
  /** Milliseconds since 1970-01-01T00:00:00Z; finer fractions are cut off. */
  readonly epochMs: number;
  /** The first thing that was overlooked; absent for a proper RFC 3339 timestamp. */
  readonly repair?: TimestampRepair;
}

// What scan() found: results of one call, read by its caller at once. No object per timestamp.
let scannedMs = 0;
let scannedRepair: TimestampRepair | undefined;

/**
 * Reads a charge point's timestamp (OCPP 1.6 ed. 2 §3.14): any fraction, any offset, and the spellings met in
 * the field (no zone, which means UTC; `+02`; a space for `T`; `3:11:55`; `24:00:00`, the end of a day).
 * Undefined for what is no moment: garbage, a date without time, 29 February of a common year.
 */
export function readTimestamp(text: string): ReadTimestamp | undefined {
  if (!scan(text)) return undefined;
  return scannedRepair === undefined ? { epochMs: scannedMs } : { epochMs: scannedMs, repair: scannedRepair };
}

/** Whether text is a proper RFC 3339 date and time with zone, of a day that exists. */
export function isTimestamp(text: string): boolean {
  return scan(text) && scannedRepair === undefined;
}

/** Before that no charge point of OCPP 1.6 was built: its clock was never set. Epoch ms. */
export const EARLIEST_PLAUSIBLE = Date.UTC(2010, 0, 1);
const DAY_MS = 86_400_000;

/**
 * Whether the clock of a charge point can be believed that said `epochMs` in a message received at
 * `receivedAt` (epoch ms). One that lost its power begins in 1970 or 2000. Up to a day ahead can be a wrong
 * time zone, which at least keeps the order of messages.
 */
export function isPlausibleTime(epochMs: number, receivedAt: number): boolean {
  return epochMs >= EARLIEST_PLAUSIBLE && epochMs <= receivedAt + DAY_MS;
}

let writtenMs = Number.NaN;
let written = '';

/**
 * The moment as Farad sends it: UTC, milliseconds, `Z` (OCPP 1.6 ed. 2 §3.15).
 * @throws RangeError if epochMs is no finite number.
 */
export function writeTimestamp(epochMs: number): string {
  if (epochMs !== writtenMs) {
    written = new Date(epochMs).toISOString();
    writtenMs = epochMs;
  }
  return written;
}

function scan(given: string): boolean {
  scannedRepair = undefined;
  const text = withoutSurroundingSpace(given);
  if (scanPadded(text)) return true;
  const padded = padOut(text);
  if (padded === undefined) return false;
  scannedRepair = 'one-digit';
  return scanPadded(padded);
}

/** A date and time whose numbers may lack their leading zero, as `printf("%d")` writes them. */
const UNPADDED =
  /^(\d{4})-(\d{1,2})-(\d{1,2})([Tt ])(\d{1,2}):(\d{1,2})(?::(\d{1,2})([.,]\d{1,40})?)?(.{0,8})$/;
const UNPADDED_OFFSET = /^([+-])(\d)(?=:|$)/;

/** Returns the text with two digits for each number after the year; undefined where that changes nothing. */
function padOut(text: string): string | undefined {
  const parts = UNPADDED.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, separator, hour, minute, second, fraction = '', zone = ''] = parts;
  const two = (digits = ''): string => digits.padStart(2, '0');
  const time = `${two(hour)}:${two(minute)}${second === undefined ? '' : `:${two(second)}`}${fraction}`;
  const offset = zone.replace(UNPADDED_OFFSET, '$10$2');
  const padded = `${year}-${two(month)}-${two(day)}${separator}${time}${offset}`;
  return padded === text ? undefined : padded;
}

function scanPadded(text: string): boolean {
  const end = text.length;
  // `2024-01-01T00:00` is the shortest; nothing real is longer than a nanosecond fraction with offset.
  if (end < 16 || end > 64) return false;

  const century = twoDigits(text, 0);
  const yearOfCentury = twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  if (century < 0 || yearOfCentury < 0 || text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH)
    return false;
  const year = century * 100 + yearOfCentury;
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return false;
  if (hour < 0 || hour > 24 || minute < 0 || minute > 59 || text.charCodeAt(13) !== COLON) return false;
  const separator = text.charCodeAt(10);
  if (separator === SPACE) note('space-for-t');
  else if (separator !== UPPER_T && separator !== LOWER_T) return false;

  let at = 16;
  let second = 0;
  let millisecond = 0;
  if (text.charCodeAt(at) === COLON) {
    second = twoDigits(text, at + 1);
    if (second < 0 || second > 60) return false;
    if (second === 60) note('leap-second');
    at += 3;
    const point = text.charCodeAt(at);
    if (point === DOT || point === COMMA) {
      if (point === COMMA) note('comma-fraction');
      const first = at + 1;
      let weight = 100;
      for (at = first; isDigit(text.charCodeAt(at)); at++) {
        if (weight >= 1) millisecond += (text.charCodeAt(at) - ZERO) * weight;
        weight /= 10;
      }
      if (at === first) return false;
    }
  } else {
    note('no-seconds');
  }

  if (hour === 24) {
    if (minute > 0 || second > 0 || millisecond > 0) return false;
    note('hour-24');
  }
  const offset = scanZone(text, at, end);
  if (offset === undefined) return false;
  scannedMs =
    ((daysSinceEpoch(year, month, day) * 24 + hour) * 60 + minute - offset) * 60_000 +
    second * 1000 +
    millisecond;
  return true;
}

/** The zone at the end of text: minutes east of UTC, undefined if it is none. */
function scanZone(text: string, start: number, end: number): number | undefined {
  if (start === end) {
    note('no-zone');
    return 0;
  }
  const sign = text.charCodeAt(start);
  if (sign === UPPER_Z || sign === LOWER_Z) return start + 1 === end ? 0 : undefined;
  if (sign !== PLUS && sign !== DASH) return undefined;

  const hours = twoDigits(text, start + 1);
  let minutes = 0;
  let at = start + 3;
  if (at >= end) {
    note('hour-only-offset');
  } else if (text.charCodeAt(at) === COLON) {
    minutes = twoDigits(text, at + 1);
    at += 3;
  } else {
    minutes = twoDigits(text, at);
    at += 2;
    note('offset-without-colon');
  }
  if (at + 1 === end && text.charCodeAt(at) === UPPER_Z) {
    note('zone-twice');
    at += 1;
  }
  if (at !== end || hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return undefined;
  return (sign === PLUS ? 1 : -1) * (hours * 60 + minutes);
}

function withoutSurroundingSpace(text: string): string {
  if (text.charCodeAt(0) > SPACE && text.charCodeAt(text.length - 1) > SPACE) return text;
  note('surrounding-space');
  return text.trim();
}

function note(repair: TimestampRepair): void {
  scannedRepair ??= repair;
}

const ZERO = 0x30;
const SPACE = 0x20;
const PLUS = 0x2b;
const COMMA = 0x2c;
const DASH = 0x2d;
const DOT = 0x2e;
const COLON = 0x3a;
const UPPER_T = 0x54;
const UPPER_Z = 0x5a;
const LOWER_T = 0x74;
const LOWER_Z = 0x7a;

function isDigit(unit: number): boolean {
  return unit >= ZERO && unit <= 0x39;
}

/** The two digits at `at` as a number, -1 if they are none. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at);
  const ones = text.charCodeAt(at + 1);
  return isDigit(tens) && isDigit(ones) ? (tens - ZERO) * 10 + ones - ZERO : -1;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/**
 * Days from 1970-01-01 in the Gregorian calendar; years are counted from March, so that the leap day is the
 * last one.
 */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const monthFromMarch = month > 2 ? month - 3 : month + 9;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return marchYear * 365 + leapDays + Math.floor((153 * monthFromMarch + 2) / 5) + day - 719_469;
}
