/** Work of one kind that has been begun and has not ended, so that somebody can see how old it is. */
export class WorkInHand {
  /** Beginnings by number, oldest first; monotonic ms. */
  private readonly begun = new Map<number, number>();
  private last = 0;
  private readonly clock: () => number;

  constructor(clock: () => number = () => performance.now()) {
    this.clock = clock;
  }

  /** Notes that a piece of work begins; answers the number to `end` it with. */
  begin(): number {
    this.begun.set(++this.last, this.clock());
    return this.last;
  }

  end(piece: number): void {
    this.begun.delete(piece);
  }

  /** Runs `work` as one piece. Settles as it does. */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    const piece = this.begin();
    try {
      return await work();
    } finally {
      this.end(piece);
    }
  }

  /** When the oldest piece was begun, monotonic ms; undefined where there is none. */
  readonly oldest = (): number | undefined => {
    for (const at of this.begun.values()) return at;
    return undefined;
  };
}
