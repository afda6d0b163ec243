import type { Store } from '../../store/store.ts';
import type { ThrottledLog } from '../../telemetry/log.ts';
import { watchman } from '../../telemetry/watchman.ts';
import type { ChargePointCalls } from '../charge-point-calls.ts';
import { ALONE, callsInTerm, type Lead } from '../leadership.ts';
import { ruledOut } from './list-limits.ts';
import { hasConflict } from './list-sync.ts';
import { isSuccess, type LocalLists } from './local-lists.ts';

export interface ListKeeperOptions {
  readonly store: Pick<Store, 'localLists' | 'heldLists' | 'settings' | 'chargePoints' | 'configurations'>;
  readonly calls: ChargePointCalls;
  readonly localLists: LocalLists;
  readonly log: ThrottledLog;
  /** Charge points that are brought up to date at a time. */
  readonly atOnce: number;
  /** Default: this process leads always. */
  readonly lead?: Lead;
  /** Epoch ms. */
  readonly clock?: () => number;
  /** How often some charge points are looked at, ms. */
  readonly lookEveryMs?: number;
  /** How long what a list comes to is remembered, ms: so late a changed token may be noticed. */
  readonly rememberMs?: number;
}

const LOOK_EVERY_MS = 1_000;

/** One charge point may take many CALLs, each with its timeout. */
const inHand = watchman.workOf({ name: 'local lists', limit: 30 * 60_000 });

const REMEMBER_MS = 30_000;
/** Charge points that are looked at in one go. */
const LOOKED_AT = 500;

const FIRST_RETRY_MS = 60_000;
const LONGEST_RETRY_MS = 3_600_000;

/**
 * Outcomes that say nothing against another attempt: the charge point could not be reached, or its answer was
 * lost.
 */
const WORTH_ANOTHER_TRY: ReadonlySet<string> = new Set(['not_sent', 'interrupted', 'unknown']);

/**
 * Keeps charge points at the lists that operators have set to `sync: automatic`; sends nothing for any other
 * list. What a charge point has refused is not sent again until the list changes or an operator asks.
 */
export class ListKeeper {
  private readonly options: ListKeeperOptions;
  private readonly clock: () => number;
  private readonly lead: Lead;
  private readonly digests = new Map<string, { version: number; digest: string; until: number }>();
  private readonly notBefore = new Map<string, number>();
  private readonly working = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  /** Where the last look ended. */
  private position: { ofLists?: string | undefined; ofSettings?: string | undefined } = {};

  constructor(options: ListKeeperOptions) {
    this.options = options;
    this.clock = options.clock ?? Date.now;
    this.lead = options.lead ?? ALONE;
  }

  start(): void {
    this.timer = setInterval(() => this.look(), this.options.lookEveryMs ?? LOOK_EVERY_MS).unref();
  }

  /** Begins nothing more. */
  stop(): void {
    clearInterval(this.timer);
  }

  /** Charge points that are being brought up to date. */
  get busy(): number {
    return this.working.size;
  }

  /**
   * Looks at some charge points, going on where the last look ended, and brings up to date those that are
   * not.
   */
  look(): void {
    const term = this.lead.term();
    if (term === undefined) return;
    for (const chargePointId of this.candidates()) {
      if (this.working.size >= this.options.atOnce) return;
      if (!this.working.has(chargePointId) && this.wantsSync(chargePointId)) this.begin(chargePointId, term);
    }
  }

  private *candidates(): Generator<string> {
    const { localLists, settings } = this.options.store;
    const lists = localLists.list({ limit: LOOKED_AT, ...from(this.position.ofLists) });
    if (lists.items.length === 0 && this.position.ofLists === undefined) return;
    const automatic = lists.items.filter(({ sync }) => sync === 'automatic');
    for (const { scope } of automatic) if ('chargePointId' in scope) yield scope.chargePointId;
    this.position.ofLists = lists.next;
    const provisioned = settings.list({ limit: LOOKED_AT, ...from(this.position.ofSettings) });
    for (const { id, group } of provisioned.items) {
      if (group !== undefined) yield id;
      this.position.ofSettings = id;
    }
    if (provisioned.next === undefined) this.position.ofSettings = undefined;
  }

  private wantsSync(chargePointId: string): boolean {
    const { store, calls, localLists } = this.options;
    const head = localLists.headAt(chargePointId);
    if (head?.sync !== 'automatic' || (this.notBefore.get(chargePointId) ?? 0) > this.clock()) return false;
    if (
      !calls.isConnected(chargePointId) ||
      store.chargePoints.get(chargePointId)?.registration !== 'Accepted'
    ) {
      return false;
    }
    const held = store.heldLists.get(chargePointId);
    if (held?.supported === false || ruledOut(store, chargePointId)) return false;
    const last = store.localLists.lastSync(chargePointId);
    if (last === undefined || last.digest !== this.digestOf(head.id, head.version)) return true;
    if (WORTH_ANOTHER_TRY.has(last.outcome)) return this.clock() >= last.at + retryAfter(last.failures);
    if (!isSuccess(last.outcome)) return false;
    const isHeld = held?.listVersion === last.heldVersion && !held?.inDoubt && held?.pending === null;
    return !isHeld || hasConflict(store, chargePointId);
  }

  private begin(chargePointId: string, term: number): void {
    const { localLists, log } = this.options;
    const calls = callsInTerm(this.options.calls, this.lead, term);
    const work = async (): Promise<void> => {
      try {
        const report = await localLists.sync(chargePointId, 'auto', calls);
        const notSent = typeof report === 'object' && report.outcome === 'not_sent';
        this.notBefore.delete(chargePointId);
        if (notSent) this.notBefore.set(chargePointId, this.clock() + FIRST_RETRY_MS);
      } catch (error) {
        if (this.lead.term() !== term) return;
        this.notBefore.set(chargePointId, this.clock() + FIRST_RETRY_MS);
        log.warn({ err: error, chargePoint: chargePointId }, 'a local list could not be brought up to date');
      }
    };
    this.working.add(chargePointId);
    void inHand.during(work).finally(() => this.working.delete(chargePointId));
  }

  private digestOf(listId: string, version: number): string | undefined {
    const now = this.clock();
    const known = this.digests.get(listId);
    if (known && known.version === version && known.until > now) return known.digest;
    const digest = this.options.localLists.wanted(listId)?.digest;
    if (digest === undefined) this.digests.delete(listId);
    else
      this.digests.set(listId, {
        version,
        digest,
        until: now + (this.options.rememberMs ?? REMEMBER_MS),
      });
    return digest;
  }
}

function retryAfter(failures: number): number {
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 10));
}

function from(position: string | undefined): { after?: string } {
  return position === undefined ? {} : { after: position };
}
