import type { Order } from '../../protocol/orders.ts';
import type { PlanInput, SitePlan } from '../../smart-charging/site-plan.ts';
import type { SiteRecord } from '../../store/site-record.ts';
import type { ThrottledLog } from '../../telemetry/log.ts';
import { TermOver } from '../leadership.ts';
import { fallbackSendings } from './fallback-sendings.ts';
import { farewellSendings } from './farewell-sendings.ts';
import { LastResort } from './last-resort.ts';
import { type Fate, fateOf, type Reply } from './outcome.ts';
import { planInput } from './plan-input.ts';
import type { PlannerMetrics } from './planner-metrics.ts';
import type { Sending, SendingContext } from './sending.ts';
import { shareSendings } from './share-sendings.ts';
import { SiteConnectors, type SiteConnectorsOptions } from './site-connectors.ts';
import { type SitePlanView, viewSitePlan } from './site-plan-view.ts';

export interface SitePlannerOptions extends SiteConnectorsOptions, SendingContext {
  readonly metrics: PlannerMetrics;
  readonly log: ThrottledLog;
  readonly call: (chargePointId: string, order: Order) => Promise<Reply>;
  readonly plan: (input: PlanInput) => Promise<SitePlan>;
  /** A CALL was answered: it is worth looking at the site again. */
  readonly wake: () => void;
  readonly clock: () => number;
  /** False: another node may plan the site, and nothing more is written down. Default: always true. */
  readonly mayWrite?: () => boolean;
}

/**
 * In units of `interval`: what need not be on record before anything is sent is written down at least so
 * often.
 */
const SAVE_INTERVALS = 10;

/**
 * Shares the power of one site. Each round looks at the store, plans on a thread, writes down what it is
 * about to send, and sends it: so whatever happens to this process, what vehicles may be taking is on record.
 */
export class SitePlanner {
  readonly siteId: string;
  private readonly options: SitePlannerOptions;
  private readonly connectors: SiteConnectors;
  private readonly lastResort: LastResort;
  private savedAt = 0;

  constructor(options: SitePlannerOptions) {
    this.options = options;
    this.siteId = options.siteId;
    this.connectors = new SiteConnectors(options, options.clock());
    this.lastResort = new LastResort(options, options.log);
  }

  /** Nothing is left of the site: it was deleted and its charge points are cleared. */
  get isOver(): boolean {
    return this.connectors.site === undefined && this.connectors.states.size === 0;
  }

  /** Edges and charge points whose meters bear on the plan. */
  metered(): Map<string, string[]> {
    return this.connectors.metered();
  }

  /** One round. Resolves when what it sends is on its way; rejects where the store or the thread fails. */
  async round(): Promise<void> {
    const { clock, metrics, settings } = this.options;
    const began = performance.now();
    this.look();
    metrics.look.observe((performance.now() - began) / 1000);
    const { site, states } = this.connectors;
    const sendings = site === undefined ? [] : await this.decide(site);
    sendings.push(...farewellSendings(this.options, states.values(), clock()));
    // What was answered since may wait: until it is written, a restart takes it for doubtful and asks again.
    const isDue = clock() - this.savedAt >= SAVE_INTERVALS * settings.interval;
    if (sendings.length > 0 || isDue || this.isOver) await this.save();
    for (const sending of sendings) void this.send(sending);
  }

  /** Brings what is known of the site up to now. */
  look(): void {
    this.connectors.look(this.options.clock());
  }

  /** Writes down what is not yet. */
  async save(): Promise<void> {
    this.savedAt = this.options.clock();
    const all = [...this.connectors.states.values()];
    const { mayWrite } = this.options;
    const { sitePlans } = this.options.store;
    if (this.isOver) {
      if (sitePlans.get(this.siteId)) await sitePlans.remove(this.siteId, mayWrite);
      return;
    }
    if (!all.some(({ isDirty }) => isDirty)) return;
    for (const state of all) state.isDirty = false;
    try {
      await sitePlans.put(
        this.siteId,
        all.map(({ plan }) => plan),
        mayWrite,
      );
    } catch (error) {
      for (const state of all) state.isDirty = true;
      throw error;
    }
  }

  /** The plan as people look at it; undefined where there is no such site. */
  view(): SitePlanView | undefined {
    const { site } = this.connectors;
    if (site === undefined) return undefined;
    return viewSitePlan(site, this.connectors.members(), this.options.settings, this.options.clock());
  }

  private async decide(site: SiteRecord): Promise<Sending[]> {
    const { clock, plan } = this.options;
    const { states, fallback } = this.connectors;
    const members = this.connectors.members();
    const isAnyoneCharging = members.some(({ transaction }) => transaction !== undefined);
    const { changes, overloaded } =
      isAnyoneCharging || this.lastResort.isNear
        ? await plan(planInput(this.options, site, members, clock()))
        : { changes: [], overloaded: [] };
    return [
      ...shareSendings(this.options, site, states, changes, clock()),
      ...fallbackSendings(this.options, site, members, fallback, clock()),
      ...this.lastResort.sendings(site, members, overloaded, clock()),
    ];
  }

  private async send({ state, order, done }: Sending): Promise<void> {
    const { call, clock, log, metrics, wake } = this.options;
    let fate: Fate;
    try {
      fate = fateOf(await call(state.member.chargePointId, order));
    } catch (error) {
      if (!(error instanceof TermOver))
        log.error(
          { err: error, chargePoint: state.member.chargePointId, action: order.action },
          'a call of the site planner failed',
        );
      fate = { kind: 'unknown' };
    }
    this.options.budget.answered();
    metrics.sent(order.action, fate.kind);
    state.isBusy = false;
    done(fate, clock());
    wake();
  }
}
