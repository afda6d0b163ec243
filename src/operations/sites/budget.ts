/**
 * How many CALLs the planner may send, over all sites: so many a second, as many at once, and so many that are not answered yet, because charge
 * points that are slow to answer must not take the link from operators.
 */
export class CallBudget {
  private readonly perSecond: number;
  private readonly mostUnanswered: number;
  private unanswered = 0;
  private left: number;
  private at: number;

  constructor(perSecond: number, mostUnanswered: number, now: number) {
    this.perSecond = perSecond;
    this.mostUnanswered = mostUnanswered;
    this.left = perSecond;
    this.at = now;
  }

  /** Whether one more may be sent; if so it counts until it is `answered`. */
  take(now: number): boolean {
    this.left = Math.min(this.perSecond, this.left + ((now - this.at) / 1000) * this.perSecond);
    this.at = now;
    if (this.left < 1 || this.unanswered >= this.mostUnanswered) return false;
    this.left--;
    this.unanswered++;
    return true;
  }

  /** A CALL has come to its end, whatever became of it. */
  answered(): void {
    this.unanswered--;
  }
}
