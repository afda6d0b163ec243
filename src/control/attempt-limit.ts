import { isIPv6 } from 'node:net';

/** Addresses remembered; beyond that the oldest are forgotten. */
const MAX_ADDRESSES = 10_000;

interface Attempts {
  /** Those that failed, and those that are under way. */
  count: number;
  readonly since: number;
}

/** Bounds the failed attempts from an address within a window of time. */
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
    const attempts = this.current(networkOf(address));
    if (!attempts || attempts.count < this.max) return 0;
    return attempts.since + this.windowMs - this.now();
  }

  /** Counts an attempt before anything is known of it, so that those which come at once are bounded too. */
  begin(address: string): void {
    const network = networkOf(address);
    const attempts = this.current(network);
    if (attempts) {
      attempts.count++;
      return;
    }
    const [oldest] = this.byAddress.keys();
    if (this.byAddress.size >= MAX_ADDRESSES && oldest !== undefined) this.byAddress.delete(oldest);
    this.byAddress.set(network, { count: 1, since: this.now() });
  }

  /** Takes an attempt back that turned out well. */
  succeeded(address: string): void {
    const attempts = this.current(networkOf(address));
    if (attempts && attempts.count > 0) attempts.count--;
  }

  private current(network: string): Attempts | undefined {
    const attempts = this.byAddress.get(network);
    if (!attempts || attempts.since + this.windowMs > this.now()) return attempts;
    this.byAddress.delete(network);
    return undefined;
  }
}

/**
 * Whoever has one IPv6 address has the 2^64 beside it: they count as one. An IPv4 address counts by itself,
 * however it is written.
 */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('%', 1)[0]?.toLowerCase().split('::') ?? [];
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
