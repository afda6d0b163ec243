import { TokenBucket } from './token-bucket.ts';

export interface AdmissionLimits {
  readonly maxConnections: number;
  readonly upgradesPerSecond: number;
  readonly registrationsPerSecond: number;
  readonly maxChargePoints: number;
}

/** Why there is no room for a connection now. */
export type Shortage =
  | 'stopping'
  | 'log_away'
  | 'behind'
  | 'deleting'
  | 'connections'
  | 'upgrade_rate'
  | 'registration_rate'
  | 'charge_points';

/**
 * Seconds after which another try makes sense, spread so that those refused together do not return together.
 */
const RETRY_AFTER_S: Readonly<Record<Shortage, readonly [least: number, most: number]>> = {
  stopping: [2, 10],
  // Another node may take it at once.
  log_away: [2, 10],
  behind: [2, 10],
  deleting: [1, 10],
  connections: [30, 90],
  upgrade_rate: [1, 10],
  registration_rate: [1, 10],
  charge_points: [300, 900],
};

export function retryAfterSeconds(shortage: Shortage): number {
  const [least, most] = RETRY_AFTER_S[shortage];
  return least + Math.floor(Math.random() * (most - least + 1));
}

/** Keeps the number and the rate of new connections within what the edge can take. */
export class Admission {
  private readonly limits: AdmissionLimits;
  private readonly upgrades: TokenBucket;
  private readonly registrations: TokenBucket;

  constructor(limits: AdmissionLimits) {
    this.limits = limits;
    this.upgrades = new TokenBucket(limits.upgradesPerSecond);
    this.registrations = new TokenBucket(limits.registrationsPerSecond);
  }

  /**
   * Whether there is no room for one more socket at `now` (ms, monotonic). A charge point that is connected
   * already gives its place to its newer socket and is never too many.
   */
  upgrade(now: number, connections: number, replacesOne: boolean): Shortage | undefined {
    if (!replacesOne && connections >= this.limits.maxConnections) return 'connections';
    return this.upgrades.take(now) ? undefined : 'upgrade_rate';
  }

  /** Whether an unknown charge point cannot be created at `now` beside the `known` ones. */
  register(now: number, known: number): Shortage | undefined {
    if (known >= this.limits.maxChargePoints) return 'charge_points';
    return this.registrations.take(now) ? undefined : 'registration_rate';
  }
}
