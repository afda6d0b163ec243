import { randomBytes } from 'node:crypto';
import type { CampaignInput, CampaignRecord, CampaignTask } from '../../store/campaign-record.ts';
import type { ChargePointFilter } from '../../store/charge-point-filter.ts';
import { isMeant, knownChargePoints } from '../../store/known-charge-points.ts';
import { type Scope, sightOf } from '../../store/sight.ts';
import type { Store } from '../../store/store.ts';
import { watchman } from '../../telemetry/watchman.ts';
import { ALONE, type Lead } from '../leadership.ts';
import { CampaignRun, type CampaignRunOptions } from './campaign-run.ts';
import type { CampaignTargets } from './campaign-targets.ts';

export interface CampaignsOptions extends CampaignRunOptions {
  readonly store: CampaignRunOptions['store'] & Pick<Store, 'settings' | 'chargePoints' | 'sites'>;
  /** Ended campaigns that are kept. */
  readonly kept: number;
  /** How often every campaign is looked at, ms. */
  readonly stepEveryMs?: number;
}

/** What an operator asks for. Times are epoch ms, durations ms. */
export interface NewCampaign {
  /** Of whoever asks for it; absent: every charge point. */
  readonly scope?: Scope;
  readonly name: string;
  readonly task: CampaignTask;
  readonly targets: CampaignTargets;
  readonly atOnce: number;
  readonly startAt: number;
  readonly endAt: number | null;
  readonly itemTimeout: number;
  readonly stopAfterFailed?: number;
}

/** Charge points that a filter finds. */
export interface CampaignMatches {
  readonly total: number;
  /** Some of their identities. */
  readonly sample: readonly string[];
}

export type CampaignCommand = 'pause' | 'resume' | 'abort';

/** Campaigns that may be under way at a time. */
export const MAX_LIVE_CAMPAIGNS = 20;

const STEP_EVERY_MS = 1_000;
/** A campaign that another node has not prepared for so long is prepared here, ms; twice does no harm. */
const PREPARED_WITHIN_MS = 60_000;
const ADDED_PER_TRANSACTION = 500;

const inHand = watchman.workOf({ name: 'campaigns' });

/**
 * Runs campaigns: one task at many charge points, a bounded number at once, over any restart of Farad. In a
 * cluster each node prepares the campaigns that it was asked for, and the one that leads runs all of them.
 */
export class Campaigns {
  private readonly options: CampaignsOptions;
  private readonly lead: Lead;
  /** Those at work in `term`. */
  private readonly runs = new Map<string, CampaignRun>();
  private term: number | undefined;
  private takingUp: Promise<void> | undefined;
  private readonly preparing = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private stepping: Promise<void> | undefined;
  private isStopped = false;

  constructor(options: CampaignsOptions) {
    this.options = options;
    this.lead = options.lead ?? ALONE;
  }

  /** Takes up what an earlier process left, and works until `stop`. */
  async start(): Promise<void> {
    await this.takeUp();
    this.timer = setInterval(() => void this.step(), this.options.stepEveryMs ?? STEP_EVERY_MS).unref();
  }

  /**
   * Asks nobody more; resolves when what is under way is on the disk. What charge points answer later is
   * taken up by the next process.
   */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.timer);
    await this.stepping;
    await Promise.all([...this.runs.values()].map((run) => run.stop()));
  }

  /** Resolves when nothing is being written down. */
  async idle(): Promise<void> {
    await Promise.all([...this.runs.values()].map((run) => run.idle()));
  }

  /**
   * Resolves once the campaign is prepared. `too_many`: as many as may be are under way already. `no_match`:
   * its filter finds no charge point, and targets are chosen now.
   */
  async create(input: NewCampaign): Promise<CampaignRecord | 'too_many' | 'no_match'> {
    const { store, clock } = this.options;
    if (this.all().filter(isLive).length >= MAX_LIVE_CAMPAIGNS) return 'too_many';
    if (!('ids' in input.targets) && !(await this.findsAny(input.targets, input.scope))) return 'no_match';
    await this.forgetOld();
    const now = clock();
    const { targets, ...rest } = input;
    const named = 'ids' in targets ? [...new Set(targets.ids)] : undefined;
    const campaign: CampaignInput = {
      ...rest,
      targets: named ? { named: named.length } : targets,
      id: newId(now),
      state: 'preparing',
      createdAt: now,
      startedAt: null,
      endedAt: null,
    };
    return this.prepare(await store.campaigns.create(campaign, named));
  }

  /**
   * Returns how many charge points within a scope a filter finds, and the first `most` of them in the order
   * of their ids.
   */
  async matches(filter: ChargePointFilter, most: number, scope: Scope | undefined): Promise<CampaignMatches> {
    const sample: string[] = [];
    let total = 0;
    for await (const id of this.foundBy(filter, scope)) {
      total++;
      if (sample.length < most) sample.push(id);
    }
    return { total, sample };
  }

  /** `wrong_state`: a campaign that has ended, or is not paused, and so on. */
  async command(id: string, command: CampaignCommand): Promise<CampaignRecord | 'unknown' | 'wrong_state'> {
    const { store, clock } = this.options;
    if (!store.campaigns.get(id)) return 'unknown';
    const now = clock();
    const changed = await store.campaigns.change(id, (campaign) => commanded(campaign, command, now));
    if (changed) void this.step();
    return changed ?? 'wrong_state';
  }

  /** Looks at every campaign and does what is to be done. */
  step(): Promise<void> {
    this.stepping ??= inHand
      .during(() => this.stepAll())
      .finally(() => {
        this.stepping = undefined;
      });
    return this.stepping;
  }

  private async stepAll(): Promise<void> {
    try {
      await this.takeUp();
    } catch (error) {
      this.options.log.warn({ err: error }, 'campaigns could not be taken up');
    }
    for (const [id, run] of this.runs) {
      if (this.isStopped || this.lead.term() !== this.term) return;
      try {
        if (!(await run.step())) this.runs.delete(id);
      } catch (error) {
        this.options.log.warn({ err: error, campaign: id }, 'a campaign could not go on');
      }
    }
  }

  /** When this process begins to lead, all that there is; later what came from other nodes. */
  private takeUp(): Promise<void> {
    this.takingUp ??= this.takeUpAll().finally(() => {
      this.takingUp = undefined;
    });
    return this.takingUp;
  }

  private async takeUpAll(): Promise<void> {
    const term = this.lead.term();
    const isFirst = term !== this.term;
    if (isFirst) {
      this.term = undefined;
      await Promise.all([...this.runs.values()].map((run) => run.stop()));
      this.runs.clear();
    }
    if (term === undefined || (!isFirst && !this.lead.isShared)) return;
    const before = this.options.clock() - PREPARED_WITHIN_MS;
    for (const campaign of this.all()) {
      if (campaign.state === 'preparing') {
        if (!isFirst && (campaign.createdAt > before || this.preparing.has(campaign.id))) continue;
        await this.prepare(campaign);
      }
      if (isLive(campaign)) this.run(campaign.id, term);
    }
    this.term = term;
  }

  private run(id: string, term: number): void {
    if (!this.runs.has(id)) this.runs.set(id, new CampaignRun(this.options, id, term));
  }

  /** Collects the charge points; begun again after a crash, it adds only who is missing. */
  private async prepare(campaign: CampaignRecord): Promise<CampaignRecord> {
    this.preparing.add(campaign.id);
    try {
      return await this.collect(campaign);
    } finally {
      this.preparing.delete(campaign.id);
    }
  }

  private async collect(campaign: CampaignRecord): Promise<CampaignRecord> {
    const { store, clock } = this.options;
    let chunk: string[] = [];
    for await (const id of this.targetsOf(campaign)) {
      chunk.push(id);
      if (chunk.length < ADDED_PER_TRANSACTION) continue;
      await store.campaigns.add(campaign.id, chunk);
      chunk = [];
    }
    await store.campaigns.add(campaign.id, chunk);
    const now = clock();
    const prepared = await store.campaigns.change(campaign.id, (known) => {
      if (known.state !== 'preparing') return undefined;
      return known.startAt > now
        ? { ...known, state: 'scheduled' }
        : { ...known, state: 'running', startedAt: now };
    });
    if (this.term !== undefined) this.run(campaign.id, this.term);
    void this.step();
    return prepared ?? campaign;
  }

  private async *targetsOf({ id, targets, scope }: CampaignRecord): AsyncGenerator<string> {
    const { store } = this.options;
    const named = store.campaigns.named(id);
    if (named) {
      yield* named;
      return;
    }
    yield* this.foundBy(targets as ChargePointFilter, scope);
  }

  private async findsAny(filter: ChargePointFilter, scope: Scope | undefined): Promise<boolean> {
    for await (const _ of this.foundBy(filter, scope)) return true;
    return false;
  }

  private async *foundBy(filter: ChargePointFilter, scope: Scope | undefined): AsyncGenerator<string> {
    const sight = sightOf(this.options.store, scope);
    for await (const known of knownChargePoints(this.options.store)) {
      if (isMeant(filter, known) && sight.sees(known.id)) yield known.id;
    }
  }

  /** Makes room for one more ended campaign. */
  private async forgetOld(): Promise<void> {
    const { store, kept } = this.options;
    const ended = this.all().filter((campaign) => !isLive(campaign));
    for (const { id } of ended.slice(Math.max(0, kept - 1))) await store.campaigns.remove(id);
  }

  /** Newest first. */
  private all(): CampaignRecord[] {
    const { store, kept } = this.options;
    return [...store.campaigns.list({ limit: kept + MAX_LIVE_CAMPAIGNS + 1 }).items];
  }
}

/** Whether there is still something to do, be it only to follow who was asked. */
function isLive({ state, counts }: CampaignRecord): boolean {
  return (state !== 'finished' && state !== 'aborted') || counts.asking + counts.running > 0;
}

function commanded(
  campaign: CampaignRecord,
  command: CampaignCommand,
  now: number,
): CampaignRecord | undefined {
  const { state, startedAt, startAt } = campaign;
  switch (command) {
    case 'pause':
      return state === 'scheduled' || state === 'running' ? { ...campaign, state: 'paused' } : undefined;
    case 'resume': {
      if (state !== 'paused') return undefined;
      const waits = startedAt === null && startAt > now;
      return waits
        ? { ...campaign, state: 'scheduled' }
        : { ...campaign, state: 'running', startedAt: startedAt ?? now };
    }
    case 'abort':
      return state === 'finished' || state === 'aborted'
        ? undefined
        : { ...campaign, state: 'aborted', endedAt: now };
  }
}

/** Ids in the order of their making. */
function newId(now: number): string {
  return `${now.toString(36).padStart(9, '0')}-${randomBytes(4).toString('hex')}`;
}
