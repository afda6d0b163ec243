import { readTimestamp } from '../protocol/timestamp.ts';

/** When a sample was taken, and what was odd about what the charge point said. */
export interface SampleTime {
  /** Epoch ms: the charge point's clock where that can be read and stored, else the time of receipt. */
  readonly ts: number;
  readonly flags: readonly string[];
}

const YEAR_2010 = Date.UTC(2010, 0, 1);
const YEAR_2100 = Date.UTC(2100, 0, 1);
/** Clocks drift; beyond this a sample is marked as one from the future. */
const TOLERATED_LEAD_MS = 5 * 60_000;

const NO_FLAGS: readonly string[] = Object.freeze([]);

/**
 * Reads the timestamp of a meter value. The charge point's own time counts, however late it comes (OCPP 1.6 ed. 2 §3.7); a
 * dead or wrong clock is marked and not corrected; what is no time at all is replaced by the time of receipt.
 */
export function readSampleTime(timestamp: unknown, receivedAt: number): SampleTime {
  if (timestamp === undefined) return { ts: receivedAt, flags: ['timestamp-missing'] };
  const reading = typeof timestamp === 'string' ? readTimestamp(timestamp) : undefined;
  if (reading === undefined) return { ts: receivedAt, flags: ['timestamp-unreadable'] };
  return sampleTimeOf(reading.epochMs, receivedAt, reading.repair !== undefined);
}

/** The same where the timestamp has been read already, as `epochMs`. */
export function sampleTimeOf(epochMs: number, receivedAt: number, repaired = false): SampleTime {
  const ts = epochMs;
  if (ts < 0 || ts >= YEAR_2100) return { ts: receivedAt, flags: ['timestamp-out-of-range'] };
  const plausible = ts >= YEAR_2010 && ts <= receivedAt + TOLERATED_LEAD_MS;
  if (plausible && !repaired) return { ts, flags: NO_FLAGS };
  const flags: string[] = [];
  if (repaired) flags.push('timestamp-repaired');
  if (!plausible) flags.push(ts < YEAR_2010 ? 'timestamp-implausible' : 'timestamp-in-future');
  return { ts, flags };
}
