/** Lets `perSecond` things pass for long and `burst` of them at once, without a timer. */
export class TokenBucket {
  private readonly perMs: number;
  private readonly burst: number;
  private tokens: number;
  private filledAt = Number.NEGATIVE_INFINITY;

  constructor(perSecond: number, burst: number = perSecond) {
    this.perMs = perSecond / 1000;
    this.burst = burst;
    this.tokens = burst;
  }

  /** Whether one more may pass at `now`, ms of a clock that never goes back. */
  take(now: number): boolean {
    const earned = (now - this.filledAt) * this.perMs;
    this.tokens = Math.min(this.burst, this.tokens + earned);
    this.filledAt = now;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}
