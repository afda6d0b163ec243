/** After a question rows count as waited for this long, ms. */
const WAITED_FOR_MS = 10_000;

/** Whether somebody is likely to wait for rows: who asks for some asks again. */
export class Demand {
  private readonly clock: () => number;
  private askedAt = Number.NEGATIVE_INFINITY;

  /** `clock` is monotonic, ms. */
  constructor(clock: () => number = () => performance.now()) {
    this.clock = clock;
  }

  get isThere(): boolean {
    return this.clock() < this.askedAt + WAITED_FOR_MS;
  }

  /** Notes a question, and returns what answers it. */
  of<Answer>(answer: () => Answer): Answer {
    this.askedAt = this.clock();
    return answer();
  }
}
