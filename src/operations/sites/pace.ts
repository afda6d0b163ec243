/** How often CALLs are let go, ms. */
const EVERY_MS = 10;
/** A little faster than the rate, so that nothing piles up that the rate allows. */
const SPEED_UP = 1.2;

/**
 * Spreads CALLs that are decided on together: an edge answers others in between, and none of its charge
 * points waits for all of them.
 */
export class Pace {
  private readonly atOnce: number;
  private readonly waiting: (() => void)[] = [];
  private left: number;
  private timer: NodeJS.Timeout | undefined;

  constructor(perSecond: number) {
    this.atOnce = Math.max(1, Math.ceil((perSecond * SPEED_UP * EVERY_MS) / 1000));
    this.left = this.atOnce;
  }

  /** Resolves when it is the caller's turn, in the order of the calls. */
  turn(): Promise<void> {
    this.timer ??= setTimeout(this.letGo, EVERY_MS);
    if (this.left > 0) {
      this.left--;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Nobody is let go any more. */
  stop(): void {
    clearTimeout(this.timer);
  }

  private readonly letGo = (): void => {
    this.timer = undefined;
    this.left = this.atOnce;
    for (const go of this.waiting.splice(0, this.atOnce)) {
      this.left--;
      go();
    }
    if (this.left < this.atOnce) this.timer = setTimeout(this.letGo, EVERY_MS);
  };
}
