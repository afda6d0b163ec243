import { AttemptLimit } from './attempt-limit.ts';
import { tooManyAttempts } from './errors.ts';
import type { KeyRing, RingKey } from './key-ring.ts';

/** Wrong keys of one address within a minute. */
const MAX_FAILURES = 20;
const WINDOW_MS = 60_000;
/** Pairs of address and key remembered; beyond that the ones that were not used for longest are forgotten. */
const MAX_KNOWN = 10_000;

/**
 * Looks keys up for requests, and bounds the wrong ones of an address. Beyond that bound, only keys that were
 * used from this address before are looked at: programs behind the same proxy go on, and whoever guesses
 * learns nothing.
 */
export class KeyAttempts {
  private readonly keys: KeyRing;
  private readonly limit: AttemptLimit;
  private readonly known = new Set<string>();

  constructor(keys: KeyRing, now?: () => number) {
    this.keys = keys;
    this.limit = new AttemptLimit(MAX_FAILURES, WINDOW_MS, now);
  }

  /** Whose key this is; undefined where it is nobody's. Throws `too_many_attempts`. */
  holderOf(key: string | undefined, address: string): RingKey | undefined {
    const found = key === undefined ? undefined : this.keys.holderOf(key);
    const use = found && `${found.sha256} ${address}`;
    if (use !== undefined && this.known.delete(use)) {
      this.known.add(use); // behind those that were used before it
      return found;
    }
    const waitMs = this.limit.waitOf(address);
    if (waitMs > 0) throw tooManyAttempts(waitMs);
    if (use === undefined) {
      this.limit.begin(address);
      return undefined;
    }
    const [oldest] = this.known;
    if (this.known.size >= MAX_KNOWN && oldest !== undefined) this.known.delete(oldest);
    this.known.add(use);
    return found;
  }
}
