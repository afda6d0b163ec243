/** Addresses remembered; beyond that the oldest are forgotten. */
const MAX_ADDRESSES = 10_000;

interface Attempts {
  failures: number;
  readonly since: number;
}

/** Bounds the failed log-ins of an address within a window of time. */
export class AttemptLimit {
  private readonly max: number;
  private readonly windowMs: number;
  private readonly now: () => number;
  private readonly byAddress = new Map<string, Attempts>();

  constructor(max: number, windowMs: number, now: () => number = Date.now) {
    this.max = max;
    this.windowMs = windowMs;
    this.now = now;
  }

  /** Ms until this address may try again; 0 when it may now. */
  waitOf(address: string): number {
    const attempts = this.current(address);
    if (!attempts || attempts.failures < this.max) return 0;
    return attempts.since + this.windowMs - this.now();
  }

  failed(address: string): void {
    const attempts = this.current(address);
    if (attempts) {
      attempts.failures++;
      return;
    }
    const [oldest] = this.byAddress.keys();
    if (this.byAddress.size >= MAX_ADDRESSES && oldest !== undefined) this.byAddress.delete(oldest);
    this.byAddress.set(address, { failures: 1, since: this.now() });
  }

  private current(address: string): Attempts | undefined {
    const attempts = this.byAddress.get(address);
    if (!attempts || attempts.since + this.windowMs > this.now()) return attempts;
    this.byAddress.delete(address);
    return undefined;
  }
}
