import { EARLIEST_PLAUSIBLE, isPlausibleTime, readTimestamp } from '../protocol/timestamp.ts';

/** What a charge point's clock said, and whether it can be believed. */
export interface ClockReading {
  /** Its own time where that can be believed, else the time of receipt. Epoch ms. */
  readonly epochMs: number;
  /**
   * The clock was set at some time; false for one that is dead or unreadable, whose times repeat after every
   * power cut.
   */
  readonly running: boolean;
  /**
   * What was odd, as the end of a flag: `missing`, `unreadable`, `out-of-range`, `implausible`, `in-future`.
   */
  readonly oddities: readonly string[];
}

const YEAR_2100 = Date.UTC(2100, 0, 1);
/** Clocks drift; beyond this a time lies in the future. */
const TOLERATED_LEAD_MS = 5 * 60_000;
const NONE: readonly string[] = Object.freeze([]);

/**
 * Reads a timestamp of a charge point (OCPP 1.6 ed. 2 §3.14). However late a message comes, its own time
 * counts (§3.7), unless no running clock can have said it; nothing is refused because of it (§4.7, §4.8,
 * §4.10).
 */
export function readClock(timestamp: unknown, receivedAt: number): ClockReading {
  if (timestamp === undefined) return unusable(receivedAt, 'missing');
  const reading = typeof timestamp === 'string' ? readTimestamp(timestamp) : undefined;
  if (reading === undefined) return unusable(receivedAt, 'unreadable');
  const { epochMs } = reading;
  if (epochMs < 0 || epochMs >= YEAR_2100) return unusable(receivedAt, 'out-of-range');
  if (epochMs < EARLIEST_PLAUSIBLE) return unusable(receivedAt, 'implausible');
  const ahead = epochMs > receivedAt + TOLERATED_LEAD_MS;
  const believed = isPlausibleTime(epochMs, receivedAt) ? epochMs : receivedAt;
  return { epochMs: believed, running: true, oddities: ahead ? ['in-future'] : NONE };
}

function unusable(receivedAt: number, oddity: string): ClockReading {
  return { epochMs: receivedAt, running: false, oddities: [oddity] };
}
