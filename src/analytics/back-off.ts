/** Pauses between attempts, ms. */
export interface Pauses {
  readonly first: number;
  readonly longest: number;
}

const DEFAULT: Pauses = { first: 100, longest: 5000 };

/**
 * Growing pauses between attempts, with some chance in them so that several do not come at the same moment.
 */
export class BackOff {
  private readonly pauses: Pauses;
  private pause: number;

  constructor(pauses: Pauses = DEFAULT) {
    this.pauses = pauses;
    this.pause = pauses.first;
  }

  /** The next pause, ms. */
  next(): number {
    const pause = this.pause;
    this.pause = Math.min(this.pause * 2, this.pauses.longest);
    return pause * (0.75 + Math.random() / 2);
  }
}
