import { writeTimestamp } from '../../protocol/timestamp.ts';
import type { Group, Phases } from '../../smart-charging/load-sharing.ts';
import { lowestLimit } from '../../smart-charging/site-limits.ts';
import { SiteLoad } from '../../smart-charging/site-load.ts';
import type { PlanInput, PlannedConnector, ShareChange, SitePlan } from '../../smart-charging/site-plan.ts';
import { connectorKey, type SiteMember, type SiteRecord } from '../../store/site-record.ts';
import type { Store } from '../../store/store.ts';
import type { ThrottledLog } from '../../telemetry/log.ts';
import type { CallBudget } from './budget.ts';
import { ConnectorState } from './connector-state.ts';
import { fallbackOf } from './fallback.ts';
import type { Meters } from './meters.ts';
import { type Fate, fateOf, type Reply } from './outcome.ts';
import type { PlannerMetrics } from './planner-metrics.ts';
import { clearProfile, heldProfiles, limitProfile } from './profiles.ts';
import type { PlannerSettings } from './settings.ts';
import { weightOf } from './wish-weight.ts';

export interface SitePlannerOptions {
  readonly siteId: string;
  readonly store: Store;
  readonly settings: PlannerSettings;
  readonly budget: CallBudget;
  readonly meters: Meters;
  readonly metrics: PlannerMetrics;
  readonly log: ThrottledLog;
  /** Name of the edge that holds the charge point's socket. */
  readonly holder: (chargePointId: string) => string | undefined;
  readonly call: (chargePointId: string, action: string, payload: unknown) => Promise<Reply>;
  readonly plan: (input: PlanInput) => Promise<SitePlan>;
  /** A CALL was answered: it is worth looking at the site again. */
  readonly wake: () => void;
  /** The same in `ms`: something will have settled. */
  readonly wakeIn: (ms: number) => void;
  readonly clock: () => number;
}

/** Smaller changes of a share are not worth a message: half an ampere. */
const STEP = 5;
/** A StartTransaction that is in the store for so long has been answered (field quirk: a TxProfile that comes before is refused). */
const ANSWERED_MS = 500;
/** In units of `settle`: offered power for so long and taking none. */
const IDLE_SETTLES = 12;
/** In units of `settle`: over the limit for so long, and between two stops. */
const LAST_RESORT_SETTLES = 6;
/** In units of `settle`: before a TxDefaultProfile that was refused during a transaction is tried again. */
const FALLBACK_SETTLES = 60;
/** In units of `interval`: what need not be on record before anything is sent is written down at least so often. */
const SAVE_INTERVALS = 10;
/** In units of `interval`: between two looks at the profiles that a charge point holds. */
const CHECK_INTERVALS = 10;

/** A current that was sent, and one before it whose fate is unknown. */
interface Sent {
  readonly current: number;
  readonly doubt: number | null;
}

/** A CALL that a round has decided on. */
interface Sending {
  readonly state: ConnectorState;
  readonly action: 'SetChargingProfile' | 'ClearChargingProfile' | 'RemoteStopTransaction';
  readonly payload: unknown;
  readonly done: (fate: Fate, at: number) => void;
}

/**
 * Shares the power of one site. Each round looks at the store, plans on a thread, writes down what it is about to send, and sends it: so whatever
 * happens to this process, what vehicles may be taking is on record.
 */
export class SitePlanner {
  readonly siteId: string;
  private readonly options: SitePlannerOptions;
  private readonly states = new Map<string, ConnectorState>();
  private site: SiteRecord | undefined;
  private version = -1;
  private fallback = 0;
  private overloadedSince: number | undefined;
  private stoppedAt = 0;
  private savedAt = 0;

  constructor(options: SitePlannerOptions) {
    this.options = options;
    this.siteId = options.siteId;
    const now = options.clock();
    for (const plan of options.store.sitePlans.get(options.siteId)?.connectors ?? []) {
      const { chargePointId, connectorId } = plan;
      const key = connectorKey(chargePointId, connectorId);
      // Until its site says more about it; one that has left the site is only cleared.
      const member: SiteMember = { chargePointId, connectorId, group: '', phases: ['L1'], rating: 0 };
      this.states.set(key, new ConnectorState(key, member, options.settings.settle, now, plan));
    }
  }

  /** Nothing is left of the site: it was deleted and its charge points are cleared. */
  get isOver(): boolean {
    return this.site === undefined && this.states.size === 0;
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

  /** One round. Resolves when what it sends is on its way; rejects where the store or the thread fails. */
  async round(): Promise<void> {
    const { clock, metrics } = this.options;
    const began = performance.now();
    this.look(clock());
    metrics.look.observe((performance.now() - began) / 1000);
    const { site } = this;
    const sendings = site === undefined ? [] : await this.decide(site);
    sendings.push(...this.farewells(clock()));
    // What was answered since may wait: until it is written, a restart takes it for doubtful and asks again.
    const isDue = clock() - this.savedAt >= SAVE_INTERVALS * this.options.settings.interval;
    if (sendings.length > 0 || isDue || this.isOver) await this.save();
    for (const sending of sendings) void this.send(sending);
  }

  /** Writes down what is not yet. */
  async save(): Promise<void> {
    this.savedAt = this.options.clock();
    const all = [...this.states.values()];
    const { sitePlans } = this.options.store;
    if (this.isOver) {
      if (sitePlans.get(this.siteId)) await sitePlans.remove(this.siteId);
      return;
    }
    if (!all.some(({ isDirty }) => isDirty)) return;
    for (const state of all) state.isDirty = false;
    try {
      await sitePlans.put(
        this.siteId,
        all.map(({ plan }) => plan),
      );
    } catch (error) {
      for (const state of all) state.isDirty = true;
      throw error;
    }
  }

  private look(now: number): void {
    const { store, holder, meters } = this.options;
    store.refresh();
    const site = store.sites.get(this.siteId);
    this.site = site;
    if ((site?.version ?? 0) !== this.version) this.adopt(site, now);
    for (const [key, state] of this.states) {
      const { chargePointId, connectorId } = state.member;
      state.edge = holder(chargePointId);
      state.sees(store.transactions.openOn(chargePointId, connectorId), now);
      if (state.plan.leaving || site === undefined) {
        if (this.isGone(state)) this.states.delete(key);
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

  /** Operators may set and clear profiles too: whether ours are still there, and nothing stands above them. */
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

  private async decide(site: SiteRecord): Promise<Sending[]> {
    const { clock, settings, plan } = this.options;
    const now = clock();
    const groups = this.groups(site, now);
    const connectors = this.members().map((state) => this.planned(site, state, now));
    const isAnyoneCharging = this.members().some(({ transaction }) => transaction !== undefined);
    const { changes, overloaded } =
      isAnyoneCharging || this.overloadedSince !== undefined
        ? await plan({
            now,
            groups,
            connectors,
            turns: { turnWithin: settings.turnWithin, handover: settings.settle + settings.interval },
            step: STEP,
          })
        : { changes: [], overloaded: [] };
    return [
      ...this.shares(site, changes, clock()),
      ...this.fallbacks(site, clock()),
      ...this.lastResort(site, overloaded, clock()),
    ];
  }

  private members(): ConnectorState[] {
    return [...this.states.values()].filter(({ plan }) => !plan.leaving);
  }

  /** A falling limit counts as soon as vehicles must begin to follow. */
  private groups({ groups, voltage }: SiteRecord, now: number): Group[] {
    const { settle, interval } = this.options.settings;
    return groups.map(({ id, parent, limit }) => ({
      id,
      parent,
      limit:
        limit === null
          ? [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
          : lowestLimit(limit, now, now + settle + 2 * interval, voltage),
    }));
  }

  private planned(site: SiteRecord, state: ConnectorState, now: number): PlannedConnector {
    const { member, transaction } = state;
    const { settle } = this.options.settings;
    const connector: PlannedConnector = {
      id: state.key,
      group: member.group,
      phases: phasesOf(member),
      ceiling: state.ceiling(now),
    };
    if (transaction === undefined || !state.takesPart(now, settle)) return connector;
    if (now - transaction.receivedAt < ANSWERED_MS) return connector;
    const minimum = Math.round(site.minimumCurrent * 10);
    const wish =
      site.sharing === 'wishes'
        ? this.options.store.chargingWishes.get(transaction.transactionId)
        : undefined;
    const register = this.options.meters.get(member.chargePointId, member.connectorId)?.registerWh;
    return {
      ...connector,
      steering: {
        share: state.isBusy ? (state.plan.shareSent ?? state.share) : state.share,
        since: state.plan.since,
        minimum,
        maximum: state.maximum,
        weight: weightOf(wish, {
          now,
          deliveredWh: register === undefined ? 0 : register - transaction.meterStart,
          voltage: site.voltage,
          phases: member.phases.length,
          minimumCurrent: site.minimumCurrent,
        }),
        priority: wish?.priority ?? 0,
        idle: state.isIdle(minimum, now, IDLE_SETTLES * settle),
        busy: state.isBusy,
        unsure: state.plan.shareSent !== null && !state.isBusy,
      },
    };
  }

  private shares(site: SiteRecord, changes: readonly ShareChange[], now: number): Sending[] {
    const sendings: Sending[] = [];
    for (const { id, current } of changes) {
      const state = this.states.get(id);
      if (state?.transaction === undefined || state.isBusy || state.plan.leaving) continue;
      if (!this.options.budget.take(now)) break;
      const { transactionId } = state.transaction;
      // What was in doubt before may be in force until this one is accepted.
      const doubt = state.plan.shareSent;
      state.change({ shareSent: Math.max(current, doubt ?? 0) });
      state.isBusy = true;
      sendings.push({
        state,
        action: 'SetChargingProfile',
        payload: limitProfile(this.options.store, state.member, {
          current,
          voltage: site.voltage,
          transactionId,
        }),
        done: (fate, at) => this.shareDone(state, transactionId, { current, doubt }, fate, at),
      });
    }
    return sendings;
  }

  private shareDone(
    state: ConnectorState,
    transactionId: number,
    { current, doubt }: Sent,
    fate: Fate,
    at: number,
  ): void {
    if (state.plan.transactionId !== transactionId) return;
    const { share } = state;
    switch (fate.kind) {
      case 'accepted': {
        const before = state.ceiling(at);
        const turned = share > 0 !== current > 0;
        state.change({
          share: current,
          shareSent: null,
          refused: null,
          settling: before > current ? { from: before, until: at + this.options.settings.settle } : null,
          ...(turned && { since: at }),
        });
        state.accepts(at);
        if (state.plan.settling !== null) this.options.wakeIn(this.options.settings.settle);
        break;
      }
      case 'refused':
        state.change({ shareSent: doubt });
        state.refuses(fate.reason, at);
        break;
      case 'not_sent':
        state.change({ shareSent: doubt });
        break;
      case 'unknown':
        // Stays as it was when it was sent.
        break;
    }
  }

  /** TxDefaultProfiles for when Farad or the link is gone; a transaction that has no share yet gets that first. */
  private fallbacks(site: SiteRecord, now: number): Sending[] {
    const sendings: Sending[] = [];
    for (const state of this.members()) {
      const { plan, transaction } = state;
      if (plan.fallback === this.fallback && plan.fallbackSent === null) continue;
      if (state.isBusy || !state.takesPart(now, this.options.settings.settle)) continue;
      if (now < state.fallbackDueAt) continue;
      if (transaction !== undefined && plan.share === null && plan.refused === null) continue;
      if (!this.options.budget.take(now)) break;
      const current = this.fallback;
      const doubt = plan.fallbackSent;
      state.change({ fallbackSent: Math.max(current, plan.fallbackSent ?? 0) });
      state.isBusy = true;
      sendings.push({
        state,
        action: 'SetChargingProfile',
        payload: limitProfile(this.options.store, state.member, {
          current,
          voltage: site.voltage,
          transactionId: null,
        }),
        done: (fate, at) => this.fallbackDone(state, { current, doubt }, fate, at),
      });
    }
    return sendings;
  }

  private fallbackDone(state: ConnectorState, { current, doubt }: Sent, fate: Fate, at: number): void {
    if (fate.kind === 'accepted') {
      const before = state.ceiling(at);
      state.change({ fallback: current, fallbackSent: null, refused: null });
      // A running transaction may have gone by the old one until now (errata 3.8).
      if (state.plan.share === null && before > current) {
        state.change({ settling: { from: before, until: at + this.options.settings.settle } });
      }
    } else if (fate.kind === 'refused') {
      state.change({ fallbackSent: doubt });
      // Whether it takes the TxProfiles of a running transaction is another matter.
      if (state.transaction === undefined) state.refuses(fate.reason, at);
      else state.fallbackDueAt = at + FALLBACK_SETTLES * this.options.settings.settle;
    } else if (fate.kind === 'not_sent') {
      state.change({ fallbackSent: doubt });
    }
  }

  /** Ends a transaction that does not obey where what cannot be steered alone exceeds a limit for long. */
  private lastResort(site: SiteRecord, overloaded: readonly string[], now: number): Sending[] {
    if (overloaded.length === 0) {
      this.overloadedSince = undefined;
      return [];
    }
    this.overloadedSince ??= now;
    const patience = LAST_RESORT_SETTLES * this.options.settings.settle;
    this.options.log.warn(
      { site: site.id, groups: overloaded },
      'what cannot be steered exceeds the limit of a site',
    );
    if (!site.remoteStop || now - Math.max(this.overloadedSince, this.stoppedAt) < patience) return [];
    const culprit = this.members()
      .filter(
        ({ plan, transaction, isOnline, isBusy, member }) =>
          plan.refused !== null &&
          transaction !== undefined &&
          isOnline &&
          !isBusy &&
          pathOf(site, member.group).some((group) => overloaded.includes(group)),
      )
      .sort((a, b) => b.ceiling(now) - a.ceiling(now))[0];
    const transactionId = culprit?.transaction?.transactionId;
    if (culprit === undefined || transactionId === undefined || !this.options.budget.take(now)) return [];
    this.stoppedAt = now;
    culprit.isBusy = true;
    return [
      { state: culprit, action: 'RemoteStopTransaction', payload: { transactionId }, done: () => undefined },
    ];
  }

  /** Clears the profiles of connectors that have left the site. */
  private farewells(now: number): Sending[] {
    const sendings: Sending[] = [];
    for (const state of this.states.values()) {
      const { plan } = state;
      if (!plan.leaving || state.isBusy || !state.takesPart(now, this.options.settings.settle)) continue;
      const isShared = plan.share !== null || plan.shareSent !== null;
      if (!this.options.budget.take(now)) break;
      state.isBusy = true;
      sendings.push({
        state,
        action: 'ClearChargingProfile',
        payload: clearProfile(state.member.connectorId, isShared ? 'TxProfile' : 'TxDefaultProfile'),
        done: (fate, at) => {
          if (fate.kind === 'unknown' || fate.kind === 'not_sent') return;
          // "Unknown" says that it was not there.
          if (fate.kind === 'refused' && fate.reason !== 'Unknown') state.refuses(fate.reason, at);
          else if (isShared) state.change({ share: null, shareSent: null });
          else state.change({ fallback: null, fallbackSent: null });
        },
      });
    }
    return sendings;
  }

  /** Nothing of ours is left at a connector, or it refuses even to be rid of it. */
  private isGone({ plan, isBusy }: ConnectorState): boolean {
    if (!plan.leaving || isBusy) return false;
    if (plan.refused !== null && plan.refused.times > 1) return true;
    const { share, shareSent, fallback, fallbackSent } = plan;
    return share === null && shareSent === null && fallback === null && fallbackSent === null;
  }

  private async send({ state, action, payload, done }: Sending): Promise<void> {
    const { call, clock, log, metrics, wake } = this.options;
    let fate: Fate;
    try {
      fate = fateOf(await call(state.member.chargePointId, action, payload));
    } catch (error) {
      log.error(
        { err: error, chargePoint: state.member.chargePointId, action },
        'a call of the site planner failed',
      );
      fate = { kind: 'unknown' };
    }
    this.options.budget.answered();
    metrics.sent(action, fate.kind);
    state.isBusy = false;
    done(fate, clock());
    wake();
  }

  /** The plan as people look at it; undefined where there is no such site. */
  view(): SitePlanView | undefined {
    const { site } = this;
    if (site === undefined) return undefined;
    const now = this.options.clock();
    const groups = this.groups(site, now);
    const [reserved, shared, measured] = [new SiteLoad(groups), new SiteLoad(groups), new SiteLoad(groups)];
    const connectors = this.members().map((state) => {
      const { member, transaction, reading } = state;
      const phases = phasesOf(member);
      const isSteered = transaction !== undefined && state.takesPart(now, this.options.settings.settle);
      if (isSteered) shared.add(member.group, phases, state.share);
      else reserved.add(member.group, phases, state.ceiling(now));
      if (transaction !== undefined) measured.add(member.group, phases, reading?.current ?? 0);
      return viewConnector(state, now, isSteered);
    });
    const amps = (tenths: readonly number[]): (number | null)[] =>
      tenths.map((value) => (Number.isFinite(value) ? value / 10 : null));
    return {
      siteId: site.id,
      at: writeTimestamp(now),
      groups: groups.map(({ id, limit }) => ({
        id,
        limit: amps(limit),
        shared: amps(shared.sumOf(id)),
        reserved: amps(reserved.sumOf(id)),
        measured: amps(measured.sumOf(id)),
      })),
      connectors,
    };
  }
}

export type SitePlanView = {
  readonly siteId: string;
  readonly at: string;
  readonly groups: readonly Readonly<Record<string, unknown>>[];
  readonly connectors: readonly Readonly<Record<string, unknown>>[];
};

function viewConnector(state: ConnectorState, now: number, isSteered: boolean) {
  const { member, plan, transaction, reading } = state;
  const mode =
    transaction === undefined
      ? 'free'
      : !isSteered
        ? 'reserved'
        : plan.share === null
          ? 'waiting'
          : plan.share === 0
            ? 'paused'
            : 'charging';
  return {
    chargePointId: member.chargePointId,
    connectorId: member.connectorId,
    group: member.group,
    connected: state.isOnline,
    transactionId: transaction?.transactionId ?? null,
    state: mode,
    share: transaction === undefined || plan.share === null ? null : plan.share / 10,
    ceiling: state.ceiling(now) / 10,
    measured: transaction === undefined || reading === undefined ? null : reading.current / 10,
    fallback: plan.fallback === null ? null : plan.fallback / 10,
    since: writeTimestamp(plan.since),
    refused: plan.refused?.reason ?? null,
  };
}

function phasesOf({ phases }: SiteMember): Phases {
  return [phases.includes('L1'), phases.includes('L2'), phases.includes('L3')];
}

function pathOf({ groups }: SiteRecord, group: string): string[] {
  const path: string[] = [];
  for (let id: string | null = group; id !== null && !path.includes(id); ) {
    path.push(id);
    id = groups.find((one) => one.id === id)?.parent ?? null;
  }
  return path;
}
