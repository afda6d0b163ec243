import type { Engine } from '../engine.ts';
import { type ConnectorDay, keyOfDay } from './connector-day.ts';

/** Rows and the note that they touched a day become visible within this time of each other, ms. */
const VISIBLE_WITHIN_MS = 5000;

/** An insert is over so long after it began, ms. */
const LONGEST_INSERT_MS = 60_000;

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

interface Note {
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly day: number;
  readonly touchedAt: number;
}

/** Which days of which connectors have to be worked out. All times are those of ClickHouse, epoch ms. */
export class TouchedDays {
  private readonly engine: Engine;
  private readonly touched = new Map<string, Touched>();
  /** When days were worked out of late, so that a note that is seen again is no new one. */
  private readonly worked = new Map<string, number>();
  private readUntil: number | undefined;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  /** How many days that `isMeant` holds for wait. */
  count(isMeant: (day: ConnectorDay) => boolean = () => true): {
    readonly all: number;
    readonly leftOver: number;
  } {
    let [all, leftOver] = [0, 0];
    for (const touched of this.touched.values()) {
      if (touched.workedAt !== undefined || !isMeant(touched)) continue;
      all++;
      if (touched.isLeftOver) leftOver++;
    }
    return { all, leftOver };
  }

  /** Takes note of what has arrived since the last time, and answers the time of ClickHouse. Throws EngineError. */
  async look(): Promise<number> {
    const now = await this.now();
    const { readUntil } = this;
    const notes =
      readUntil === undefined ? await this.leftOver() : await this.since(readUntil - LONGEST_INSERT_MS);
    for (const note of notes) this.note(note, { isLeftOver: readUntil === undefined });
    this.readUntil = now;
    for (const [key, at] of this.worked) if (at < now - 3 * LONGEST_INSERT_MS) this.worked.delete(key);
    return now;
  }

  /** Adds a day that has to be worked out for another one's sake. */
  add(day: ConnectorDay, touchedAt: number): void {
    const { chargePointId, connectorId } = day;
    this.note({ chargePointId, connectorId, day: day.day, touchedAt }, { isForAnother: true });
  }

  /** At most `most` days that `isMeant` holds for and that can be worked out now; those of the last days first. */
  due(now: number, most: number, isMeant: (day: ConnectorDay) => boolean = () => true): DueDay[] {
    const recent = Math.floor(now / 86_400_000) - 1;
    const found: Touched[] = [];
    const before: Touched[] = [];
    for (const touched of this.touched.values()) {
      const { workedAt, touchedAt, day } = touched;
      if (workedAt !== undefined && now < touchedAt + VISIBLE_WITHIN_MS) continue;
      if (!isMeant(touched)) continue;
      if (day >= recent) found.push(touched);
      else before.push(touched);
      if (found.length >= most) return found;
    }
    before.sort((a, b) => b.day - a.day);
    return [...found, ...before.slice(0, most - found.length)];
  }

  /** Notes that the inputs of a day were read at `workedAt`. */
  done(day: ConnectorDay, workedAt: number): void {
    const key = keyOfDay(day);
    const touched = this.touched.get(key);
    this.worked.set(key, workedAt);
    if (touched === undefined) return;
    if (workedAt >= touched.touchedAt + VISIBLE_WITHIN_MS) this.touched.delete(key);
    else if (workedAt >= touched.touchedAt) touched.workedAt = workedAt;
  }

  private note({ touchedAt, ...day }: Note, { isLeftOver = false, isForAnother = false }): void {
    const key = keyOfDay(day);
    const workedAt = this.worked.get(key);
    if (workedAt !== undefined && workedAt >= touchedAt + VISIBLE_WITHIN_MS) return;
    const known = this.touched.get(key);
    if (known && known.touchedAt >= touchedAt) return;
    const isSeen = workedAt !== undefined && workedAt >= touchedAt;
    this.touched.set(key, {
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

  /** What earlier processes did not work out. */
  private leftOver(): Promise<Note[]> {
    return this.engine.query<Note>(`
SELECT charge_point_id AS chargePointId, connector_id AS connectorId, day, toUnixTimestamp64Milli(max(touched_at)) AS touchedAt
FROM (
  SELECT charge_point_id, connector_id, day, touched_at, toDateTime64(0, 3, 'UTC') AS worked_at FROM energy_touched
  UNION ALL
  SELECT charge_point_id, connector_id, day, toDateTime64(0, 3, 'UTC'), worked_at FROM energy_days
)
GROUP BY charge_point_id, connector_id, day
HAVING max(touched_at) + INTERVAL ${VISIBLE_WITHIN_MS} MILLISECOND > max(worked_at)`);
  }
}
