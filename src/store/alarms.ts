import { randomBytes } from 'node:crypto';
import { sizeOf, type Table } from '../journal/environment.ts';
import type { AlarmQueueTable } from './alarm-queue.ts';
import type {
  Acknowledgement,
  AlarmEndReason,
  AlarmEventName,
  AlarmRecord,
  NewAlarm,
} from './alarm-record.ts';
import { ALARM_CHANNELS, type AlarmChannel } from './alarm-rule-record.ts';
import type { DirectoryPath } from './directory-path.ts';
import { type ExpectedVersion, requireVersion } from './expected-version.ts';
import { keyOf, textKey } from './keys.ts';
import { MAX_VISITED, type Page } from './listing.ts';

/** What changes among the alarms of a rule, at once. */
export interface AlarmChange {
  readonly at: number;
  /** On which its events are told. */
  readonly channels: readonly AlarmChannel[];
  /** What is raised now is told later, if it still stands then. */
  readonly isQuiet: boolean;
  readonly raise: readonly NewAlarm[];
  /** By id. */
  readonly end: readonly { readonly id: string; readonly reason: AlarmEndReason }[];
  /** Whether those who were told of an alarm are told of its end. */
  readonly tellsOver: boolean;
  /** Ids of those that are told of once more. */
  readonly remind: readonly string[];
}

export interface AlarmListOptions {
  readonly after?: string;
  readonly limit: number;
  readonly standing?: boolean;
  readonly ruleId?: string;
  readonly chargePointId?: string;
}

/** What rules have found, with its history. In `directory`. */
export interface Alarms {
  get(id: string): AlarmRecord | undefined;
  /** Newest first. */
  list(options: AlarmListOptions): Page<AlarmRecord>;
  /** All that stand. */
  standing(): Iterable<AlarmRecord>;
  /**
   * Changes alarms together with the queues of what is to be told, in one transaction: give some hundred at
   * most. Returns what was changed: nothing where `isWanted` says false, which is asked when it is decided.
   */
  change(change: AlarmChange, isWanted?: () => boolean): Promise<AlarmRecord[]>;
  /**
   * `ended`: it stands no more. Undefined where there is none. Rejects with VersionConflict where what is
   * stored is not what was expected.
   */
  acknowledge(
    id: string,
    acknowledgement: Acknowledgement,
    expected?: ExpectedVersion,
  ): Promise<AlarmRecord | 'ended' | undefined>;
  /** Forgets the oldest of those that have ended where there are more than `kept`; returns how many. */
  prune(kept: number): Promise<number>;
}

const PRUNED_PER_TRANSACTION = 500;

export class AlarmTable implements Alarms {
  private readonly path: DirectoryPath;
  private readonly queue: AlarmQueueTable;
  private readonly table: Table<AlarmRecord>;
  private readonly ended: Table<AlarmRecord>;
  /** Ids of those that have ended, in the order of their ends. */
  private readonly ends: Table<string>;

  constructor(path: DirectoryPath, queue: AlarmQueueTable) {
    this.path = path;
    this.queue = queue;
    this.table = path.records('alarms');
    this.ended = path.records('alarms-ended');
    this.ends = path.records('alarms-by-end');
  }

  get(id: string): AlarmRecord | undefined {
    return this.table.get(textKey(id)) ?? this.ended.get(textKey(id));
  }

  list({ after, limit, standing, ruleId, chargePointId }: AlarmListOptions): Page<AlarmRecord> {
    const items: AlarmRecord[] = [];
    let visited = 0;
    let seen: string | undefined;
    for (const alarm of this.newestFirst(standing, after)) {
      if (items.length === limit || visited === MAX_VISITED) return { items, ...(seen && { next: seen }) };
      visited++;
      seen = alarm.id;
      const fits =
        (ruleId === undefined || alarm.ruleId === ruleId) &&
        (chargePointId === undefined || alarm.chargePointId === chargePointId);
      if (fits) items.push(alarm);
    }
    return { items };
  }

  *standing(): Iterable<AlarmRecord> {
    for (const { value } of this.table.getRange({})) yield value;
  }

  change(
    { at, channels, isQuiet, raise, end, tellsOver, remind }: AlarmChange,
    isWanted = () => true,
  ): Promise<AlarmRecord[]> {
    return this.path.transact(() =>
      isWanted()
        ? [
            ...end.flatMap(({ id, reason }) => this.end(id, reason, at, tellsOver ? channels : [])),
            ...remind.flatMap((id) => this.remind(id, at, channels)),
            ...raise.map((alarm) => this.raise(alarm, at, channels, isQuiet)),
          ]
        : [],
    );
  }

  acknowledge(
    id: string,
    acknowledged: Acknowledgement,
    expected?: ExpectedVersion,
  ): Promise<AlarmRecord | 'ended' | undefined> {
    return this.path.transact(() => {
      const alarm = this.get(id);
      if (!alarm) return undefined;
      requireVersion(alarm, expected);
      return alarm.endedAt === null ? this.write({ ...alarm, acknowledged }) : 'ended';
    });
  }

  async prune(kept: number): Promise<number> {
    const excess = () => Math.max(sizeOf(this.ends).entries - kept, 0);
    if (excess() === 0) return 0;
    return this.path.transact(() => {
      const most = Math.min(excess(), PRUNED_PER_TRANSACTION);
      const oldest = most === 0 ? [] : Array.from(this.ends.getRange({ limit: most }));
      for (const { key, value: id } of oldest) {
        this.ends.remove(key);
        this.ended.remove(textKey(id));
      }
      return oldest.length;
    });
  }

  private raise(
    alarm: NewAlarm,
    at: number,
    channels: readonly AlarmChannel[],
    isQuiet: boolean,
  ): AlarmRecord {
    const raised: AlarmRecord = {
      ...alarm,
      id: newId(at),
      raisedAt: at,
      endedAt: null,
      endReason: null,
      acknowledged: null,
      queuedAt: at,
      version: 0,
    };
    const queued = this.tell(raised, 'raised', at, channels);
    return this.write({ ...raised, ...(isQuiet && { held: queued }) });
  }

  private end(
    id: string,
    endReason: AlarmEndReason,
    at: number,
    channels: readonly AlarmChannel[],
  ): AlarmRecord[] {
    const alarm = this.table.get(textKey(id));
    if (!alarm) return [];
    const { held = {}, ...rest } = alarm;
    const ended: AlarmRecord = { ...rest, endedAt: at, endReason, version: this.path.nextVersion() };
    // Who was not told that it began is not told that it is over.
    const unheard = ALARM_CHANNELS.filter((channel) => {
      const number = held[channel];
      return number !== undefined && this.queue.withdraw(alarm.ruleId, channel, number);
    });
    this.tell(
      ended,
      'over',
      at,
      channels.filter((channel) => !unheard.includes(channel)),
    );
    this.table.remove(textKey(id));
    this.ended.put(textKey(id), ended);
    this.ends.put(keyOf(at, id), id);
    return [ended];
  }

  private remind(id: string, at: number, channels: readonly AlarmChannel[]): AlarmRecord[] {
    const alarm = this.table.get(textKey(id));
    if (!alarm) return [];
    this.tell(alarm, 'reminder', at, channels);
    return [this.write({ ...alarm, queuedAt: at })];
  }

  /** Returns the numbers that its entries have in their queues. */
  private tell(
    alarm: AlarmRecord,
    event: AlarmEventName,
    at: number,
    channels: readonly AlarmChannel[],
  ): Partial<Record<AlarmChannel, number>> {
    const { held: _, queuedAt: __, version: ___, ...shown } = alarm;
    return Object.fromEntries(
      channels.flatMap((channel) => {
        const number = this.queue.add(alarm.ruleId, channel, { event, at, alarm: shown });
        return number === undefined ? [] : [[channel, number]];
      }),
    );
  }

  private write(alarm: AlarmRecord): AlarmRecord {
    const record = { ...alarm, version: this.path.nextVersion() };
    this.table.put(textKey(alarm.id), record);
    return record;
  }

  private *newestFirst(standing: boolean | undefined, after: string | undefined): Iterable<AlarmRecord> {
    const tables = standing === undefined ? [this.table, this.ended] : [standing ? this.table : this.ended];
    const start = after === undefined ? Buffer.of(255, 255) : textKey(after);
    const range = { start, end: Buffer.of(0), reverse: true, exclusiveStart: true };
    const heads = tables.map((table) => table.getRange(range)[Symbol.iterator]());
    const next = heads.map((head) => head.next());
    for (;;) {
      let newest = -1;
      next.forEach((item, index) => {
        if (item.done) return;
        const best = newest === -1 ? undefined : next[newest]?.value?.value;
        if (best === undefined || item.value.value.id > best.id) newest = index;
      });
      const found = next[newest];
      if (found === undefined || found.done) return;
      yield found.value.value;
      next[newest] = (heads[newest] as (typeof heads)[number]).next();
    }
  }
}

/** Ids in the order of their making. */
function newId(now: number): string {
  return `${now.toString(36).padStart(9, '0')}-${randomBytes(6).toString('hex')}`;
}
