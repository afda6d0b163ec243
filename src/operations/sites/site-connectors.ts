import { connectorKey, type SiteMember, type SiteRecord } from '../../store/site-record.ts';
import type { Store } from '../../store/store.ts';
import { ConnectorState } from './connector-state.ts';
import { fallbackOf } from './fallback.ts';
import { isGone } from './farewell-sendings.ts';
import type { Meters } from './meters.ts';
import { heldProfiles } from './profiles.ts';
import { FALLBACK_SETTLES, type PlannerSettings } from './settings.ts';

export interface SiteConnectorsOptions {
  readonly siteId: string;
  readonly store: Store;
  readonly settings: PlannerSettings;
  readonly meters: Meters;
  /** Name of the edge that holds the charge point's socket. */
  readonly edgeOf: (chargePointId: string) => string | undefined;
}

/** In units of `interval`: between two looks at the profiles that a charge point holds. */
const CHECK_INTERVALS = 10;

/**
 * The connectors of a site as the store, the sessions and the meters know them, those included that have
 * left and are not cleared yet.
 */
export class SiteConnectors {
  readonly states = new Map<string, ConnectorState>();
  /** Undefined: the site was deleted. */
  site: SiteRecord | undefined;
  /** What a vehicle may take where Farad has said nothing, in tenths of an ampere per phase. */
  fallback = 0;
  private readonly options: SiteConnectorsOptions;
  private version = -1;

  /** With what an earlier process has left in the store. `now`: epoch ms. */
  constructor(options: SiteConnectorsOptions, now: number) {
    this.options = options;
    for (const plan of options.store.sitePlans.get(options.siteId)?.connectors ?? []) {
      const { chargePointId, connectorId } = plan;
      const key = connectorKey(chargePointId, connectorId);
      // Until its site says more about it; one that has left the site is only cleared.
      const member: SiteMember = { chargePointId, connectorId, group: '', phases: ['L1'], rating: 0 };
      this.states.set(key, new ConnectorState(key, member, options.settings.settle, now, plan));
    }
  }

  /** Those that have not left. */
  members(): ConnectorState[] {
    return [...this.states.values()].filter(({ plan }) => !plan.leaving);
  }

  /** Edges and charge points whose meters bear on the plan. */
  metered(): Map<string, string[]> {
    const byEdge = new Map<string, string[]>();
    for (const { member, transaction, edge } of this.states.values()) {
      if (transaction === undefined || edge === undefined) continue;
      const ids = byEdge.get(edge);
      if (ids === undefined) byEdge.set(edge, [member.chargePointId]);
      else if (ids.at(-1) !== member.chargePointId) ids.push(member.chargePointId);
    }
    return byEdge;
  }

  /** Brings everything up to `now`, epoch ms. */
  look(now: number): void {
    const { store, edgeOf, meters } = this.options;
    store.refresh();
    const site = store.sites.get(this.options.siteId);
    this.site = site;
    if ((site?.version ?? 0) !== this.version) this.adopt(site, now);
    for (const [key, state] of this.states) {
      const { chargePointId, connectorId } = state.member;
      state.edge = edgeOf(chargePointId);
      state.sees(store.transactions.openOn(chargePointId, connectorId), now);
      if (state.plan.leaving || site === undefined) {
        if (isGone(state)) this.states.delete(key);
        continue;
      }
      const meter = meters.get(chargePointId, connectorId);
      if (meter && state.transaction && meter.seenAt >= state.transaction.receivedAt) {
        const current = Math.round((meter.powerW * 10) / (site.voltage * state.member.phases.length));
        state.reading = { current, seenAt: meter.seenAt };
      }
      state.judge(site.minimumCurrent * 10, now);
      if (now >= state.checkDueAt) this.check(state, now);
    }
  }

  /**
   * Operators may set and clear profiles too: whether ours are still there, and nothing stands above them.
   */
  private check(state: ConnectorState, now: number): void {
    state.checkDueAt = now + CHECK_INTERVALS * this.options.settings.interval;
    const { member, plan, isBusy } = state;
    if (isBusy || (plan.share === null && plan.fallback === null)) return;
    const { tx, txDefault } = heldProfiles(
      this.options.store.chargingProfiles.of(member.chargePointId),
      member.connectorId,
    );
    if (plan.fallback !== null && txDefault !== 'ours') {
      state.change({ fallback: null });
      if (txDefault === 'hidden') state.fallbackDueAt = now + FALLBACK_SETTLES * this.options.settings.settle;
    }
    if (plan.share === null || plan.shareSent !== null || tx === 'ours') return;
    state.change({ shareSent: state.rating });
    if (tx === 'hidden') state.refuses('another charging profile stands above', now);
  }

  /** Takes over what operators have changed. */
  private adopt(site: SiteRecord | undefined, now: number): void {
    this.version = site?.version ?? 0;
    const members = new Map(
      site?.members.map((member) => [connectorKey(member.chargePointId, member.connectorId), member]),
    );
    for (const [key, state] of this.states) {
      if (!members.has(key) && !state.plan.leaving) state.change({ leaving: true });
    }
    for (const [key, member] of members) {
      const state = this.states.get(key);
      if (state === undefined)
        this.states.set(key, new ConnectorState(key, member, this.options.settings.settle, now));
      else {
        state.member = member;
        if (state.plan.leaving) state.change({ leaving: false });
      }
    }
    this.fallback = site === undefined ? 0 : fallbackOf(site, now);
  }
}
