import { onTestFinished } from 'vitest';
import { loadConfig } from '../../../src/config/load-config.ts';
import { Alarms } from '../../../src/operations/alarms/alarms.ts';
import type { AlarmSources } from '../../../src/operations/alarms/farad-findings.ts';
import type { SeenChargePoint } from '../../../src/operations/alarms/fleet-findings.ts';
import { ALONE, type Lead } from '../../../src/operations/leadership.ts';
import type { AlarmRecord } from '../../../src/store/alarm-record.ts';
import type { AlarmRuleInput } from '../../../src/store/alarm-rule-record.ts';
import type { Store } from '../../../src/store/store.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../support/webhook-receiver.ts';
import { scratchStore } from '../store/scratch.ts';

export const MINUTE = 60_000;
export const NEVER = Number.MAX_SAFE_INTEGER;

/** A fleet that a test paints, rules over it, and a receiver that hears of it. Time passes by `pass`. */
export interface AlarmStand {
  readonly store: Store;
  readonly receiver: WebhookReceiver;
  now: number;
  /** Whether the clock is doubted. */
  isDoubted: boolean;
  /** The fleet as it is. */
  fleet: SeenChargePoint[];
  sources: AlarmSources;
  alarms: Alarms;
  rule(more: Partial<AlarmRuleInput> & Pick<AlarmRuleInput, 'condition'>): Promise<void>;
  /** Looks at the fleet and at everything else, `ms` later. */
  pass(ms: number): Promise<void>;
  /** Subjects of what stands. */
  standing(): string[];
  all(): readonly AlarmRecord[];
  /** The process dies in whatever it does, and the next one begins. */
  restart(): Promise<void>;
}

/** Noon of a Monday in Berlin. */
export const NOON = Date.parse('2026-03-02T11:00:00Z');

export const quietSources: AlarmSources = {
  sinkBehind: async () => 0,
  ownCertificates: async () => [],
  degraded: async () => [],
  refusals: async () => [],
};

export async function alarmStand(
  flags: Record<string, string> = {},
  lead: Lead = ALONE,
): Promise<AlarmStand> {
  const store = scratchStore();
  const receiver = await startWebhookReceiver();
  onTestFinished(() => receiver.close());
  const config = loadConfig({
    flags: { 'alarms-webhook-networks': '127.0.0.0/8', 'fleet-timezone': 'Europe/Berlin', ...flags },
  });
  const start = (): Alarms => {
    const alarms = new Alarms({
      store,
      config,
      sources: {
        sinkBehind: () => self.sources.sinkBehind(),
        ownCertificates: () => self.sources.ownCertificates(),
        degraded: () => self.sources.degraded(),
        refusals: (within) => self.sources.refusals(within),
      },
      log: { warn: () => undefined, error: () => undefined },
      clock: () => self.now,
      trustedNow: () => (self.isDoubted ? undefined : self.now),
      beganAt: self.now,
      lead,
      lookEveryMs: 3_600_000,
      sendEveryMs: 20,
    });
    alarms.start();
    onTestFinished(() => alarms.stop());
    return alarms;
  };
  const self: AlarmStand = {
    store,
    receiver,
    now: NOON,
    isDoubted: false,
    fleet: [],
    sources: quietSources,
    alarms: undefined as unknown as Alarms,
    async rule(more) {
      await store.alarmRules.put(
        {
          id: 'rule',
          isEnabled: true,
          isUrgent: false,
          tellsOver: true,
          recipients: [],
          webhook: { url: receiver.url },
          writtenBy: 'test',
          writtenAt: self.now,
          ...more,
        },
        100,
      );
      self.alarms.ruleChanged(more.id ?? 'rule');
    },
    async pass(ms) {
      self.now += ms;
      await self.alarms.fleetSeen({ at: self.now, chargePoints: self.fleet });
      await self.alarms.look();
    },
    standing: () => Array.from(store.alarms.standing(), ({ subject }) => subject),
    all: () => store.alarms.list({ limit: 1000 }).items,
    async restart() {
      await self.alarms.stop();
      self.alarms = start();
    },
  };
  self.alarms = start();
  return self;
}

/** A charge point that is connected and well. */
export function chargePoint(id: string, more: Partial<SeenChargePoint> = {}): SeenChargePoint {
  return { id, connected: true, lastSeenAt: NOON, faults: [], certificateExpiresAt: NEVER, ...more };
}

/** A connector that has been Faulted since then. */
export function fault(connectorId: number, receivedAt: number, since = receivedAt) {
  return { connectorId, since, receivedAt, errorCode: 'GroundFailure', info: '' };
}
