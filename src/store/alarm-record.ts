import type { AlarmChannel, AlarmKind } from './alarm-rule-record.ts';

/** Something that a rule looks out for, and that is so. Times are epoch ms. */
export interface AlarmRecord {
  /** Rises with the time at which it was raised. */
  readonly id: string;
  readonly ruleId: string;
  readonly kind: AlarmKind;
  /** What it is about, among the alarms of its rule: one of them stands at a time. */
  readonly subject: string;
  /** Null where it is about no charge point. */
  readonly chargePointId: string | null;
  /** Null where it is about no connector. */
  readonly connectorId: number | null;
  /** What was known when it was raised, in words. */
  readonly detail: string;
  /** Since when it has been so. */
  readonly since: number;
  readonly raisedAt: number;
  /** Null while it stands. */
  readonly endedAt: number | null;
  readonly endReason: AlarmEndReason | null;
  readonly acknowledged: Acknowledgement | null;
  /** When it was last put down to be told, by any channel. */
  readonly queuedAt: number;
  /** Numbers of entries of queues that wait for the end of quiet hours. */
  readonly held?: Partial<Readonly<Record<AlarmChannel, number>>>;
  /** Rises with each change. */
  readonly version: number;
}

/** `over`: it is not so any more; else its rule does not look out for it any more. */
export type AlarmEndReason = 'over' | 'rule-changed' | 'rule-disabled' | 'rule-deleted';

export interface Acknowledgement {
  readonly at: number;
  /** Id of an API key. */
  readonly by: string;
  readonly note: string;
}

/** What a new alarm says. */
export type NewAlarm = Pick<
  AlarmRecord,
  'ruleId' | 'kind' | 'subject' | 'chargePointId' | 'connectorId' | 'detail' | 'since'
>;

export type AlarmEventName = 'raised' | 'reminder' | 'over';

/** Something about an alarm that is to be told. */
export interface AlarmEvent {
  /** The same as often as it is told. */
  readonly id: string;
  readonly event: AlarmEventName;
  readonly at: number;
  /** As it was then. */
  readonly alarm: Omit<AlarmRecord, 'held' | 'queuedAt' | 'version'>;
}

/** What is told at once, on one channel. It stays the same until it has arrived or is given up. */
export interface AlarmNotice {
  readonly id: string;
  readonly ruleId: string;
  readonly channel: AlarmChannel;
  readonly formedAt: number;
  readonly events: readonly AlarmEvent[];
  /** Further events that it is about, which are only counted. */
  readonly others: Readonly<Record<AlarmEventName, number>>;
  /** Events before these that are lost: the queue was full, or they were given up. */
  readonly lost: number;
}

/** How far telling has come, by rule and channel. */
export interface AlarmDelivery {
  readonly ruleId: string;
  readonly channel: AlarmChannel;
  /** Events that wait, without those of a notice that is under way. */
  readonly waiting: number;
  /** Events that are lost and of which nobody was told yet. */
  readonly lost: number;
  /** When a notice last arrived, epoch ms. */
  readonly arrivedAt: number | null;
  /** When it was last tried, epoch ms. */
  readonly triedAt: number | null;
  /** Since when nothing arrives, epoch ms; null while all is well. */
  readonly failingSince: number | null;
  /** Why the last try failed; null where it did not. */
  readonly problem: string | null;
}
