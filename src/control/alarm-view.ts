import { writeTimestamp } from '../protocol/timestamp.ts';
import type { AlarmDelivery, AlarmRecord } from '../store/alarm-record.ts';
import type {
  AlarmCondition,
  AlarmFilter,
  AlarmRuleInput,
  AlarmRuleRecord,
  QuietHours,
} from '../store/alarm-rule-record.ts';
import type { WrittenWebhook } from '../store/webhook.ts';
import { unfit } from './unfit.ts';
import { checkWebhookUrl } from './webhook-url.ts';

const MINUTE_MS = 60_000;

/** A rule as clients write it, already checked (`#/components/schemas/AlarmRuleUpdate`). */
export interface AlarmRuleBody {
  readonly condition: AlarmCondition;
  readonly enabled?: boolean;
  readonly filter?: AlarmFilter | null;
  readonly quietHours?: QuietHours | null;
  readonly urgent?: boolean;
  readonly repeatMinutes?: number | null;
  readonly tellOver?: boolean;
  readonly emails?: readonly string[];
  readonly webhook?: WrittenWebhook | null;
  readonly note?: string | null;
}

/** A rule for the store. Throws `invalid_body` where it makes no sense as a whole. */
export function readAlarmRule(
  id: string,
  body: AlarmRuleBody,
  { writtenBy, canMail }: { readonly writtenBy: string; readonly canMail: boolean },
): AlarmRuleInput {
  const { condition, filter, quietHours, repeatMinutes, webhook, note, emails = [] } = body;
  if (filter && (condition.kind === 'sink-behind' || condition.kind === 'degraded')) {
    throw unfit('/filter', `goes with no condition of the kind ${condition.kind}`);
  }
  if (webhook) checkWebhookUrl(webhook.url);
  if (emails.length > 0 && !canMail) throw unfit('/emails', 'need a mail server: set alarms.smtp.host');
  return {
    id,
    condition,
    isEnabled: body.enabled ?? true,
    ...(filter && { filter }),
    ...(quietHours && { quietHours }),
    isUrgent: body.urgent ?? false,
    ...(typeof repeatMinutes === 'number' && { repeatAfter: repeatMinutes * MINUTE_MS }),
    tellsOver: body.tellOver ?? true,
    recipients: emails,
    ...(webhook && { webhook }),
    ...(typeof note === 'string' && { note }),
    writtenBy,
    writtenAt: Date.now(),
  };
}

/** A rule as the API shows it (`#/components/schemas/AlarmRule`). */
export function viewAlarmRule(
  { isEnabled, isUrgent, repeatAfter, tellsOver, recipients, writtenAt, ...rule }: AlarmRuleRecord,
  deliveries: readonly AlarmDelivery[],
  standing: number,
) {
  return {
    ...rule,
    enabled: isEnabled,
    filter: rule.filter ?? null,
    quietHours: rule.quietHours ?? null,
    urgent: isUrgent,
    repeatMinutes: repeatAfter === undefined ? null : repeatAfter / MINUTE_MS,
    tellOver: tellsOver,
    emails: recipients,
    webhook: rule.webhook ?? null,
    note: rule.note ?? null,
    standing,
    deliveries: deliveries.map(viewDelivery),
    writtenAt: writeTimestamp(writtenAt),
  };
}

/** `#/components/schemas/Alarm` */
export function viewAlarm({ ruleId, held: _, queuedAt: __, acknowledged, ...alarm }: AlarmRecord) {
  return {
    ...alarm,
    rule: ruleId,
    since: writeTimestamp(alarm.since),
    raisedAt: writeTimestamp(alarm.raisedAt),
    endedAt: maybeTime(alarm.endedAt),
    acknowledged: acknowledged && { ...acknowledged, at: writeTimestamp(acknowledged.at) },
  };
}

function viewDelivery({ ruleId: _, ...delivery }: AlarmDelivery) {
  return {
    ...delivery,
    arrivedAt: maybeTime(delivery.arrivedAt),
    triedAt: maybeTime(delivery.triedAt),
    failingSince: maybeTime(delivery.failingSince),
  };
}

function maybeTime(at: number | null): string | null {
  return at === null ? null : writeTimestamp(at);
}
