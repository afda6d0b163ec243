const MINUTE_MS = 60_000;

/** Most names that are distinguished in one minute; further ones get nothing. */
const MAX_NAMES = 20_000;

/** Gives each name so many in a minute. */
export class PerMinute {
  private readonly most: number;
  private readonly clock: () => number;
  private readonly taken = new Map<string, number>();
  private endsAt = Number.NEGATIVE_INFINITY;

  /** `clock` is monotonic, ms. */
  constructor(most: number, clock: () => number = () => performance.now()) {
    this.most = most;
    this.clock = clock;
  }

  /** Whether there is one left for the name, and takes it. */
  take(name: string): boolean {
    const now = this.clock();
    if (now >= this.endsAt) {
      this.taken.clear();
      this.endsAt = now + MINUTE_MS;
    }
    const taken = this.taken.get(name) ?? 0;
    if (taken >= this.most || (taken === 0 && this.taken.size >= MAX_NAMES)) return false;
    this.taken.set(name, taken + 1);
    return true;
  }
}
