/**
 * When to start a process again that ended: at once-ish the first time, later and later while it keeps
 * ending.
 */
export interface BackOffSettings {
  /** First delay, ms. */
  readonly first: number;
  /** Longest delay, ms. */
  readonly longest: number;
  /** A run of this length, ms, makes the next end a first one again. */
  readonly stableAfter: number;
}

export const DEFAULT_BACK_OFF: BackOffSettings = { first: 100, longest: 10_000, stableAfter: 30_000 };

export class BackOff {
  /** Ends since the last stable run. */
  failures = 0;
  private readonly settings: BackOffSettings;

  constructor(settings: BackOffSettings) {
    this.settings = settings;
  }

  /** The delay, ms, before the next start, after a run of `ranForMs`. */
  next(ranForMs: number): number {
    const { first, longest, stableAfter } = this.settings;
    if (ranForMs >= stableAfter) this.failures = 0;
    const delay = Math.min(longest, first * 2 ** this.failures);
    this.failures++;
    return delay;
  }
}
