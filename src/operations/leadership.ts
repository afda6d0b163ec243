import { randomBytes } from 'node:crypto';
import type { Lease } from '../store/leases.ts';
import type { Store } from '../store/store.ts';
import type { LeaseName } from '../store/tables.ts';
import { type Log, throttled } from '../telemetry/log.ts';
import type { Registry } from '../telemetry/metrics.ts';
import type { ChargePointCalls } from './charge-point-calls.ts';

/** Whether this process does what one process of a gateway does at a time. */
export interface Lead {
  /** Other nodes write to the store, too. */
  readonly isShared: boolean;
  /**
   * A number while this process leads, else undefined. Ask before each step: while the number stays the same,
   * no other process has led.
   */
  term(): number | undefined;
}

/** What was begun in a term that is over is not gone on with. */
export class TermOver extends Error {
  constructor() {
    super('another node may do this now');
  }
}

/** `calls` that leave only in this term of `lead`; later ones reject. */
export function callsInTerm(calls: ChargePointCalls, lead: Lead, term: number): ChargePointCalls {
  return {
    isConnected: (chargePointId) => calls.isConnected(chargePointId),
    call(call) {
      return lead.term() === term ? calls.call(call) : Promise.reject(new TermOver());
    },
  };
}

/** A machine that is alone leads always. */
export const ALONE: Lead = { isShared: false, term: () => 0 };

export interface LeadershipOptions {
  readonly store: Pick<Store, 'leases' | 'refresh'>;
  readonly name: LeaseName;
  /** This process, as people know it. */
  readonly process: string;
  /** `cluster.lease`, ms. */
  readonly lease: number;
  readonly log: Log;
  readonly registry: Registry;
  /** Monotonic, ms. Default `performance.now`. */
  readonly clock?: () => number;
}

/** How often the lease is looked at, as a part of it. */
const LOOK = 0.1;
/** How often it is renewed, as a part of it. */
const RENEW = 1 / 3;
/** The holder leads for so long from when the last renewal began that arrived; others wait longer. */
const LEADS = 2 / 3;
const LOG_EVERY_MS = 10_000;

/** A lease of this process. */
interface Held {
  readonly lease: Lease;
  /** When its last renewal began that has arrived; monotonic, ms. */
  readonly since: number;
}

/**
 * Holds a lease for this process whenever no other one does. Whoever waits for it takes it when its record
 * has not moved for a whole lease by the waiter's own monotonic clock; the holder stops before that by its
 * own. So no clocks are compared. Of two that take it at once, the log refuses one.
 */
export class Leadership implements Lead {
  readonly isShared = true;
  private readonly options: LeadershipOptions;
  private readonly clock: () => number;
  private readonly owner: string;
  private readonly quietly;
  private held: Held | undefined;
  /** The lease of somebody else as it was when it moved last, and when that was seen. */
  private seen: { readonly lease: Lease; readonly at: number } | undefined;
  /** The term that the log was told of. */
  private told: number | undefined;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private isStopped = false;

  constructor(options: LeadershipOptions) {
    this.options = options;
    this.clock = options.clock ?? (() => performance.now());
    this.owner = `${options.process} ${randomBytes(8).toString('hex')}`;
    this.quietly = throttled(options.log, LOG_EVERY_MS);
    options.registry
      .gauge('farad_lease', 'Whether this node does what one node of a cluster does at a time.', ['lease'])
      .with({ lease: options.name })
      .readFrom(() => (this.term() === undefined ? 0 : 1));
  }

  /** Looks at the lease until `stop`. */
  start(): void {
    void this.look();
    this.timer = setInterval(() => void this.look(), this.options.lease * LOOK).unref();
  }

  /** Gives it back; call this when nothing is done any more that needs it. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.timer);
    await this.looking;
    if (this.term() === undefined || !this.held) return;
    const { lease } = this.held;
    this.held = undefined;
    this.tell();
    const { store, name } = this.options;
    await store.leases.release(name, lease).catch((error: unknown) => this.warn(error));
  }

  term(): number | undefined {
    const { held } = this;
    const leads = held !== undefined && this.clock() - held.since < this.options.lease * LEADS;
    return leads ? held.lease.term : undefined;
  }

  /** Renews the lease or takes it, where it is time for that; a look under way is not doubled. */
  look(): Promise<void> {
    this.looking ??= this.lookOnce()
      .catch((error: unknown) => this.warn(error))
      .finally(() => {
        this.looking = undefined;
        this.tell();
      });
    return this.looking;
  }

  private async lookOnce(): Promise<void> {
    if (this.isStopped) return;
    this.tell();
    const { store, name, lease: length } = this.options;
    const now = this.clock();
    if (this.held) {
      if (now - this.held.since >= length * RENEW) await this.renew(this.held.lease, now);
      return;
    }
    store.refresh();
    const lease = store.leases.get(name);
    // It was taken, and the answer came too late.
    if (lease?.owner === this.owner) return this.renew(lease, now);
    if (lease && !isSame(lease, this.seen?.lease)) this.seen = { lease, at: now };
    const isFree = !lease || lease.owner === '' || now - (this.seen?.at ?? now) >= length;
    if (!isFree) return;
    const taken = await store.leases.take(name, this.owner, lease);
    if (taken) this.held = { lease: taken, since: now };
  }

  private async renew(lease: Lease, now: number): Promise<void> {
    const { store, name } = this.options;
    const renewed = await store.leases.renew(name, lease);
    this.held = renewed && { lease: renewed, since: now };
  }

  private warn(error: unknown): void {
    this.quietly.warn({ err: error, lease: this.options.name }, 'a lease cannot be written now');
  }

  /** Says in the log who leads, when that has changed. */
  private tell(): void {
    const term = this.term();
    if (term === this.told) return;
    const { log, name } = this.options;
    if (this.told !== undefined)
      log.info({ lease: name, term: this.told }, 'this node does not lead any more');
    if (term !== undefined) log.info({ lease: name, term }, 'this node leads');
    this.told = term;
  }
}

function isSame(one: Lease, other: Lease | undefined): boolean {
  return one.owner === other?.owner && one.term === other.term && one.renewal === other.renewal;
}
