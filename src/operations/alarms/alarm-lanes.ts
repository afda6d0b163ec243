import type { AlarmNotice } from '../../store/alarm-record.ts';
import { type AlarmChannel, type AlarmRuleRecord, channelsOf } from '../../store/alarm-rule-record.ts';
import type { Store } from '../../store/store.ts';
import type { ThrottledLog } from '../../telemetry/log.ts';
import { metrics } from '../../telemetry/metrics.ts';
import { watchman } from '../../telemetry/watchman.ts';
import { ALONE, type Lead } from '../leadership.ts';
import type { Outcome } from '../webhooks/outcome.ts';
import { isQuiet } from './quiet-hours.ts';

/** Sends a notice. */
export type SendNotice = (
  rule: AlarmRuleRecord,
  notice: AlarmNotice,
  how: { readonly isTest: boolean; readonly signal: AbortSignal },
) => Promise<Outcome>;

/** A channel, and what a notice on it may hold. */
export interface AlarmSender {
  readonly send: SendNotice;
  /** Events of one notice at most, and those of them that it tells one by one. */
  readonly most: number;
  readonly listed: number;
}

export interface AlarmLanesOptions {
  readonly store: Pick<Store, 'alarmRules' | 'alarmQueue'>;
  readonly senders: Readonly<Record<AlarmChannel, AlarmSender>>;
  /** IANA; empty for UTC. */
  readonly timeZone: string;
  /** A notice is given up after so long, ms. */
  readonly retryFor: number;
  readonly log: ThrottledLog;
  /** Default: this process leads always. */
  readonly lead?: Lead;
  /** Epoch ms. */
  readonly clock: () => number;
  readonly stepEveryMs?: number;
}

/** What waits for one channel of one rule. */
interface Lane {
  readonly ruleId: string;
  readonly channel: AlarmChannel;
  failures: number;
  /** Epoch ms. */
  notBefore: number;
  isBusy: boolean;
  /** Something may have come since its queue was last looked at. */
  isWoken: boolean;
}

const STEP_EVERY_MS = 1_000;
/** Messages under way at a time. */
const AT_ONCE = 8;
const FIRST_RETRY_MS = 5_000;
const LAST_RETRY_MS = 10 * 60_000;
/** How long a rule rests in quiet hours until the clock is looked at again, ms. */
const QUIET_REST_MS = 5_000;

const notices = metrics.counter('farad_alarm_notices_total', 'Messages about alarms that were tried.', [
  'channel',
  'outcome',
]);

const inHand = watchman.workOf({ name: 'alarm notices', limit: 5 * 60_000 });

/**
 * Tells what waits in the queues: one notice at a time for each channel of each rule, in order, until it has
 * arrived or is too old. A notice that was under way when a process died or ceased to lead is sent again,
 * with the same id.
 */
export class AlarmLanes {
  private readonly options: AlarmLanesOptions;
  private readonly lead: Lead;
  /** Those that were opened in `term`. */
  private readonly lanes = new Map<string, Lane>();
  private term: number | undefined;
  private readonly running = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private readonly stopping = new AbortController();

  constructor(options: AlarmLanesOptions) {
    this.options = options;
    this.lead = options.lead ?? ALONE;
  }

  /** Takes up what an earlier process left, and sends until `stop`. */
  start(): void {
    this.takeUp();
    this.timer = setInterval(() => this.step(), this.options.stepEveryMs ?? STEP_EVERY_MS).unref();
  }

  /**
   * Begins no message and waits for no answer: what is under way is sent again by the next process. Nothing
   * touches the store once this has resolved.
   */
  async stop(): Promise<void> {
    this.stopping.abort();
    clearInterval(this.timer);
    await Promise.all(this.running);
  }

  /** Something may wait for a rule. `atOnce`: the rule was changed, so that what failed is worth a try. */
  wake(ruleId: string, { atOnce }: { readonly atOnce: boolean }): void {
    this.takeUp();
    if (this.term === undefined) return;
    for (const { ruleId: of, channel } of this.options.store.alarmQueue.deliveries()) {
      if (of !== ruleId) continue;
      const lane = this.open(ruleId, channel);
      if (atOnce || lane.failures === 0) lane.notBefore = 0;
      lane.isWoken = true;
    }
    this.step();
  }

  /** What there is, when this process begins to lead; nothing while it does not. */
  private takeUp(): void {
    const term = this.lead.term();
    if (term === this.term) return;
    this.term = term;
    this.lanes.clear();
    if (term === undefined) return;
    for (const { ruleId, channel } of this.options.store.alarmQueue.deliveries()) this.open(ruleId, channel);
  }

  private open(ruleId: string, channel: AlarmChannel): Lane {
    const key = `${channel} ${ruleId}`;
    const fresh = { ruleId, channel, failures: 0, notBefore: 0, isBusy: false, isWoken: true };
    const lane = this.lanes.get(key) ?? fresh;
    this.lanes.set(key, lane);
    return lane;
  }

  private step(): void {
    this.takeUp();
    const now = this.options.clock();
    for (const [key, lane] of this.lanes) {
      if (this.stopping.signal.aborted || this.running.size >= AT_ONCE) return;
      if (lane.isBusy || lane.notBefore > now) continue;
      lane.isBusy = true;
      const running = inHand
        .during(() => this.advance(key, lane))
        .catch((error: unknown) => {
          lane.notBefore = this.options.clock() + FIRST_RETRY_MS;
          this.options.log.warn({ err: error, rule: lane.ruleId }, 'alarms of a rule cannot be told now');
        })
        .finally(() => {
          lane.isBusy = false;
          this.running.delete(running);
        });
      this.running.add(running);
    }
  }

  private async advance(key: string, lane: Lane): Promise<void> {
    const { store, senders, clock, timeZone } = this.options;
    const { ruleId, channel } = lane;
    const { term } = this;
    const rule = store.alarmRules.get(ruleId);
    if (!rule || !channelsOf(rule).includes(channel)) {
      this.lanes.delete(key);
      await store.alarmQueue.drop(ruleId, channel);
      return;
    }
    const now = clock();
    if (rule.quietHours && !rule.isUrgent && isQuiet(rule.quietHours, now, timeZone)) {
      lane.notBefore = now + QUIET_REST_MS;
      return;
    }
    const { send, most, listed } = senders[channel];
    lane.isWoken = false;
    const notice = await store.alarmQueue.next(ruleId, channel, { at: now, most, listed });
    if (!notice) {
      if (!lane.isWoken) this.lanes.delete(key);
      return;
    }
    if (this.lead.term() !== term) return;
    const { signal } = this.stopping;
    const outcome = await send(rule, notice, { isTest: false, signal });
    if (!outcome.arrived && signal.aborted) return;
    await this.settle(lane, notice, outcome);
  }

  private async settle(lane: Lane, notice: AlarmNotice, { arrived, problem = '' }: Outcome): Promise<void> {
    const { store, clock, retryFor, log } = this.options;
    const { ruleId, channel } = lane;
    const now = clock();
    if (arrived) {
      notices.with({ channel, outcome: 'arrived' }).inc();
      lane.failures = 0;
      await store.alarmQueue.arrived(notice, now, problem);
      return;
    }
    const givesUp = now - notice.formedAt >= retryFor;
    notices.with({ channel, outcome: givesUp ? 'given_up' : 'failed' }).inc();
    log.warn({ rule: ruleId, channel, problem, givesUp }, 'a message about alarms has not arrived');
    await store.alarmQueue.failed(notice, now, problem, givesUp);
    lane.notBefore = now + Math.min(FIRST_RETRY_MS * 2 ** lane.failures, LAST_RETRY_MS);
    lane.failures++;
  }
}
