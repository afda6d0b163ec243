import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CampaignRecord, CampaignTask } from '../../store/campaign-record.ts';
import type { ThrottledLog } from '../../telemetry/log.ts';
import { type ChargePointCalls, isSecurityBar } from '../charge-point-calls.ts';
import { ALONE, callsInTerm, type Lead } from '../leadership.ts';
import type { LocalLists } from '../local-lists/local-lists.ts';
import { outcomeOf } from '../referenced-outcome.ts';
import { type Announced, CampaignItems, type CampaignItemsOptions } from './campaign-items.ts';
import { CampaignPlaces } from './campaign-places.ts';

export interface CampaignRunOptions extends CampaignItemsOptions {
  readonly localLists: Pick<LocalLists, 'sync'>;
  readonly log: ThrottledLog;
  /** Default: this process leads always. */
  readonly lead?: Lead;
}

/** Charge points that are looked at in one go for somebody to ask. */
const LOOKED_AT = 500;

/**
 * One campaign at work. Everything that it decides is on the disk first: an item is `asking` before its CALL
 * is handed over, the edge notes the CALL's reference before it leaves and the answer after it came. So after
 * a restart of control each item either has its answer there, or its CALL certainly never left and it is
 * asked again, or the CALL left without an answer: then the item is `unknown` and never asked again, unless
 * its job's reports show what came of it.
 *
 * It lasts for one term of leading: then another process may be at work on the campaign, and this one asks
 * nobody and writes nothing any more.
 */
export class CampaignRun {
  readonly id: string;
  private readonly options: CampaignRunOptions;
  private readonly places: CampaignPlaces;
  private readonly items: CampaignItems;
  /** What is being written down. */
  private readonly writing = new Set<Promise<void>>();
  private readonly lead: Lead;
  private readonly term: number;
  /** They leave in this term alone. */
  private readonly calls: ChargePointCalls;
  private walk: Iterator<string> | undefined;
  private isLoaded = false;
  private isEnded = false;

  constructor(options: CampaignRunOptions, id: string, term: number) {
    this.options = options;
    this.id = id;
    this.lead = options.lead ?? ALONE;
    this.term = term;
    this.calls = callsInTerm(options.calls, this.lead, term);
    this.places = new CampaignPlaces(options.calls, options.clock);
    this.items = new CampaignItems(options, id, this.places, {
      isStopped: () => this.isStopped,
      mayWrite: () => this.isInTerm,
    });
  }

  private get isInTerm(): boolean {
    return this.lead.term() === this.term;
  }

  private get isStopped(): boolean {
    return this.isEnded || !this.isInTerm;
  }

  /** Takes over where an earlier process ended. */
  private async load(): Promise<void> {
    const { campaigns } = this.options.store;
    let after: string | undefined;
    do {
      const page = campaigns.items(this.id, { limit: LOOKED_AT, ...(after !== undefined && { after }) });
      for (const { chargePointId, state } of page.items) {
        if (state === 'pending') this.places.pending.add(chargePointId);
        else if (state === 'asking' || state === 'running') this.places.followed.add(chargePointId);
      }
      after = page.next;
      await nextTurn();
    } while (after !== undefined);
    this.isLoaded = true;
  }

  /** Does what is to be done now; returns whether more will be. Rejects where the disk takes no more. */
  async step(): Promise<boolean> {
    const { store, clock } = this.options;
    if (!this.isLoaded) await this.load();
    await this.followAll();
    const now = clock();
    let campaign = store.campaigns.get(this.id);
    if (campaign?.state === 'scheduled' && campaign.startAt <= now) {
      campaign = await this.change((known) =>
        known.state === 'scheduled' ? { ...known, state: 'running', startedAt: now } : known,
      );
    }
    if (campaign && hasFailedEnough(campaign)) {
      campaign = await this.change((known) =>
        hasFailedEnough(known)
          ? { ...known, state: 'aborted', endedAt: now, endReason: 'too_many_failures' }
          : known,
      );
    }
    const isOver = campaign?.endAt !== null && campaign !== undefined && campaign.endAt <= now;
    if (campaign?.state === 'running' && !isOver) this.askMore(campaign);
    const isIdle = this.places.asking.size === 0 && this.places.followed.size === 0;
    if (!isIdle) return true;
    if (campaign?.state === 'running' && (isOver || this.places.pending.size === 0)) {
      await this.change((known) =>
        known.state === 'running' ? { ...known, state: 'finished', endedAt: now } : undefined,
      );
      return false;
    }
    return campaign !== undefined && campaign.state !== 'aborted' && campaign.state !== 'finished';
  }

  /** Asks nobody more and takes no more answers: nothing touches the store once this has resolved. */
  async stop(): Promise<void> {
    this.isEnded = true;
    await this.idle();
  }

  /** Resolves when nothing is being written down. */
  async idle(): Promise<void> {
    while (this.writing.size > 0) await Promise.all(this.writing);
  }

  /** As `campaigns.change` of the store; undefined, too, where another process may be at work on it. */
  private change(
    change: (campaign: CampaignRecord) => CampaignRecord | undefined,
  ): Promise<CampaignRecord | undefined> {
    return this.options.store.campaigns.change(this.id, (known) =>
      this.isInTerm ? change(known) : undefined,
    );
  }

  private async followAll(): Promise<void> {
    for (const chargePointId of this.places.followed) {
      if (!(await this.items.follow(chargePointId)) || this.isStopped) continue;
      const task = this.options.store.campaigns.get(this.id)?.task;
      if (task === undefined) return;
      this.places.ask(chargePointId);
      void this.askAndSettle(chargePointId, task);
    }
  }

  private askMore(campaign: CampaignRecord): void {
    let free = campaign.atOnce - this.places.asking.size - this.places.followed.size;
    for (let looked = 0; free > 0 && looked < LOOKED_AT; looked++) {
      this.walk ??= this.places.pending.values();
      const { value: chargePointId, done } = this.walk.next();
      if (done) {
        this.walk = undefined;
        return;
      }
      if (!this.places.canBeAsked(chargePointId)) continue;
      this.places.ask(chargePointId);
      free--;
      void this.askAndSettle(chargePointId, campaign.task);
    }
  }

  private async askAndSettle(chargePointId: string, task: CampaignTask): Promise<void> {
    let settle: (() => Promise<void>) | undefined;
    let announced: Announced | undefined;
    await this.writeDown(chargePointId, async () => {
      announced = await this.items.announce(chargePointId, task);
    });
    try {
      if (announced !== undefined) settle = await this.ask(chargePointId, task, announced);
    } catch (error) {
      settle = () => Promise.reject(error);
    }
    // After a stop the answer is on record at the edge, for the next process to take up.
    if (settle !== undefined && !this.isStopped) await this.writeDown(chargePointId, settle);
    this.places.asking.delete(chargePointId);
  }

  /** Does work that touches the store. Where it fails, what has happened is read from there. */
  private async writeDown(chargePointId: string, work: () => Promise<void>): Promise<void> {
    const written = work().catch((error: unknown) => {
      if (!this.isInTerm) return;
      this.options.log.warn(
        { err: error, campaign: this.id, chargePoint: chargePointId },
        'a step of a campaign could not be done',
      );
      if (!this.isStopped) this.takeUp(chargePointId);
    });
    this.writing.add(written);
    await written;
    this.writing.delete(written);
  }

  private takeUp(chargePointId: string): void {
    const state = this.options.store.campaigns.item(this.id, chargePointId)?.state;
    if (state === 'pending') this.places.leaveAlone(chargePointId);
    else if (state === 'asking' || state === 'running') this.places.followed.add(chargePointId);
  }

  /** Asks a charge point; returns how to write down what came of it. */
  private async ask(
    chargePointId: string,
    task: CampaignTask,
    { reference, call: wanted }: Announced,
  ): Promise<() => Promise<void>> {
    const { store, localLists } = this.options;
    const { calls } = this;
    if ('localList' in task || wanted === undefined) {
      const report = await localLists.sync(
        chargePointId,
        'localList' in task ? task.localList : 'auto',
        calls,
      );
      return () => this.items.settleSync(chargePointId, report);
    }
    const { action, payload } = wanted;
    const force = 'force' in task && task.force === true;
    const reply = await calls.call({ chargePointId, action, payload, reference, force });
    const { outcome } = reply;
    if (isSecurityBar(outcome))
      return () => this.items.note(chargePointId, { state: 'failed', reason: outcome }, null);
    return () => {
      store.refresh();
      const call = store.referencedCalls.get(chargePointId, reference);
      return this.items.settle(chargePointId, task, reference, outcomeOf(reply, call));
    };
  }
}

/** Whether so many charge points have failed that nobody else is to be asked. */
function hasFailedEnough({ state, counts, stopAfterFailed }: CampaignRecord): boolean {
  return state === 'running' && stopAfterFailed !== undefined && counts.failed >= stopAfterFailed;
}
