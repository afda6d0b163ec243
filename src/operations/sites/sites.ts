import type { Link } from '../../link/link.ts';
import type { ChargePointCall } from '../../link/methods.ts';
import type { Store } from '../../store/store.ts';
import { type Log, throttled } from '../../telemetry/log.ts';
import { watchman } from '../../telemetry/watchman.ts';
import { createSitePlanPool } from '../../workers/site-plan-pool.ts';
import { ALONE, type Lead, TermOver } from '../leadership.ts';
import { CallBudget } from './budget.ts';
import { Meters } from './meters.ts';
import type { Reply } from './outcome.ts';
import { Pace } from './pace.ts';
import { PlannerMetrics } from './planner-metrics.ts';
import type { PlannerSettings } from './settings.ts';
import type { SitePlanView } from './site-plan-view.ts';
import { SitePlanner } from './site-planner.ts';

export interface SitesDeps {
  readonly store: Store;
  readonly link: Pick<Link, 'call'>;
  /** The edge that holds a charge point's socket, if it can be reached. */
  readonly edgeOf: (chargePointId: string) => string | undefined;
  /** Sends a CALL at once and at most once. */
  readonly call: (call: ChargePointCall) => Promise<Reply>;
  readonly settings: PlannerSettings;
  readonly log: Log;
  /** Who leads plans the sites. Default: this process always. */
  readonly lead?: Lead;
}

/** Power shared over sites, for as long as control runs. */
export interface SiteOperations {
  /** The site was changed: plan it now. */
  changed(siteId: string): void;
  /** What is planned, by whichever node; undefined where there is no such site. */
  plan(siteId: string): SitePlanView | undefined;
  /** Ends planning; what charge points hold stays in force. */
  stop(): Promise<void>;
}

/** Least time between two rounds of one site after an answer, as a part of the interval. */
const SHORTEST = 0.3;
/**
 * Sites are looked at together, so that what they write shares its way to the disk: so often, as a part of
 * the interval.
 */
const TICK = 0.1;
/** Of the main thread, at most. */
const MOST_OF_THREAD = 0.1;
/** Of the calls that control may have under way on the link. */
const MOST_UNANSWERED = 500;
const SITES_PER_PAGE = 500;
const WISHES_PER_SWEEP = 200;
const SWEEP_MS = 60_000;
const LOG_EVERY_MS = 10_000;

/** A round waits for the answers of charge points, each of which has its timeout. */
const rounds = watchman.workOf({ name: 'site planning', limit: 10 * 60_000 });

interface Planned {
  readonly planner: SitePlanner;
  /** Monotonic, ms. */
  dueAt: number;
  startedAt: number;
  running: Promise<void> | undefined;
}

/** Begins to plan all sites, those first whose plans were left by an earlier process. */
export function startSites(deps: SitesDeps): SiteOperations {
  return new Sites(deps);
}

class Sites implements SiteOperations {
  private readonly deps: SitesDeps;
  private readonly lead: Lead;
  /** Those that are planned in `term`. */
  private readonly planned = new Map<string, Planned>();
  private term: number | undefined;
  /** Rounds of terms that are over. */
  private readonly leaving = new Set<Promise<void>>();
  private foundAt = Number.NEGATIVE_INFINITY;
  private readonly budget: CallBudget;
  private readonly pace: Pace;
  private readonly meters: Meters;
  private readonly metrics = new PlannerMetrics();
  private readonly pool = createSitePlanPool();
  private readonly quietly;
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;
  private sweptAt = 0;
  private lastWish = 0;
  private fetching: Promise<void> | undefined;
  private fetchedAt = Number.NEGATIVE_INFINITY;

  constructor(deps: SitesDeps) {
    this.deps = deps;
    this.budget = new CallBudget(deps.settings.callsPerSecond, MOST_UNANSWERED, Date.now());
    this.pace = new Pace(deps.settings.callsPerSecond);
    this.meters = new Meters(deps.link);
    this.quietly = throttled(deps.log, LOG_EVERY_MS);
    this.lead = deps.lead ?? ALONE;
    this.takeUp();
    this.timer = setTimeout(() => this.tick(), 0);
  }

  changed(siteId: string): void {
    // Whoever leads elsewhere sees it with its next look.
    if (this.isStopped || this.term === undefined) return;
    const planned = this.planned.get(siteId) ?? this.add(siteId, this.term);
    if (planned.running === undefined) this.start(planned);
    else this.wake(planned, 0);
  }

  plan(siteId: string): SitePlanView | undefined {
    const planned = this.planned.get(siteId);
    if (planned || !this.lead.isShared) return planned?.planner.view();
    const { planner } = this.newPlanned(siteId, undefined);
    planner.look();
    return planner.view();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await Promise.all([...this.leaving, ...[...this.planned.values()].map(({ running }) => running)]);
    await this.fetching;
    for (const { planner } of this.planned.values()) await this.guarded(planner, () => planner.save());
    this.pace.stop();
    await this.pool.close();
  }

  /**
   * Looks at the sites that are due, those first that have been for longest, for as long as a tick may take:
   * the others are the next one's.
   */
  private tick(): void {
    const began = performance.now();
    const { interval } = this.deps.settings;
    const length = interval * TICK;
    this.takeUp();
    if (this.term === undefined) {
      this.timer = setTimeout(() => this.tick(), length);
      return;
    }
    this.sweepWishes();
    const due = [...this.planned.values()]
      .filter(({ dueAt, running }) => dueAt <= began && running === undefined)
      .sort((a, b) => a.dueAt - b.dueAt);
    for (const planned of due) {
      this.start(planned);
      if (performance.now() - began > length * MOST_OF_THREAD) break;
    }
    this.fetchMeters();
    const took = performance.now() - began;
    const wait = this.planned.size === 0 ? interval : length;
    this.timer = setTimeout(() => this.tick(), Math.max(wait, took / MOST_OF_THREAD));
  }

  /** All sites, when this process begins to lead; none while it does not. */
  private takeUp(): void {
    const term = this.lead.term();
    if (term !== this.term) {
      this.term = term;
      for (const { running } of this.planned.values()) if (running) this.leave(running);
      this.planned.clear();
      if (term === undefined) return;
      this.findSites(term);
      // Those of deleted sites are planned until their charge points are rid of our profiles.
      for (const id of this.deps.store.sitePlans.siteIds()) if (!this.planned.has(id)) this.add(id, term);
    } else if (term !== undefined && this.lead.isShared) {
      if (performance.now() - this.foundAt >= this.deps.settings.interval) this.findSites(term);
    }
  }

  private leave(running: Promise<void>): void {
    this.leaving.add(running);
    void running.finally(() => this.leaving.delete(running));
  }

  /** When this process begins to lead: from then on `changed` reports them, but for those of other nodes. */
  private findSites(term: number): void {
    this.foundAt = performance.now();
    const { store } = this.deps;
    for (let after: string | undefined, more = true; more; ) {
      const page = store.sites.list({ limit: SITES_PER_PAGE, ...(after !== undefined && { after }) });
      for (const { id } of page.items) if (!this.planned.has(id)) this.add(id, term);
      after = page.next;
      more = after !== undefined;
    }
  }

  private add(siteId: string, term: number): Planned {
    const planned = this.newPlanned(siteId, term);
    this.planned.set(siteId, planned);
    return planned;
  }

  /** `term`: in which it plans; undefined: it is only looked at. */
  private newPlanned(siteId: string, term: number | undefined): Planned {
    const isInTerm = () => term !== undefined && this.lead.term() === term;
    const { store, edgeOf, settings, call } = this.deps;
    const { budget, pace, meters, metrics, quietly } = this;
    const planned: Planned = {
      planner: new SitePlanner({
        siteId,
        store,
        settings,
        budget,
        meters,
        metrics,
        log: quietly,
        edgeOf,
        call: async (chargePointId, order) => {
          await pace.turn();
          if (!isInTerm()) throw new TermOver();
          return call({ chargePointId, ...order });
        },
        plan: async (input) => {
          const { plans, tookMs } = await this.pool.plan([input]);
          metrics.planning.observe(tookMs / 1000);
          const [plan] = plans;
          if (plan === undefined) throw new Error('the planning thread answered no plan');
          return plan;
        },
        wake: () => this.wake(planned, SHORTEST * settings.interval),
        wakeIn: (ms) => void setTimeout(() => this.wake(planned, SHORTEST * settings.interval), ms).unref(),
        clock: Date.now,
        mayWrite: isInTerm,
      }),
      dueAt: 0,
      startedAt: 0,
      running: undefined,
    };
    return planned;
  }

  /** Has a site planned with one of the next ticks, but not within `gap` ms after its last round began. */
  private wake(planned: Planned, gap: number): void {
    planned.dueAt = Math.min(planned.dueAt, planned.startedAt + gap);
  }

  private start(planned: Planned): void {
    const { planner } = planned;
    planned.startedAt = performance.now();
    planned.dueAt = planned.startedAt + this.deps.settings.interval;
    planned.running = rounds
      .during(() => this.guarded(planner, () => planner.round()))
      .then(() => {
        planned.running = undefined;
        if (planner.isOver && this.planned.get(planner.siteId) === planned)
          this.planned.delete(planner.siteId);
      });
  }

  /** A round that fails is tried again with the next one: until then charge points hold what they have. */
  private async guarded(planner: SitePlanner, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.metrics.failed();
      this.quietly.error({ err: error, site: planner.siteId }, 'a site could not be planned');
    }
  }

  private fetchMeters(): void {
    const now = performance.now();
    if (this.fetching !== undefined || now - this.fetchedAt < this.deps.settings.interval) return;
    this.fetchedAt = now;
    const byEdge = new Map<string, string[]>();
    for (const { planner } of this.planned.values()) {
      for (const [edge, ids] of planner.metered()) byEdge.set(edge, [...(byEdge.get(edge) ?? []), ...ids]);
    }
    this.fetching = this.fetchAll(byEdge).finally(() => {
      this.fetching = undefined;
    });
  }

  private async fetchAll(byEdge: ReadonlyMap<string, readonly string[]>): Promise<void> {
    try {
      for (const [edge, ids] of byEdge) await this.meters.fetch(edge, ids, Date.now);
    } catch (error) {
      this.quietly.error({ err: error }, 'meters could not be read from an edge');
    }
  }

  /** Forgets wishes of transactions that are over, a few at a time. */
  private sweepWishes(): void {
    const now = Date.now();
    if (now - this.sweptAt < SWEEP_MS) return;
    this.sweptAt = now;
    const { chargingWishes, transactions } = this.deps.store;
    const wishes = chargingWishes.after(this.lastWish, WISHES_PER_SWEEP);
    this.lastWish = wishes.length < WISHES_PER_SWEEP ? 0 : (wishes.at(-1)?.transactionId ?? 0);
    for (const { transactionId } of wishes) {
      if (transactions.get(transactionId)?.state === 'open') continue;
      chargingWishes.remove(transactionId).catch((error: unknown) => {
        this.quietly.warn({ err: error, transactionId }, 'a charging wish could not be removed');
      });
    }
  }
}
