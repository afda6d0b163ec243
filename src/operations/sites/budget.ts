/** Of what may be sent in a second, so much at once: an edge is to answer others in between. */
const AT_ONCE = 0.1;

/**
 * How many CALLs the planner may send, over all sites: so many a second, and so many that are not answered
 * yet, because charge points that are slow to answer must not take the link from operators.
 */
export class CallBudget {
  private readonly perSecond: number;
  private readonly mostAtOnce: number;
  private readonly mostUnanswered: number;
  private unanswered = 0;
  private left: number;
  private at: number;

  /** `now` in ms, as in `take`. */
  constructor(perSecond: number, mostUnanswered: number, now: number) {
    this.perSecond = perSecond;
    this.mostAtOnce = Math.max(1, perSecond * AT_ONCE);
    this.mostUnanswered = mostUnanswered;
    this.left = this.mostAtOnce;
    this.at = now;
  }

  /** Whether one more may be sent; if so it counts until it is `answered`. */
  take(now: number): boolean {
    this.left = Math.min(this.mostAtOnce, this.left + ((now - this.at) / 1000) * this.perSecond);
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
