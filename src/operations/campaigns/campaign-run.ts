import { setImmediate as nextTurn } from 'node:timers/promises';
import type {
  CampaignItem,
  CampaignItemChange,
  CampaignRecord,
  CampaignTask,
} from '../../store/campaign-record.ts';
import type { KeptAnswer } from '../../store/referenced-calls.ts';
import type { Store } from '../../store/store.ts';
import type { ThrottledLog } from '../../telemetry/log.ts';
import { metrics } from '../../telemetry/metrics.ts';
import { type ChargePointCalls, isSecurityBar } from '../charge-point-calls.ts';
import { isSuccess, type LocalLists } from '../local-lists/local-lists.ts';
import { type Outcome, outcomeOf } from '../referenced-outcome.ts';
import { jobKindOf, judgeAnswer, judgeJob, judgeRenewal, type Verdict } from './campaign-task.ts';

export interface CampaignRunOptions {
  readonly store: Pick<Store, 'campaigns' | 'jobs' | 'signings' | 'referencedCalls' | 'refresh'>;
  readonly calls: ChargePointCalls;
  readonly localLists: Pick<LocalLists, 'sync'>;
  readonly log: ThrottledLog;
  /** Epoch ms. */
  readonly clock: () => number;
  /** ms that a charge point may take to answer, and that a CALL may wait to be sent (`ocpp.callTimeout`). */
  readonly callTimeout: number;
}

const results = metrics.counter(
  'farad_campaign_results_total',
  'Charge points of campaigns by what became of them.',
  ['state'],
);

/** Charge points that are looked at in one go for somebody to ask. */
const LOOKED_AT = 500;
/** How long a charge point that could not be asked is left alone, ms. */
const TRY_AGAIN_MS = 10_000;
/** Beyond the times that the edge keeps, ms: its writes and the way to them. */
const MARGIN_MS = 5_000;

/**
 * One campaign at work. Everything that it decides is on the disk first: an item is `asking` before its CALL is handed over, the edge notes the
 * CALL's reference before it leaves and the answer after it came. So after a restart of control each item either has its answer there, or
 * its CALL certainly never left and it is asked again, or the CALL left without an answer: then the item is `unknown` and never asked again,
 * unless its job's reports show what came of it.
 */
export class CampaignRun {
  readonly id: string;
  private readonly options: CampaignRunOptions;
  private readonly pending = new Set<string>();
  /** Those whose CALL this process is waiting for. */
  private readonly asking = new Set<string>();
  /** Those whose job goes on, or whose CALL an earlier process had sent. */
  private readonly followed = new Set<string>();
  private readonly notBefore = new Map<string, number>();
  /** What is being written down. */
  private readonly writing = new Set<Promise<void>>();
  private walk: Iterator<string> | undefined;
  private isLoaded = false;
  private isStopped = false;

  constructor(options: CampaignRunOptions, id: string) {
    this.options = options;
    this.id = id;
  }

  /** Takes over where an earlier process ended. */
  private async load(): Promise<void> {
    const { campaigns } = this.options.store;
    let after: string | undefined;
    do {
      const page = campaigns.items(this.id, { limit: LOOKED_AT, ...(after !== undefined && { after }) });
      for (const { chargePointId, state } of page.items) {
        if (state === 'pending') this.pending.add(chargePointId);
        else if (state === 'asking' || state === 'running') this.followed.add(chargePointId);
      }
      after = page.next;
      await nextTurn();
    } while (after !== undefined);
    this.isLoaded = true;
  }

  /** Does what is to be done now; answers whether more will be. Rejects where the disk takes no more. */
  async step(): Promise<boolean> {
    const { store, clock } = this.options;
    if (!this.isLoaded) await this.load();
    for (const chargePointId of this.followed) await this.follow(chargePointId);
    const now = clock();
    let campaign = store.campaigns.get(this.id);
    if (campaign?.state === 'scheduled' && campaign.startAt <= now) {
      campaign = await store.campaigns.change(this.id, (known) =>
        known.state === 'scheduled' ? { ...known, state: 'running', startedAt: now } : undefined,
      );
    }
    const isOver = campaign?.endAt !== null && campaign !== undefined && campaign.endAt <= now;
    if (campaign?.state === 'running' && !isOver) this.askMore(campaign);
    const isIdle = this.asking.size === 0 && this.followed.size === 0;
    if (!isIdle) return true;
    if (campaign?.state === 'running' && (isOver || this.pending.size === 0)) {
      await store.campaigns.change(this.id, (known) =>
        known.state === 'running' ? { ...known, state: 'finished', endedAt: now } : undefined,
      );
      return false;
    }
    return campaign !== undefined && campaign.state !== 'aborted' && campaign.state !== 'finished';
  }

  /** Asks nobody more and takes no more answers: nothing touches the store once this has resolved. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.idle();
  }

  /** Resolves when nothing is being written down. */
  async idle(): Promise<void> {
    while (this.writing.size > 0) await Promise.all(this.writing);
  }

  private askMore(campaign: CampaignRecord): void {
    const { calls, clock } = this.options;
    let free = campaign.atOnce - this.asking.size - this.followed.size;
    for (let looked = 0; free > 0 && looked < LOOKED_AT; looked++) {
      this.walk ??= this.pending.values();
      const { value: chargePointId, done } = this.walk.next();
      if (done) {
        this.walk = undefined;
        return;
      }
      if ((this.notBefore.get(chargePointId) ?? 0) > clock() || !calls.isConnected(chargePointId)) continue;
      this.pending.delete(chargePointId);
      this.notBefore.delete(chargePointId);
      this.asking.add(chargePointId);
      free--;
      void this.askAndSettle(chargePointId, campaign.task);
    }
  }

  private async askAndSettle(chargePointId: string, task: CampaignTask): Promise<void> {
    let settle: (() => Promise<void>) | undefined;
    let reference: string | undefined;
    await this.writeDown(chargePointId, async () => {
      reference = await this.announce(chargePointId, task);
    });
    try {
      if (reference !== undefined) settle = await this.ask(chargePointId, task, reference);
    } catch (error) {
      settle = () => Promise.reject(error);
    }
    // After a stop the answer is on record at the edge, for the next process to take up.
    if (settle !== undefined && !this.isStopped) await this.writeDown(chargePointId, settle);
    this.asking.delete(chargePointId);
  }

  /** Does work that touches the store. Where it fails, what has happened is read from there. */
  private async writeDown(chargePointId: string, work: () => Promise<void>): Promise<void> {
    const written = work().catch((error: unknown) => {
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
    if (state === 'pending') this.leaveAlone(chargePointId);
    else if (state === 'asking' || state === 'running') this.followed.add(chargePointId);
  }

  /** Writes down that a charge point is about to be asked; answers under which reference, or undefined where it is not to be asked. */
  private async announce(chargePointId: string, task: CampaignTask): Promise<string | undefined> {
    const { store, clock } = this.options;
    const before = store.campaigns.item(this.id, chargePointId);
    if (before?.state !== 'pending') return undefined;
    const attempts = before.attempts + 1;
    const reference = `${this.id}.${attempts}`;
    const asked = { state: 'asking', reason: null, reference, attempts, askedAt: clock() } as const;
    await store.campaigns.changeItem(this.id, chargePointId, asked);
    const state = this.isStopped ? 'stopped' : store.campaigns.get(this.id)?.state;
    if (state === 'running') return reference;
    await this.settle(chargePointId, task, reference, { notSent: state ?? 'removed' });
    return undefined;
  }

  /** Asks a charge point; answers how to write down what came of it. */
  private async ask(
    chargePointId: string,
    task: CampaignTask,
    reference: string,
  ): Promise<() => Promise<void>> {
    const { store, calls, localLists } = this.options;
    if ('localList' in task) {
      const report = await localLists.sync(chargePointId, task.localList);
      return () => this.settleSync(chargePointId, report);
    }
    const { action, payload, force = false } = task;
    const reply = await calls.call({ chargePointId, action, payload, reference, force });
    const { outcome } = reply;
    if (isSecurityBar(outcome))
      return () => this.note(chargePointId, { state: 'failed', reason: outcome }, null);
    return () => {
      store.refresh();
      const call = store.referencedCalls.get(chargePointId, reference);
      return this.settle(chargePointId, task, reference, outcomeOf(reply, call));
    };
  }

  private async settle(
    chargePointId: string,
    task: CampaignTask,
    reference: string,
    outcome: Outcome,
  ): Promise<void> {
    if ('notSent' in outcome) {
      await this.write(chargePointId, { state: 'pending', reason: outcome.notSent, askedAt: null });
      this.leaveAlone(chargePointId);
      return;
    }
    const { answer } = outcome;
    const kind = answer.kind === 'error' ? undefined : jobKindOf(task);
    const verdict =
      kind === undefined
        ? judgeAnswer(answer, task)
        : judgeJob(this.options.store.jobs.get(chargePointId, kind, reference));
    await this.note(chargePointId, verdict, answer);
  }

  private async settleSync(
    chargePointId: string,
    report: Awaited<ReturnType<LocalLists['sync']>>,
  ): Promise<void> {
    const outcome = typeof report === 'string' ? report : report.outcome;
    // Nothing is lost or done twice by another sync: it begins with what the charge point holds.
    if (outcome === 'already_running' || outcome === 'not_sent' || outcome === 'interrupted') {
      await this.write(chargePointId, { state: 'pending', reason: outcome, askedAt: null });
      this.leaveAlone(chargePointId);
      return;
    }
    const state = isSuccess(outcome) ? 'succeeded' : outcome === 'unknown' ? 'unknown' : 'failed';
    await this.note(chargePointId, { state, reason: outcome }, null);
  }

  /** Looks what has become of a charge point that was asked. */
  private async follow(chargePointId: string): Promise<void> {
    const { store } = this.options;
    const item = store.campaigns.item(this.id, chargePointId);
    const task = store.campaigns.get(this.id)?.task;
    if (item?.state === 'asking' && task) await this.recover(item, task);
    else if (item?.state === 'running' && task) await this.followJob(item, task);
    else this.followed.delete(chargePointId);
  }

  /** The CALL was handed over by a process that has ended, or that could not write down what came of it. */
  private async recover(item: CampaignItem, task: CampaignTask): Promise<void> {
    const { store, clock, callTimeout } = this.options;
    const { chargePointId, reference, askedAt } = item;
    const { action } = 'action' in task ? task : { action: undefined };
    const call = reference === null ? undefined : store.referencedCalls.get(chargePointId, reference);
    const waitedFor = clock() - (call?.sentAt ?? askedAt ?? 0);
    const mayStillCome = waitedFor <= callTimeout + MARGIN_MS;
    if (action !== undefined && call?.answer == null && mayStillCome) return;
    this.followed.delete(chargePointId);
    const outcome: Outcome =
      call === undefined
        ? { notSent: 'never_left' }
        : { answer: call.answer ?? { kind: 'none', reason: 'farad_restarted' } };
    await this.settle(chargePointId, task, reference ?? '', outcome);
  }

  private async followJob(item: CampaignItem, task: CampaignTask): Promise<void> {
    const { store, clock } = this.options;
    const { chargePointId, reference, askedAt, answer } = item;
    const kind = jobKindOf(task);
    const job = kind && store.jobs.get(chargePointId, kind, reference ?? '');
    let verdict =
      kind === undefined ? judgeRenewal(store.signings.of(chargePointId), askedAt ?? 0) : judgeJob(job);
    const { itemTimeout = 0 } = store.campaigns.get(this.id) ?? {};
    const began = Math.max(askedAt ?? 0, job?.startsAt ?? 0);
    if (verdict.state === 'running' && clock() - began > itemTimeout) {
      verdict = { state: 'unknown', reason: verdict.reason ?? 'no_report' };
    }
    if (verdict.state !== 'running' || verdict.reason !== item.reason) {
      await this.note(chargePointId, verdict, answer);
    }
  }

  private async note(chargePointId: string, verdict: Verdict, answer: KeptAnswer | null): Promise<void> {
    const isOpen = verdict.state === 'running';
    await this.write(chargePointId, {
      ...verdict,
      answer,
      endedAt: isOpen ? null : this.options.clock(),
    });
    if (isOpen) {
      this.followed.add(chargePointId);
      return;
    }
    this.followed.delete(chargePointId);
    results.with({ state: verdict.state }).inc();
  }

  private async write(chargePointId: string, change: CampaignItemChange): Promise<void> {
    await this.options.store.campaigns.changeItem(this.id, chargePointId, change);
  }

  /** It is asked again, behind all others and not at once. */
  private leaveAlone(chargePointId: string): void {
    this.pending.add(chargePointId);
    this.notBefore.set(chargePointId, this.options.clock() + TRY_AGAIN_MS);
  }
}
