/** Work of one kind that has been begun and has not ended, so that somebody can see how old it is. */
export class WorkInHand {
  /** Beginnings by number; monotonic ms. */
  private readonly begun = new Map<number, number>();
  private last = 0;
  private readonly clock: () => number;

  constructor(clock: () => number = performance.now.bind(performance)) {
    this.clock = clock;
  }

  /**
   * Notes that a piece of work begins; returns the number to `end` it with. What may take some time as a
   * matter of course counts from a later `from`.
   */
  begin(from = this.clock()): number {
    this.begun.set(++this.last, from);
    return this.last;
  }

  end(piece: number): void {
    this.begun.delete(piece);
  }

  /** Runs `work` as one piece. Settles as it does. */
  async during<Result>(work: () => Result | Promise<Result>, from?: number): Promise<Result> {
    const piece = this.begin(from);
    try {
      return await work();
    } finally {
      this.end(piece);
    }
  }

  /** When the oldest piece was begun, monotonic ms; undefined where there is none. */
  readonly oldest = (): number | undefined => {
    let oldest: number | undefined;
    for (const at of this.begun.values()) if (oldest === undefined || at < oldest) oldest = at;
    return oldest;
  };
}
