import type { Engine } from '../engine.ts';
import { type ConnectorDay, dayOf, keyOfDay } from './connector-day.ts';
import { LeftOver, MOST_OF_ONE, type Note, VISIBLE_WITHIN_MS } from './left-over.ts';
import type { DaySpan } from './work-of-others.ts';

/** An insert is over so long after it began, ms. */
const LONGEST_INSERT_MS = 60_000;

/** Days of one charge point that are taken before it is the turn of the next one. */
const OF_ONE_AT_A_TIME = 32;

/** While so much waits, nothing more is read of what an earlier process has left. */
const MOST_BEFORE_MORE = 200_000;

/** The share of what is taken that days other than the last ones have, however many of those wait. */
const SHARE_OF_OTHERS = 1 / 8;

interface Touched extends DueDay {
  touchedAt: number;
  /** When its inputs were read last; undefined where that was never since it was touched. */
  workedAt: number | undefined;
  /** Known to be due since the start of this process. */
  readonly isLeftOver: boolean;
}

/** A day that has to be worked out. */
export interface DueDay extends ConnectorDay {
  /** Nothing of its own arrived: a day beside it changed. */
  readonly isForAnother: boolean;
}

/** Numbers of days. */
export interface WaitingDays {
  readonly all: number;
  readonly asked: number;
  readonly backlog: number;
  readonly leftOver: number;
}

/** Days that are meant; where a charge point is named, only its own. */
export interface MeantDays {
  readonly chargePointId?: string | undefined;
  /**
   * Whether they wait, or were worked out and are to be once more since rows may have become visible after
   * that; both where it is missing.
   */
  readonly wait?: boolean;
  isMeant(day: ConnectorDay): boolean;
  /**
   * Where what an earlier process has left of these charge points may be unknown: whether a connector's day
   * of this number may be meant.
   */
  isNear?(day: number): boolean;
}

const ALL: MeantDays = { isMeant: () => true, isNear: () => true };

/** Which days of which connectors have to be worked out. All times are those of ClickHouse, epoch ms. */
export class TouchedDays {
  private readonly engine: Engine;
  private readonly mostBeforeMore: number;
  /** By charge point, the one whose turn comes last at the end. */
  private readonly touched = new Map<string, Map<string, Touched>>();
  /** When days were worked out of late, so that a note that is seen again is no new one. */
  private readonly worked = new Map<string, number>();
  /** Charge points of which more waits than is kept in memory. */
  private readonly overflowing = new Set<string>();
  private readonly leftOver: LeftOver;
  private readUntil: number | undefined;

  constructor(engine: Engine, mostBeforeMore = MOST_BEFORE_MORE) {
    this.engine = engine;
    this.mostBeforeMore = mostBeforeMore;
    this.leftOver = new LeftOver(engine);
  }

  /**
   * How many days that are meant wait, how many of them are asked for, and how many wait since the start; of
   * these, and for `backlog`, a charge point counts for `mostOfOne` at most. What an earlier process may have
   * left and is not read yet counts as if all of it waited.
   */
  count(
    meant: MeantDays = ALL,
    mostOfOne = Number.POSITIVE_INFINITY,
    isAsked: (day: number) => boolean = () => true,
  ): WaitingDays {
    let [all, asked, backlog, leftOver] = [0, 0, 0, 0];
    for (const ofOne of this.queues(meant)) {
      let [own, ownLeftOver] = [0, 0];
      for (const touched of ofOne.values()) {
        if (touched.workedAt !== undefined || !meant.isMeant(touched)) continue;
        own++;
        if (isAsked(touched.day)) asked++;
        if (touched.isLeftOver) ownLeftOver++;
      }
      all += own;
      backlog += Math.min(own, mostOfOne);
      leftOver += Math.min(ownLeftOver, mostOfOne);
    }
    if (meant.isNear !== undefined) {
      for (const { day, notes } of this.leftOver.unknown) {
        if (!meant.isNear(day)) continue;
        all += notes;
        backlog += notes;
        leftOver += notes;
        if (isAsked(day)) asked += notes;
      }
    }
    return { all, asked, backlog, leftOver };
  }

  /** Whether nothing waits, not even to be worked out once more, and nothing is left to be read. */
  get isEmpty(): boolean {
    return this.touched.size === 0 && this.leftOver.unknown.length === 0;
  }

  /**
   * Takes note of what has arrived since the last time, and for about `patienceMs` of what an earlier process
   * has left; returns the time of ClickHouse. Throws EngineError.
   */
  async look(patienceMs = Number.POSITIVE_INFINITY): Promise<number> {
    const begunAt = performance.now();
    const now = await this.now();
    const { readUntil } = this;
    const notes = readUntil === undefined ? [] : await this.since(readUntil - LONGEST_INSERT_MS);
    for (const note of notes) this.note(note);
    this.readUntil = now;
    for (const id of this.overflowing) {
      if ((this.touched.get(id)?.size ?? 0) > MOST_OF_ONE / 2) continue;
      this.overflowing.delete(id);
      this.noteLeft(await this.leftOver.ofOne(id));
    }
    while (this.size() < this.mostBeforeMore) {
      const more = await this.leftOver.next();
      if (more === undefined) break;
      this.noteLeft(more);
      if (performance.now() - begunAt > patienceMs) break;
    }
    for (const [key, at] of this.worked) if (at < now - 3 * LONGEST_INSERT_MS) this.worked.delete(key);
    return now;
  }

  /** Takes note of all that waits of some charge points. Throws EngineError. */
  async know(chargePointIds: Iterable<string>): Promise<void> {
    this.noteLeft(await this.leftOver.ofThese(chargePointIds));
  }

  /** Adds a day that has to be worked out for another one's sake. */
  add(day: ConnectorDay, touchedAt: number): void {
    const { chargePointId, connectorId } = day;
    this.note({ chargePointId, connectorId, day: day.day, touchedAt }, { isForAnother: true });
  }

  /**
   * At most `most` days that are meant and can be worked out now, charge point by charge point in turns:
   * however many days of one wait, those of the others go on. The days around today come first, yet never all
   * of the others last.
   */
  due(now: number, most: number, meant: MeantDays = ALL): DueDay[] {
    const today = dayOf(now);
    const last: Touched[][] = [];
    const others: Touched[][] = [];
    for (const ofOne of this.queues(meant)) {
      const [lastOfOne, othersOfOne]: [Touched[], Touched[]] = [[], []];
      for (const touched of ofOne.values()) {
        const { workedAt, day } = touched;
        if (!isDueAt(touched, now)) continue;
        if (meant.wait !== undefined && meant.wait !== (workedAt === undefined)) continue;
        if (!meant.isMeant(touched)) continue;
        (Math.abs(day - today) <= 1 ? lastOfOne : othersOfOne).push(touched);
      }
      if (lastOfOne.length > 0) last.push(lastOfOne);
      if (othersOfOne.length > 0) others.push(othersOfOne.sort((a, b) => b.day - a.day));
    }
    const reserved = Math.min(sumOf(others), Math.ceil(most * SHARE_OF_OTHERS));
    const found = inTurns(last, most - reserved);
    found.push(...inTurns(others, most - found.length));
    for (const { chargePointId } of found) this.takeTurn(chargePointId);
    return found;
  }

  /** From the first to the last of all that waits; undefined where nothing does. */
  get span(): DaySpan | undefined {
    let [firstDay, lastDay] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const ofOne of this.touched.values()) {
      for (const { day } of ofOne.values()) {
        firstDay = Math.min(firstDay, day);
        lastDay = Math.max(lastDay, day);
      }
    }
    return lastDay < firstDay ? undefined : { firstDay, lastDay };
  }

  /** Whether it is to be worked out now. */
  isDue(day: ConnectorDay, now: number): boolean {
    const touched = this.touched.get(day.chargePointId)?.get(keyOfDay(day));
    return touched !== undefined && isDueAt(touched, now);
  }

  /** When a day was worked out last, as far as that is remembered. */
  workedAt(day: ConnectorDay): number | undefined {
    return this.worked.get(keyOfDay(day));
  }

  /** Notes that the inputs of a day were read at `workedAt`. */
  done(day: ConnectorDay, workedAt: number): void {
    const key = keyOfDay(day);
    const ofOne = this.touched.get(day.chargePointId);
    const touched = ofOne?.get(key);
    this.worked.set(key, workedAt);
    if (touched === undefined) return;
    if (workedAt >= touched.touchedAt + VISIBLE_WITHIN_MS) {
      ofOne?.delete(key);
      if (ofOne?.size === 0) this.touched.delete(day.chargePointId);
    } else if (workedAt >= touched.touchedAt) touched.workedAt = workedAt;
  }

  private queues({ chargePointId }: MeantDays): Iterable<ReadonlyMap<string, Touched>> {
    if (chargePointId === undefined) return this.touched.values();
    const own = this.touched.get(chargePointId);
    return own ? [own] : [];
  }

  private takeTurn(chargePointId: string): void {
    const ofOne = this.touched.get(chargePointId);
    if (!ofOne) return;
    this.touched.delete(chargePointId);
    this.touched.set(chargePointId, ofOne);
  }

  private noteLeft(notes: readonly Note[]): void {
    for (const note of notes) this.note(note, { isLeftOver: true });
  }

  private size(): number {
    let size = 0;
    for (const ofOne of this.touched.values()) size += ofOne.size;
    return size;
  }

  private note({ touchedAt, ...day }: Note, { isLeftOver = false, isForAnother = false } = {}): void {
    const key = keyOfDay(day);
    const workedAt = this.worked.get(key);
    if (workedAt !== undefined && workedAt >= touchedAt + VISIBLE_WITHIN_MS) return;
    const ofOne = this.touched.get(day.chargePointId) ?? new Map<string, Touched>();
    const known = ofOne.get(key);
    if (known && known.touchedAt >= touchedAt) return;
    if (!known && ofOne.size >= MOST_OF_ONE) {
      this.overflowing.add(day.chargePointId);
      return;
    }
    const isSeen = workedAt !== undefined && workedAt >= touchedAt;
    this.touched.set(day.chargePointId, ofOne);
    ofOne.set(key, {
      ...day,
      touchedAt,
      workedAt: isSeen ? workedAt : undefined,
      isLeftOver: known?.isLeftOver ?? isLeftOver,
      isForAnother: isForAnother && (known?.isForAnother ?? true),
    });
  }

  private async now(): Promise<number> {
    const [row] = await this.engine.query<{ now: number }>('SELECT toUnixTimestamp64Milli(now64(3)) AS now');
    return row?.now ?? Date.now();
  }

  private since(since: number): Promise<Note[]> {
    return this.engine.query<Note>(
      `
SELECT charge_point_id AS chargePointId, connector_id AS connectorId, day, toUnixTimestamp64Milli(max(touched_at)) AS touchedAt
FROM energy_touched
WHERE touched_at >= fromUnixTimestamp64Milli({since:Int64}, 'UTC')
GROUP BY charge_point_id, connector_id, day`,
      { since },
    );
  }
}

/** It was not worked out since it was touched, or may be once more. */
function isDueAt({ workedAt, touchedAt }: Touched, now: number): boolean {
  return workedAt === undefined || now >= touchedAt + VISIBLE_WITHIN_MS;
}

/**
 * At most `most` of what lies in queues: some of the first, some of the second, and so on, until it is the
 * turn of the first again.
 */
function inTurns<Item>(queues: readonly (readonly Item[])[], most: number): Item[] {
  const taken: Item[] = [];
  let waiting = queues;
  for (let from = 0; waiting.length > 0 && taken.length < most; from += OF_ONE_AT_A_TIME) {
    for (const queue of waiting) {
      const room = Math.min(OF_ONE_AT_A_TIME, most - taken.length);
      if (room <= 0) break;
      taken.push(...queue.slice(from, from + room));
    }
    waiting = waiting.filter((queue) => queue.length > from + OF_ONE_AT_A_TIME);
  }
  return taken;
}

function sumOf(queues: readonly (readonly unknown[])[]): number {
  return queues.reduce((sum, { length }) => sum + length, 0);
}
