/** What Farad says of its own time: the clock of a browser may be wrong by hours. */
export class FaradTime {
  private readonly monotonic: () => number;
  private last: { readonly there: number; readonly here: number } | undefined;

  /** `monotonic`: ms that no change of a clock moves. */
  constructor(monotonic: () => number) {
    this.monotonic = monotonic;
  }

  /** An answer that has just come says what time it was when it left (`Farad-Time`). */
  noted(header: string | null): void {
    const there = Date.parse(header ?? '');
    if (!Number.isNaN(there)) this.last = { there, here: this.monotonic() };
  }

  /**
   * RFC 3339: what time it is there `ms` from now, at the latest; it may be later there already. Undefined
   * before the first answer.
   */
  in(ms: number): string | undefined {
    if (!this.last) return undefined;
    return new Date(this.last.there + (this.monotonic() - this.last.here) + ms).toISOString();
  }
}

export const farad = new FaradTime(() => performance.now());
