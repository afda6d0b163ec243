import type { Table } from '../journal/environment.ts';
import type { AlarmDelivery, AlarmEvent, AlarmEventName, AlarmNotice } from './alarm-record.ts';
import type { AlarmChannel } from './alarm-rule-record.ts';
import type { DirectoryPath } from './directory-path.ts';
import { allOf, keyOf } from './keys.ts';

/** Events of a rule that wait on a channel at most; the newest beyond them are counted as lost. */
export const MOST_WAITING = 5_000;

const REMOVED_PER_TRANSACTION = 500;

/** What is to be told, by rule and channel, each in the order in which it happened. In `directory`. */
export interface AlarmQueue {
  /** How far each rule has come on each of its channels. */
  deliveries(): AlarmDelivery[];
  delivery(ruleId: string, channel: AlarmChannel): AlarmDelivery | undefined;
  /** The notice under way; undefined where there is none. */
  notice(ruleId: string, channel: AlarmChannel): AlarmNotice | undefined;
  /**
   * Returns the notice under way, or makes one out of up to `most` events, of which `listed` are told one by
   * one; undefined where nothing waits.
   */
  next(
    ruleId: string,
    channel: AlarmChannel,
    limits: { readonly at: number; readonly most: number; readonly listed: number },
  ): Promise<AlarmNotice | undefined>;
  /**
   * The notice under way has arrived and is forgotten; `problem` says who does not get it, else it is empty.
   * One that is not under way any more changes nothing.
   */
  arrived(notice: AlarmNotice, at: number, problem: string): Promise<void>;
  /** As `arrived`, but it has not; with `giveUp` its events are lost. */
  failed(notice: AlarmNotice, at: number, problem: string, giveUp: boolean): Promise<void>;
  /** Forgets all that waits there. */
  drop(ruleId: string, channel: AlarmChannel): Promise<void>;
}

type QueuedEvent = Omit<AlarmEvent, 'id'>;

interface Entry extends QueuedEvent {
  readonly number: number;
}

const NONE: Readonly<Record<AlarmEventName, number>> = { raised: 0, reminder: 0, over: 0 };

export class AlarmQueueTable implements AlarmQueue {
  private readonly path: DirectoryPath;
  private readonly entries: Table<Entry>;
  private readonly notices: Table<AlarmNotice>;
  private readonly states: Table<AlarmDelivery>;

  constructor(path: DirectoryPath) {
    this.path = path;
    this.entries = path.records('alarm-queue');
    this.notices = path.records('alarm-notices');
    this.states = path.records('alarm-deliveries');
  }

  deliveries(): AlarmDelivery[] {
    return Array.from(this.states.getRange({}), ({ value }) => value);
  }

  delivery(ruleId: string, channel: AlarmChannel): AlarmDelivery | undefined {
    return this.states.get(keyOf(ruleId, channel));
  }

  notice(ruleId: string, channel: AlarmChannel): AlarmNotice | undefined {
    return this.notices.get(keyOf(ruleId, channel));
  }

  /**
   * Adds to the end of a queue, within a write transaction; returns the number of the entry, undefined where
   * the queue is full.
   */
  add(ruleId: string, channel: AlarmChannel, event: QueuedEvent): number | undefined {
    const state = this.stateOf(ruleId, channel);
    if (state.waiting >= MOST_WAITING) {
      this.write({ ...state, lost: state.lost + 1 });
      return undefined;
    }
    const number = this.path.nextVersion();
    this.entries.put(keyOf(ruleId, channel, number), { ...event, number });
    this.write({ ...state, waiting: state.waiting + 1 });
    return number;
  }

  /** Takes an entry back, within a write transaction; false where it is on its way or gone. */
  withdraw(ruleId: string, channel: AlarmChannel, number: number): boolean {
    const key = keyOf(ruleId, channel, number);
    if (!this.entries.get(key)) return false;
    this.entries.remove(key);
    const state = this.stateOf(ruleId, channel);
    this.write({ ...state, waiting: state.waiting - 1 });
    return true;
  }

  async next(
    ruleId: string,
    channel: AlarmChannel,
    limits: { readonly at: number; readonly most: number; readonly listed: number },
  ): Promise<AlarmNotice | undefined> {
    const underWay = () => this.notice(ruleId, channel);
    return underWay() ?? this.path.transact(() => underWay() ?? this.form(ruleId, channel, limits));
  }

  /** Within a write transaction. */
  private form(
    ruleId: string,
    channel: AlarmChannel,
    { at, most, listed }: { readonly at: number; readonly most: number; readonly listed: number },
  ): AlarmNotice | undefined {
    const found = Array.from(this.entries.getRange({ ...allOf(ruleId, channel), limit: most }));
    const [first] = found;
    if (!first) return undefined;
    const others = { ...NONE };
    for (const { value } of found.slice(listed)) others[value.event]++;
    const state = this.stateOf(ruleId, channel);
    const notice: AlarmNotice = {
      id: `${first.value.alarm.id}.${first.value.number}.${channel}`,
      ruleId,
      channel,
      formedAt: at,
      events: found.slice(0, listed).map(({ value: { number, ...event } }) => ({
        id: `${event.alarm.id}.${number}`,
        ...event,
      })),
      others,
      lost: state.lost,
    };
    for (const { key } of found) this.entries.remove(key);
    this.notices.put(keyOf(ruleId, channel), notice);
    this.write({ ...state, waiting: state.waiting - found.length, lost: 0 });
    return notice;
  }

  arrived(notice: AlarmNotice, at: number, problem: string): Promise<void> {
    return this.settle(notice, true, (state) => ({
      ...state,
      arrivedAt: at,
      triedAt: at,
      failingSince: null,
      problem: problem || null,
    }));
  }

  failed(notice: AlarmNotice, at: number, problem: string, giveUp: boolean): Promise<void> {
    const { events, others, lost } = notice;
    const its = events.length + others.raised + others.reminder + others.over + lost;
    return this.settle(notice, giveUp, (state) => ({
      ...state,
      triedAt: at,
      failingSince: state.failingSince ?? at,
      problem,
      lost: state.lost + (giveUp ? its : 0),
    }));
  }

  /** What became of a notice: nothing changes where it is not the one under way any more. */
  private settle(
    { id, ruleId, channel }: AlarmNotice,
    isOver: boolean,
    change: (state: AlarmDelivery) => AlarmDelivery,
  ): Promise<void> {
    return this.path.transact(() => {
      if (this.notice(ruleId, channel)?.id !== id) return;
      if (isOver) this.notices.remove(keyOf(ruleId, channel));
      this.write(change(this.stateOf(ruleId, channel)));
    });
  }

  async drop(ruleId: string, channel: AlarmChannel): Promise<void> {
    const range = { ...allOf(ruleId, channel), limit: REMOVED_PER_TRANSACTION };
    const dropSome = (): number => {
      const keys = Array.from(this.entries.getKeys(range));
      for (const key of keys) this.entries.remove(key);
      if (keys.length < REMOVED_PER_TRANSACTION) {
        this.notices.remove(keyOf(ruleId, channel));
        this.states.remove(keyOf(ruleId, channel));
      } else {
        const state = this.stateOf(ruleId, channel);
        this.write({ ...state, waiting: state.waiting - keys.length });
      }
      return keys.length;
    };
    while ((await this.path.transact(dropSome)) === REMOVED_PER_TRANSACTION);
  }

  private stateOf(ruleId: string, channel: AlarmChannel): AlarmDelivery {
    const state = this.delivery(ruleId, channel);
    if (state) return state;
    return {
      ruleId,
      channel,
      waiting: 0,
      lost: 0,
      arrivedAt: null,
      triedAt: null,
      failingSince: null,
      problem: null,
    };
  }

  private write(state: AlarmDelivery): void {
    this.states.put(keyOf(state.ruleId, state.channel), state);
  }
}
