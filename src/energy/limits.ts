const HOUR_MS = 3_600_000;

/** What a connector can have delivered at most, and how far apart readings may lie to be taken together. */
export interface EnergyLimits {
  /** No connector delivers more, W. */
  readonly maxPowerW: number;
  /**
   * Readings outside of transactions that lie farther apart than this, ms, say nothing of the time between
   * them.
   */
  readonly longestGapMs: number;
}

/** 1 MW: twice what a cable of 500 A at 1000 V carries, and far below what a misread register claims. */
export const DEFAULT_LIMITS: EnergyLimits = { maxPowerW: 1_000_000, longestGapMs: 48 * HOUR_MS };

/** By how much times of readings may be off, ms. */
export const READING_SLACK_MS = 60_000;

/** By how much start and stop may be off, ms: a clock may have been set between them. */
const TRANSACTION_SLACK_MS = 15 * 60_000;

/** The longest session that anything is known of, for transactions whose times are of no use, ms. */
const LONGEST_SESSION_MS = 24 * HOUR_MS;

/**
 * No transaction goes on for longer: what claims to have begun before that was timed by a clock that was not
 * set, ms.
 */
export const LONGEST_TRANSACTION_MS = 31 * 24 * HOUR_MS;

/** The most energy between two readings, Wh; `ms` is the time between them. */
export function mostBetween(ms: number, { maxPowerW }: EnergyLimits): number {
  return (maxPowerW * (Math.max(ms, 0) + READING_SLACK_MS)) / HOUR_MS;
}

/** The most energy of a transaction, Wh, that took `ms`; undefined where its times are not to be trusted. */
export function mostOfTransaction(ms: number | undefined, { maxPowerW }: EnergyLimits): number {
  const longest = ms === undefined ? LONGEST_SESSION_MS : ms + TRANSACTION_SLACK_MS;
  return (maxPowerW * longest) / HOUR_MS;
}
