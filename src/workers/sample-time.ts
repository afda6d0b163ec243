import { EARLIEST_PLAUSIBLE, isPlausibleTime, readTimestamp } from '../protocol/timestamp.ts';
import { latin1 } from './words.ts';

const COLON = 0x3a;
const ZERO = 0x30;

/** When a sample was taken, and what was odd about what the charge point said. */
export interface SampleTime {
  /** Epoch ms: the charge point's clock where that can be believed, else a time up to that of receipt. */
  readonly ts: number;
  /** Where `ts` is not the time that was sent, one of them keeps what was: `sent:` and its text. */
  readonly flags: readonly string[];
}

const YEAR_2100 = Date.UTC(2100, 0, 1);
/** Clocks drift; beyond this a sample is marked as one from the future. */
const TOLERATED_LEAD_MS = 5 * 60_000;
/** Samples of one message lie at most so far apart; beyond this a distance says nothing. */
const LONGEST_DISTANCE_MS = 7 * 86_400_000;
/** Longer texts are no timestamps, and flags are a dictionary. */
const MAX_SENT = 40;

const NO_FLAGS: readonly string[] = Object.freeze([]);

/**
 * Reads the timestamps of one message's meter values. The charge point's own time counts, however late it
 * comes (OCPP 1.6 ed. 2 §3.7). A time that cannot be believed is replaced: the newest one of the message by
 * the time of receipt, the others by times as far before that as they were sent. Text that is no time is
 * replaced by the time of receipt.
 */
export class SampleClock {
  private readonly timestamps: readonly unknown[];
  private readonly receivedAt: number;
  private newest: number | undefined;

  /** `timestamps` as sent, of all elements of the message. */
  constructor(timestamps: readonly unknown[], receivedAt: number) {
    this.timestamps = timestamps;
    this.receivedAt = receivedAt;
  }

  read(timestamp: unknown): SampleTime {
    const { receivedAt } = this;
    if (timestamp === undefined) return { ts: receivedAt, flags: ['timestamp-missing'] };
    const reading = typeof timestamp === 'string' ? readTimestamp(timestamp) : undefined;
    if (reading === undefined) return { ts: receivedAt, flags: ['timestamp-unreadable', sent(timestamp)] };
    const { epochMs, repair } = reading;
    if (epochMs < 0 || epochMs >= YEAR_2100) {
      return { ts: receivedAt, flags: ['timestamp-out-of-range', sent(timestamp)] };
    }
    if (isPlausibleTime(epochMs, receivedAt)) return plausibleTime(epochMs, receivedAt, repair !== undefined);
    const distance = this.newestImplausible() - epochMs;
    const ts = distance <= LONGEST_DISTANCE_MS ? receivedAt - distance : receivedAt;
    const oddity = epochMs < EARLIEST_PLAUSIBLE ? 'timestamp-implausible' : 'timestamp-in-future';
    const flags = [oddity, sent(timestamp)];
    return { ts, flags: repair === undefined ? flags : ['timestamp-repaired', ...flags] };
  }

  private newestImplausible(): number {
    this.newest ??= this.timestamps.reduce<number>((newest, timestamp) => {
      const epochMs = typeof timestamp === 'string' ? readTimestamp(timestamp)?.epochMs : undefined;
      const counts =
        epochMs !== undefined && epochMs < YEAR_2100 && !isPlausibleTime(epochMs, this.receivedAt);
      return counts ? Math.max(newest, epochMs) : newest;
    }, 0);
    return this.newest;
  }
}

/** The time of a sample whose timestamp was read as `epochMs` and is plausible. */
export function plausibleTime(epochMs: number, receivedAt: number, repaired = false): SampleTime {
  const ahead = epochMs > receivedAt + TOLERATED_LEAD_MS;
  if (!ahead && !repaired) return { ts: epochMs, flags: NO_FLAGS };
  const flags: string[] = [];
  if (repaired) flags.push('timestamp-repaired');
  if (ahead) flags.push('timestamp-in-future');
  return { ts: epochMs, flags };
}

function sent(timestamp: unknown): string {
  const text = typeof timestamp === 'string' ? timestamp : (JSON.stringify(timestamp) ?? '');
  return `sent:${text.slice(0, MAX_SENT).toWellFormed()}`;
}

const DATE_BYTES = '2026-03-01'.length;
const SHORTEST = '2026-03-01T12:00:00Z'.length;
const LONGEST = '2026-03-01T12:00:00.123456789Z'.length;
const DAY_MS = 86_400_000;

/**
 * Reads timestamps in UTC with a `Z` off their bytes. Frames of one moment are of one day, so that is read
 * once.
 */
export class TimestampReader {
  private readonly date = new Uint8Array(DATE_BYTES);
  private midnight = 0;

  /** Epoch ms; undefined for what is no proper RFC 3339 timestamp, and where it cannot be told here. */
  read(bytes: Buffer, start: number, end: number): number | undefined {
    const length = end - start;
    if (length < SHORTEST || length > LONGEST || bytes[end - 1] !== 0x5a || bytes[start + 10] !== 0x54)
      return readText(bytes, start, end);
    const { date } = this;
    for (let at = 0; at < DATE_BYTES; at++) {
      if (bytes[start + at] === date[at]) continue;
      if (!this.readDate(bytes, start)) return undefined;
      break;
    }
    if (bytes[start + 13] !== COLON || bytes[start + 16] !== COLON) return undefined;
    const hour = twoDigits(bytes, start + 11);
    const minute = twoDigits(bytes, start + 14);
    const second = twoDigits(bytes, start + 17);
    if (!(hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60))
      return undefined;
    let ms = 0;
    if (length > SHORTEST) {
      if (bytes[start + 19] !== 0x2e || length === SHORTEST + 1) return undefined;
      let weight = 100;
      for (let at = start + 20; at < end - 1; at++) {
        const digit = (bytes[at] as number) - ZERO;
        if (!(digit >= 0 && digit <= 9)) return undefined;
        if (weight >= 1) ms += digit * weight;
        weight /= 10;
      }
    }
    return this.midnight + ((hour * 60 + minute) * 60 + second) * 1000 + ms;
  }

  private readDate(bytes: Buffer, start: number): boolean {
    const text = latin1(bytes, start, start + DATE_BYTES);
    const reading = readTimestamp(`${text}T00:00:00Z`);
    if (reading === undefined || reading.repair !== undefined || reading.epochMs % DAY_MS !== 0) return false;
    for (let at = 0; at < DATE_BYTES; at++) this.date[at] = bytes[start + at] as number;
    this.midnight = reading.epochMs;
    return true;
  }
}

/** With an offset, or otherwise rare. */
function readText(bytes: Buffer, start: number, end: number): number | undefined {
  const reading = readTimestamp(latin1(bytes, start, end));
  return reading?.repair === undefined ? reading?.epochMs : undefined;
}

function twoDigits(bytes: Buffer, at: number): number {
  const tens = (bytes[at] as number) - ZERO;
  const ones = (bytes[at + 1] as number) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}
