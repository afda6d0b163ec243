import type { ShownWebhook, WrittenWebhook } from './webhook.ts';

/** What a rule looks out for. */
export type AlarmCondition =
  /** A connector has reported the status Faulted for so long. */
  | { readonly kind: 'faulted'; readonly minutes: number }
  /** A charge point has not been connected for so long. */
  | { readonly kind: 'offline'; readonly minutes: number }
  /** The oldest row that ClickHouse has not got is so old. */
  | { readonly kind: 'sink-behind'; readonly seconds: number }
  /** A certificate that Farad or a charge point shows ends within so many days. */
  | { readonly kind: 'certificate-expires'; readonly days: number }
  /** An idTag was refused so often within so long. */
  | { readonly kind: 'refused-tag'; readonly times: number; readonly minutes: number }
  /** A part of Farad has not been able to work for so long, as `GET /readyz` says. */
  | { readonly kind: 'degraded'; readonly minutes: number };

export type AlarmKind = AlarmCondition['kind'];

/** The charge points that a rule is about: all members that are there must match. */
export interface AlarmFilter {
  readonly group?: string;
  readonly tag?: string;
  readonly vendor?: string;
  readonly model?: string;
  readonly firmwareVersion?: string;
  /** Beginning of the identity. */
  readonly idPrefix?: string;
  /** Members of this site. */
  readonly site?: string;
}

export const ALARM_CHANNELS = ['email', 'webhook'] as const;

/** A way on which people and programs are told. */
export type AlarmChannel = (typeof ALARM_CHANNELS)[number];

/** A part of each day in the fleet's time zone, `22:00` to `06:00`; from `from` on and before `to`. */
export interface QuietHours {
  readonly from: string;
  readonly to: string;
}

/** When somebody is to be told, and how. */
export interface AlarmRuleRecord {
  /** Its name. */
  readonly id: string;
  readonly condition: AlarmCondition;
  readonly isEnabled: boolean;
  /** Undefined: every charge point. Of use only where the condition is about charge points. */
  readonly filter?: AlarmFilter;
  readonly quietHours?: QuietHours;
  /** Tells in quiet hours, too. */
  readonly isUrgent: boolean;
  /** Tells again of what stands and nobody has acknowledged, after so long, ms. */
  readonly repeatAfter?: number;
  /** Tells, too, when it is over. */
  readonly tellsOver: boolean;
  /** Addresses of e-mail. */
  readonly recipients: readonly string[];
  readonly webhook?: ShownWebhook;
  readonly note?: string;
  /** Id of the API key that wrote it last. */
  readonly writtenBy: string;
  /** Epoch ms. */
  readonly writtenAt: number;
  /** Rises with each change. */
  readonly version: number;
}

/** A rule as it is written. */
export interface AlarmRuleInput extends Omit<AlarmRuleRecord, 'version' | 'webhook'> {
  readonly webhook?: WrittenWebhook;
}

/** The channels that a rule uses. */
export function channelsOf({ recipients, webhook }: AlarmRuleRecord): AlarmChannel[] {
  return [...(recipients.length > 0 ? ['email' as const] : []), ...(webhook ? ['webhook' as const] : [])];
}
