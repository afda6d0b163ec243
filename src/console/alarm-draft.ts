import type { AlarmRule } from './model.ts';
import type { Plain } from './words/words.ts';

type Condition = AlarmRule['condition'];
export type AlarmKind = Condition['kind'];

/** A rule of alarms as its form holds it: what people type stays text. */
export interface AlarmDraft {
  readonly name: string;
  readonly kind: AlarmKind;
  /** By the name of the member: minutes, seconds, days, times. */
  readonly limits: Readonly<Record<string, string>>;
  readonly filter: Readonly<Record<string, string>>;
  readonly enabled: boolean;
  readonly urgent: boolean;
  readonly isQuiet: boolean;
  readonly quietFrom: string;
  readonly quietTo: string;
  /** Hours; empty: once. */
  readonly repeatHours: string;
  readonly tellOver: boolean;
  /** One address a line. */
  readonly emails: string;
  readonly url: string;
  /** Empty: as it is. */
  readonly secret: string;
  readonly note: string;
}

/** What a condition may be limited by. */
export type LimitName = 'minutes' | 'seconds' | 'days' | 'times';

/** The limits of each kind, with what does for most. */
export const LIMITS: Readonly<Record<AlarmKind, readonly (readonly [name: LimitName, usual: string])[]>> = {
  faulted: [['minutes', '10']],
  offline: [['minutes', '15']],
  'certificate-expires': [['days', '30']],
  'refused-tag': [
    ['times', '10'],
    ['minutes', '60'],
  ],
  'sink-behind': [['seconds', '300']],
  degraded: [['minutes', '5']],
};

/** Members of a filter, and what they are called. */
export const FILTERS = [
  ['group', 'Group'],
  ['site', 'Site'],
  ['tag', 'Tag'],
  ['vendor', 'Vendor'],
  ['model', 'Model'],
  ['firmwareVersion', 'Firmware'],
  ['idPrefix', 'Id begins with'],
] as const satisfies readonly (readonly [name: string, word: Plain])[];

const MINUTES_PER_HOUR = 60;

/** Whether a rule of this kind is about charge points. */
export function isOfChargePoints(kind: AlarmKind): boolean {
  return kind !== 'sink-behind' && kind !== 'degraded';
}

/** What the form of a new rule begins with. */
export function newDraft(): AlarmDraft {
  return {
    name: '',
    kind: 'faulted',
    limits: usualLimits('faulted'),
    filter: {},
    enabled: true,
    urgent: false,
    isQuiet: false,
    quietFrom: '22:00',
    quietTo: '06:00',
    repeatHours: '',
    tellOver: true,
    emails: '',
    url: '',
    secret: '',
    note: '',
  };
}

/** The limits that a kind begins with. */
export function usualLimits(kind: AlarmKind): Readonly<Record<string, string>> {
  return Object.fromEntries(LIMITS[kind]);
}

/** A rule as the form shows it. */
export function draftOf(rule: AlarmRule): AlarmDraft {
  const { kind, ...limits } = rule.condition;
  return {
    name: rule.id,
    kind,
    limits: Object.fromEntries(Object.entries(limits).map(([name, value]) => [name, String(value)])),
    filter: rule.filter ?? {},
    enabled: rule.enabled,
    urgent: rule.urgent,
    isQuiet: rule.quietHours !== null,
    quietFrom: rule.quietHours?.from ?? '22:00',
    quietTo: rule.quietHours?.to ?? '06:00',
    repeatHours: rule.repeatMinutes === null ? '' : String(rule.repeatMinutes / MINUTES_PER_HOUR),
    tellOver: rule.tellOver,
    emails: rule.emails.join('\n'),
    url: rule.webhook?.url ?? '',
    secret: '',
    note: rule.note ?? '',
  };
}

/** What the API gets. */
export function bodyOf(draft: AlarmDraft) {
  const { kind, limits, filter, url, secret, repeatHours } = draft;
  const wanted = Object.fromEntries(LIMITS[kind].map(([name]) => [name, Number(limits[name])]));
  const narrows = isOfChargePoints(kind) && Object.keys(filter).length > 0;
  return {
    condition: { kind, ...wanted },
    enabled: draft.enabled,
    filter: narrows ? filter : null,
    quietHours: draft.isQuiet ? { from: draft.quietFrom, to: draft.quietTo } : null,
    urgent: draft.urgent,
    repeatMinutes: repeatHours === '' ? null : Math.round(Number(repeatHours) * MINUTES_PER_HOUR),
    tellOver: draft.tellOver,
    emails: draft.emails.split(/[\s,;]+/).filter((address) => address !== ''),
    webhook: url === '' ? null : { url, ...(secret !== '' && { secret }) },
    note: draft.note === '' ? null : draft.note,
  };
}
