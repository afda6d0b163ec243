import type {
  CampaignItem,
  CampaignItemChange,
  CampaignRecord,
  CampaignStep,
  CampaignTask,
  SecurityTask,
  TemplateTask,
} from '../../store/campaign-record.ts';
import type { KeptAnswer } from '../../store/referenced-calls.ts';
import type { Store } from '../../store/store.ts';
import { metrics } from '../../telemetry/metrics.ts';
import type { ChargePointCalls } from '../charge-point-calls.ts';
import { isSuccess, type LocalLists } from '../local-lists/local-lists.ts';
import type { Outcome } from '../referenced-outcome.ts';
import type { CampaignPlaces } from './campaign-places.ts';
import { answeredStep, callOf, withStep } from './campaign-steps.ts';
import { type Judgement, jobKindOf, judgeAnswer, judgeJob, judgeRenewal } from './campaign-task.ts';
import {
  isSecurityTask,
  type NextStep,
  nextStep,
  overdue,
  type StepCall,
  type StepStore,
} from './security-steps.ts';
import { isTemplateTask, nextTemplateStep, type TemplateStore } from './template-steps.ts';

export interface CampaignItemsOptions {
  readonly store: Pick<Store, 'campaigns' | 'jobs' | 'refresh'> & StepStore & TemplateStore;
  readonly calls: ChargePointCalls;
  /** Epoch ms. */
  readonly clock: () => number;
  /** ms that a charge point may take to answer, and that a CALL may wait to be sent (`ocpp.callTimeout`). */
  readonly callTimeout: number;
  /** Certificates of other authorities than Farad's own are trusted (`ocpp.tls.clientCas`). */
  readonly trustsOthers: boolean;
}

const results = metrics.counter(
  'farad_campaign_results_total',
  'Charge points of campaigns by what became of them.',
  ['state'],
);

/** Beyond the times that the edge keeps, ms: its writes and the way to them. */
const MARGIN_MS = 5_000;

/** What is about to leave; undefined `call`: a sync of the local list. */
export interface Announced {
  readonly reference: string;
  readonly call: Pick<StepCall, 'action' | 'payload'> | undefined;
}

/** Until when a campaign is at work in this process. */
export interface RunEnd {
  /** Nobody more is to be asked. */
  readonly isStopped: () => boolean;
  /** False: another process may be at work on it, and what this one would write down is not written. */
  readonly mayWrite: () => boolean;
}

/**
 * What is on the disk about the charge points of a campaign: each is written down before it is asked, and
 * after it has answered.
 */
export class CampaignItems {
  private readonly id: string;
  private readonly options: CampaignItemsOptions;
  private readonly places: CampaignPlaces;
  private readonly until: RunEnd;

  constructor(options: CampaignItemsOptions, id: string, places: CampaignPlaces, until: RunEnd) {
    this.options = options;
    this.id = id;
    this.places = places;
    this.until = until;
  }

  /**
   * Writes down that a charge point is about to be asked; answers what for and under which reference, or
   * undefined where it is not to be asked.
   */
  async announce(chargePointId: string, task: CampaignTask): Promise<Announced | undefined> {
    const { store, clock } = this.options;
    const before = store.campaigns.item(this.id, chargePointId);
    if (before?.state !== 'pending' && !(before?.state === 'running' && isStepped(task))) return undefined;
    const next = isStepped(task) ? this.nextStep(task, before) : undefined;
    if (next && 'judgement' in next) {
      await this.note(chargePointId, next.judgement, before.answer);
      return undefined;
    }
    const attempts = before.attempts + 1;
    const reference = `${this.id}.${attempts}`;
    const now = clock();
    const steps =
      next && withStep(before.steps, { ...nameOf(next.call), reference, askedAt: now, answer: null });
    const asked = { state: 'asking', reason: null, reference, attempts } as const;
    const askedAt = steps && steps.length > 1 ? before.askedAt : now;
    await this.write(chargePointId, { ...asked, askedAt, ...(steps && { steps }) });
    const state = this.until.isStopped() ? 'stopped' : store.campaigns.get(this.id)?.state;
    if (state === 'running') return { reference, call: next?.call ?? callOf(task) };
    await this.settle(chargePointId, task, reference, { notSent: state ?? 'removed' });
    return undefined;
  }

  private nextStep(task: SteppedTask, item: CampaignItem): NextStep {
    const { store, trustsOthers, clock } = this.options;
    if (isTemplateTask(task)) return nextTemplateStep(store, task, item);
    return nextStep({ store, trustsOthers, now: clock() }, task, item);
  }

  /** Writes down what came of a CALL. */
  async settle(
    chargePointId: string,
    task: CampaignTask,
    reference: string,
    outcome: Outcome,
  ): Promise<void> {
    const item = this.options.store.campaigns.item(this.id, chargePointId);
    if ('notSent' in outcome) {
      await this.takeBack(chargePointId, outcome.notSent, item?.steps);
      return;
    }
    const { answer } = outcome;
    if (isStepped(task)) {
      if (item) await this.settleStep(task, item, answer);
      return;
    }
    const kind = answer.kind === 'error' ? undefined : jobKindOf(task);
    const judgement =
      kind === undefined
        ? judgeAnswer(answer, task)
        : judgeJob(this.options.store.jobs.get(chargePointId, kind, reference));
    await this.note(chargePointId, judgement, answer);
  }

  /** The CALL certainly never left: the charge point is where it was before. */
  private async takeBack(id: string, reason: string, steps: readonly CampaignStep[] = []): Promise<void> {
    const isFirst = steps.length <= 1;
    const rest = steps.length > 0 && { steps: steps.slice(0, -1) };
    const before = isFirst ? ({ state: 'pending', askedAt: null } as const) : ({ state: 'running' } as const);
    await this.write(id, { ...before, reason, ...rest });
    if (isFirst) this.places.leaveAlone(id);
    else this.places.followLater(id);
  }

  /** One CALL of several was answered. */
  private async settleStep(task: SteppedTask, item: CampaignItem, answer: KeptAnswer): Promise<void> {
    const steps = answeredStep(item.steps, answer);
    await this.write(item.chargePointId, { steps });
    const next = this.nextStep(task, { ...item, steps });
    const isMore = 'call' in next;
    await this.note(
      item.chargePointId,
      isMore ? { state: 'running', reason: next.call.name } : next.judgement,
      answer,
    );
  }

  /**
   * Goes on with a charge point that has not come to the end of its steps; returns whether its next one is to
   * be taken.
   */
  private async followSteps(
    task: SteppedTask,
    item: CampaignItem,
    { state, endAt, itemTimeout }: CampaignRecord,
  ): Promise<boolean> {
    const { calls, clock } = this.options;
    const { chargePointId } = item;
    const next = this.nextStep(task, item);
    const isOver = state === 'aborted' || state === 'finished' || (endAt !== null && endAt <= clock());
    if ('judgement' in next) await this.noteIfNew(item, next.judgement, itemTimeout);
    else if (isOver) {
      await this.note(chargePointId, { state: 'failed', reason: 'campaign_ended' }, item.answer);
    } else if (state === 'running' && this.places.canBeAsked(chargePointId)) return true;
    else {
      const reason = calls.isConnected(chargePointId) ? item.reason : 'not_connected';
      await this.noteIfNew(item, { state: 'running', reason }, itemTimeout);
    }
    return false;
  }

  /** Writes down what came of a sync of the local list. */
  async settleSync(chargePointId: string, report: Awaited<ReturnType<LocalLists['sync']>>): Promise<void> {
    const outcome = typeof report === 'string' ? report : report.outcome;
    // Nothing is lost or done twice by another sync: it begins with what the charge point holds.
    if (outcome === 'already_running' || outcome === 'not_sent' || outcome === 'interrupted') {
      await this.write(chargePointId, { state: 'pending', reason: outcome, askedAt: null });
      this.places.leaveAlone(chargePointId);
      return;
    }
    const state = isSuccess(outcome) ? 'succeeded' : outcome === 'unknown' ? 'unknown' : 'failed';
    await this.note(chargePointId, { state, reason: outcome }, null);
  }

  /**
   * Looks what has become of a charge point that was asked; returns whether it is to be asked once more, now.
   */
  async follow(chargePointId: string): Promise<boolean> {
    const { store } = this.options;
    const item = store.campaigns.item(this.id, chargePointId);
    const campaign = store.campaigns.get(this.id);
    if (item?.state === 'asking' && campaign) await this.recover(item, campaign.task);
    else if (item?.state !== 'running' || !campaign) this.places.followed.delete(chargePointId);
    else if (isStepped(campaign.task)) return this.followSteps(campaign.task, item, campaign);
    else await this.followJob(item, campaign.task);
    return false;
  }

  /** The CALL was handed over by a process that has ended, or that could not write down what came of it. */
  private async recover(item: CampaignItem, task: CampaignTask): Promise<void> {
    const { store, clock, callTimeout } = this.options;
    const { chargePointId, reference, askedAt } = item;
    const isCall = !('localList' in task);
    const call = reference === null ? undefined : store.referencedCalls.get(chargePointId, reference);
    const waitedFor = clock() - (call?.sentAt ?? item.steps?.at(-1)?.askedAt ?? askedAt ?? 0);
    const mayStillCome = waitedFor <= callTimeout + MARGIN_MS;
    if (isCall && call?.answer == null && mayStillCome) return;
    this.places.followed.delete(chargePointId);
    const outcome: Outcome =
      call === undefined
        ? { notSent: 'never_left' }
        : { answer: call.answer ?? { kind: 'none', reason: 'farad_restarted' } };
    await this.settle(chargePointId, task, reference ?? '', outcome);
  }

  private async followJob(item: CampaignItem, task: CampaignTask): Promise<void> {
    const { store } = this.options;
    const { chargePointId, reference, askedAt } = item;
    const kind = jobKindOf(task);
    const job = kind && store.jobs.get(chargePointId, kind, reference ?? '');
    const judgement =
      kind === undefined ? judgeRenewal(store.signings.of(chargePointId), askedAt ?? 0) : judgeJob(job);
    const { itemTimeout = 0 } = store.campaigns.get(this.id) ?? {};
    await this.noteIfNew(item, judgement, itemTimeout, job?.startsAt);
  }

  private async noteIfNew(
    { chargePointId, askedAt, reason, answer }: CampaignItem,
    judgement: Judgement,
    itemTimeout: number,
    startsAt: number | null = 0,
  ): Promise<void> {
    const began = Math.max(askedAt ?? 0, startsAt ?? 0);
    const isOverdue = judgement.state === 'running' && this.options.clock() - began > itemTimeout;
    const come = isOverdue ? overdue(judgement) : judgement;
    if (come.state !== 'running' || come.reason !== reason) await this.note(chargePointId, come, answer);
  }

  async note(chargePointId: string, judgement: Judgement, answer: KeptAnswer | null): Promise<void> {
    const isOpen = judgement.state === 'running';
    await this.write(chargePointId, {
      ...judgement,
      answer,
      endedAt: isOpen ? null : this.options.clock(),
    });
    if (isOpen) {
      this.places.followed.add(chargePointId);
      return;
    }
    this.places.followed.delete(chargePointId);
    results.with({ state: judgement.state }).inc();
  }

  private async write(chargePointId: string, change: CampaignItemChange): Promise<void> {
    await this.options.store.campaigns.changeItem(this.id, chargePointId, change, this.until.mayWrite);
  }
}

/** A task whose charge points are asked more than once. */
type SteppedTask = SecurityTask | TemplateTask;

function isStepped(task: CampaignTask): task is SteppedTask {
  return isSecurityTask(task) || isTemplateTask(task);
}

function nameOf({ name, key }: StepCall): Pick<CampaignStep, 'name' | 'key'> {
  return { name, ...(key !== undefined && { key }) };
}
