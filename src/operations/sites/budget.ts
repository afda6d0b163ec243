/** How many CALLs the planner may send: so many a second, over all sites, and as many at once. */
export class CallBudget {
  private readonly perSecond: number;
  private left: number;
  private at: number;

  constructor(perSecond: number, now: number) {
    this.perSecond = perSecond;
    this.left = perSecond;
    this.at = now;
  }

  /** Whether one more may be sent; if so it counts. */
  take(now: number): boolean {
    this.left = Math.min(this.perSecond, this.left + ((now - this.at) / 1000) * this.perSecond);
    this.at = now;
    if (this.left < 1) return false;
    this.left--;
    return true;
  }
}
