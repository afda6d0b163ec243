import { networksOf } from '../../config/networks.ts';
import type { Config } from '../../config/schema.ts';
import { MOST_WAITING } from '../../store/alarm-queue.ts';
import type { Acknowledgement, AlarmRecord } from '../../store/alarm-record.ts';
import { type AlarmChannel, type AlarmRuleRecord, channelsOf } from '../../store/alarm-rule-record.ts';
import type { ExpectedVersion } from '../../store/expected-version.ts';
import type { Store } from '../../store/store.ts';
import type { ThrottledLog } from '../../telemetry/log.ts';
import { metrics } from '../../telemetry/metrics.ts';
import type { Lead } from '../leadership.ts';
import { webhookSender } from '../webhooks/webhook.ts';
import { AlarmLanes, type AlarmSender } from './alarm-lanes.ts';
import { emailText, testNotice, webhookBody } from './alarm-message.ts';
import { AlarmWatch } from './alarm-watch.ts';
import { emailSender } from './email.ts';
import type { AlarmSources } from './farad-findings.ts';
import type { SeenFleet } from './fleet-findings.ts';

export interface AlarmsOptions {
  readonly store: Pick<Store, 'alarms' | 'alarmRules' | 'alarmQueue' | 'settings' | 'chargePoints' | 'sites'>;
  readonly sources: AlarmSources;
  readonly config: Pick<Config, 'alarms' | 'fleet'>;
  readonly log: ThrottledLog;
  /** Default: this process leads always. */
  readonly lead?: Lead;
  /** Epoch ms. */
  readonly clock: () => number;
  /** Epoch ms; undefined while the clock is doubted. */
  readonly trustedNow: () => number | undefined;
  /** Since when Farad can have been told anything, epoch ms. */
  readonly beganAt: number;
  /** How often the clocks of looking and of sending tick, ms. */
  readonly lookEveryMs?: number;
  readonly sendEveryMs?: number;
}

export interface AlarmCounts {
  readonly standing: number;
  readonly unacknowledged: number;
}

/** What came of a test of a channel. */
export interface ChannelTest {
  readonly channel: AlarmChannel;
  readonly arrived: boolean;
  readonly problem: string | null;
}

/** Events that one message tells one by one. */
const LISTED_IN_WEBHOOK = 100;
const LISTED_IN_EMAIL = 50;

const standing = metrics.gauge(
  'farad_alarms',
  'Alarms that stand, by whether anybody has acknowledged them.',
  ['acknowledged'],
);

/** Tells people and programs what is wrong, by the rules that they have given. */
export class Alarms {
  private readonly options: AlarmsOptions;
  private readonly watch: AlarmWatch;
  private readonly lanes: AlarmLanes;
  private readonly senders: Readonly<Record<AlarmChannel, AlarmSender>>;
  private readonly listeners = new Set<(counts: AlarmCounts) => void>();

  constructor(options: AlarmsOptions) {
    this.options = options;
    const { store, config, log, clock, lead } = options;
    const { timezone: timeZone } = config.fleet;
    this.senders = sendersOf(options);
    this.lanes = new AlarmLanes({
      store,
      senders: this.senders,
      timeZone,
      retryFor: config.alarms.retryFor,
      log,
      clock,
      ...(lead && { lead }),
      ...(options.sendEveryMs !== undefined && { stepEveryMs: options.sendEveryMs }),
    });
    this.watch = new AlarmWatch({
      store,
      sources: options.sources,
      timeZone,
      kept: config.alarms.kept,
      log,
      trustedNow: options.trustedNow,
      beganAt: options.beganAt,
      ...(lead && { lead }),
      recounted: () => this.tell(),
      changed: (ruleId) => {
        this.lanes.wake(ruleId, { atOnce: false });
        this.tell();
      },
      ...(options.lookEveryMs !== undefined && { lookEveryMs: options.lookEveryMs }),
    });
  }

  start(): void {
    this.watch.start();
    this.lanes.start();
    this.tell();
  }

  /** Nothing touches the store once this has resolved. */
  async stop(): Promise<void> {
    await this.watch.stop();
    await this.lanes.stop();
  }

  counts(): AlarmCounts {
    return this.watch.counts();
  }

  /** How many alarms of a rule stand. */
  standingOf(ruleId: string): number {
    return this.watch.standingOf(ruleId);
  }

  /** Hears the counts whenever an alarm has changed; until the function that it returns is called. */
  onChange(listener: (counts: AlarmCounts) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** All of the fleet has been looked at. */
  fleetSeen(fleet: SeenFleet): Promise<void> {
    return this.watch.fleetSeen(fleet);
  }

  /** Looks at once at what is not of the fleet. */
  look(): Promise<void> {
    return this.watch.look();
  }

  /** A rule was written or removed: its alarms, and what waits to be told, follow. */
  ruleChanged(ruleId: string): void {
    this.lanes.wake(ruleId, { atOnce: true });
    void this.watch.look();
  }

  /** As `store.alarms.acknowledge`. */
  async acknowledge(
    id: string,
    acknowledgement: Acknowledgement,
    expected?: ExpectedVersion,
  ): Promise<AlarmRecord | 'ended' | undefined> {
    const acknowledged = await this.options.store.alarms.acknowledge(id, acknowledgement, expected);
    if (acknowledged !== undefined && acknowledged !== 'ended') {
      this.watch.note(acknowledged);
      this.tell();
    }
    return acknowledged;
  }

  /** Sends a message that says that it is a test, on every channel of the rule, once. */
  test(rule: AlarmRuleRecord): Promise<ChannelTest[]> {
    const { signal } = new AbortController();
    return Promise.all(
      channelsOf(rule).map(async (channel) => {
        const notice = testNotice(rule, channel, this.options.clock());
        const outcome = await this.senders[channel].send(rule, notice, { isTest: true, signal });
        return { channel, arrived: outcome.arrived, problem: outcome.problem ?? null };
      }),
    );
  }

  private tell(): void {
    const counts = this.counts();
    standing.with({ acknowledged: 'no' }).set(counts.unacknowledged);
    standing.with({ acknowledged: 'yes' }).set(counts.standing - counts.unacknowledged);
    for (const listener of this.listeners) listener(counts);
  }
}

function sendersOf({ store, config, clock }: AlarmsOptions): Readonly<Record<AlarmChannel, AlarmSender>> {
  const { webhookNetworks, webhookTimeout } = config.alarms;
  const post = webhookSender({
    isNamed: networksOf('alarms.webhookNetworks', webhookNetworks),
    timeout: webhookTimeout,
    clock,
  });
  const mail = emailSender(config.alarms.smtp);
  return {
    email: {
      most: MOST_WAITING,
      listed: LISTED_IN_EMAIL,
      send(rule, notice, { isTest }) {
        const { consoleUrl } = config.alarms;
        return mail({
          to: rule.recipients,
          id: notice.id,
          ...emailText(rule, notice, { isTest, consoleUrl, timeZone: config.fleet.timezone }),
        });
      },
    },
    webhook: {
      most: LISTED_IN_WEBHOOK,
      listed: LISTED_IN_WEBHOOK,
      async send(rule, notice, { isTest, signal }) {
        const webhook = store.alarmRules.webhookOf(rule.id);
        if (!webhook) return { arrived: false, problem: 'the rule has no webhook' };
        const { url, secret } = webhook;
        return post({ url, secret, id: notice.id, body: webhookBody(rule, notice, isTest), signal });
      },
    },
  };
}
