const FIRST_MS = 100;
const LONGEST_MS = 10_000;

/** Growing pauses between attempts, with some chance in them so that several do not come at the same moment. */
export class BackOff {
  private pause = FIRST_MS;

  /** The next pause, ms. */
  next(): number {
    const pause = this.pause;
    this.pause = Math.min(this.pause * 2, LONGEST_MS);
    return pause * (0.75 + Math.random() / 2);
  }

  reset(): void {
    this.pause = FIRST_MS;
  }
}
