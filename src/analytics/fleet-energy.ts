import type { Engine } from './engine.ts';
import { EngineError } from './engine-error.ts';
import { energyOfFleet, type FleetPart, type Progress } from './queries/energy.ts';
import type { PreparedQuery } from './queries/parameters.ts';
import { HOUR_MS } from './queries/range.ts';

/** Hours before and after a new reading whose energy it may change: the energy query looks around as far. */
const AROUND_HOURS = 48;

/** Readings of a clock that is wrong by more are nobody's question; hours since the epoch. */
const OLDEST_HOURS = 400 * 24;

/** This hour and those before it that are worked out every time. */
const RECENT_HOURS = 3;

/** An hour that began so short a while ago, ms, counts as worked out before it was: it has hardly any energy yet, and is no older than what is kept of the others. */
const JUST_BEGUN_MS = 5 * 60_000;

/** What is worked out again after a start. */
const AFRESH_HOURS = 8 * 24;

/** Hours that are worked out in one query at first. */
const SPAN_HOURS = 48;

/** Charge points whose energy is worked out in one query. */
const TOGETHER = 10_000;

export interface FleetEnergyOptions {
  readonly engine: Engine;
  readonly clock?: () => number;
  /** Time limit of one query, ms. */
  readonly timeLimit: number;
  /** Charge points that one query works out. */
  readonly together?: number;
}

const NO_ENERGY = { wh: 0, falls: 0 } as const;

/**
 * Works out the energy of the whole fleet per hour ahead of the question, because that takes seconds over tens of thousands of charge points. An hour is
 * worked out again after readings arrived that could change it, so that what is kept becomes what the energy query would answer.
 */
export class FleetEnergy {
  private readonly engine: Engine;
  private readonly clock: () => number;
  private readonly timeLimit: number;
  private readonly together: number;
  /** Hours (since the epoch) that have to be worked out. */
  private readonly due = new Set<number>();
  /** Hours that have been worked out at least once. */
  private readonly settled = new Set<number>();
  /** Readings received until then have been taken note of, epoch ms. */
  private noticedUntil: number | undefined;
  private span = SPAN_HOURS;
  /** What working out one hour took of late, ms; nothing is known before the first span of them. */
  private pace = 0;
  /** Nothing was read before this hour, nor could a reading have an effect there; undefined before the first look. */
  private begin: number | undefined;

  constructor({ engine, clock = Date.now, timeLimit, together = TOGETHER }: FleetEnergyOptions) {
    this.engine = engine;
    this.clock = clock;
    this.timeLimit = timeLimit;
    this.together = together;
  }

  /** Whether every hour from `from` to before `to` (epoch ms) has been worked out; hours that have not begun have no energy, nor has one that has just. */
  covers(from: number, to: number): boolean {
    if (this.begin === undefined || hourOf(from) < hourOf(this.clock()) - OLDEST_HOURS) return false;
    const end = Math.ceil(Math.min(to, this.clock() - JUST_BEGUN_MS) / HOUR_MS);
    const first = Math.max(hourOf(from), this.begin);
    for (let hour = first; hour < end; hour++) if (!this.settled.has(hour)) return false;
    return true;
  }

  /** How many hours wait to be worked out. */
  get hoursDue(): number {
    return this.due.size;
  }

  /** How far the work is between `from` and `to` (epoch ms), in hours in which anything was read, and about how long the rest would take at once. */
  progress(from: number, to: number): Progress {
    const end = Math.ceil(Math.min(to, this.clock()) / HOUR_MS);
    let [done, of] = [0, 0];
    for (let hour = Math.max(hourOf(from), this.begin ?? end); hour < end; hour++) {
      of++;
      if (this.settled.has(hour)) done++;
    }
    return { done, of, restMs: (of - done) * this.pace };
  }

  /** Takes note of what has arrived, and works out the hours that matter most: this one and those just before it. Throws EngineError. */
  async settleRecent(): Promise<void> {
    await this.notice();
    const now = hourOf(this.clock());
    await this.settle(now - RECENT_HOURS + 1, now + 1);
  }

  /** Works out some of the hours that are due, latest first. False: none is due. Throws EngineError. */
  async settleSome(): Promise<boolean> {
    const recent = hourOf(this.clock()) - RECENT_HOURS;
    let latest: number | undefined;
    for (const hour of this.due) if (hour <= recent && hour > (latest ?? -1)) latest = hour;
    if (latest === undefined) return false;
    let first = latest;
    while (this.due.has(first - 1) && latest - first + 1 < this.span) first--;
    try {
      const began = performance.now();
      await this.settle(first, latest + 1);
      this.pace = (performance.now() - began) / (latest + 1 - first);
    } catch (error) {
      const tooMuch = error instanceof EngineError && (error.fault === 'memory' || error.fault === 'time');
      if (!tooMuch || this.span === 1) throw error;
      this.span = Math.max(1, Math.floor(this.span / 2));
    }
    return true;
  }

  private async settle(first: number, end: number): Promise<void> {
    const energy = new Map<number, { wh: number; falls: number }>();
    for (const part of await this.parts()) {
      const rows = await this.ask<{ start: string; energyWh: number; registerFalls: number }>(
        energyOfFleet(first * HOUR_MS, end * HOUR_MS, part),
      );
      for (const { start, energyWh, registerFalls } of rows) {
        const { wh, falls } = energy.get(hourOf(Date.parse(start))) ?? NO_ENERGY;
        energy.set(hourOf(Date.parse(start)), { wh: wh + energyWh, falls: falls + registerFalls });
      }
    }
    const values: string[] = [];
    for (let hour = first; hour < end; hour++) {
      const { wh, falls } = energy.get(hour) ?? NO_ENERGY;
      values.push(`(${hour}, ${wh}, ${falls}, now64(3))`);
    }
    await this.engine.command(`INSERT INTO energy_fleet_hourly VALUES ${values.join(', ')}`);
    for (let hour = first; hour < end; hour++) {
      this.due.delete(hour);
      this.settled.add(hour);
    }
  }

  /** The fleet in parts that one query takes about a second for: others get their turn, and memory suffices. */
  private async parts(): Promise<FleetPart[]> {
    const bounds = await this.ask<{ id: string }>({
      sql: `
SELECT id
FROM (SELECT DISTINCT charge_point_id AS id FROM charge_points ORDER BY id)
QUALIFY row_number() OVER (ORDER BY id) % {together:UInt32} = 0`,
      parameters: { together: this.together },
    });
    const ids = bounds.map(({ id }) => id);
    return [undefined, ...ids].map((firstId, index) => ({
      ...(firstId !== undefined && { firstId }),
      ...(ids[index] !== undefined && { endId: ids[index] }),
    }));
  }

  private ask<Row>(query: PreparedQuery): Promise<Row[]> {
    return this.engine.query<Row>(query.sql, query.parameters, {
      timeLimitMs: this.timeLimit,
      patient: true,
    });
  }

  /** Hours of readings that have arrived since the last time are due, and those around them. */
  private async notice(): Promise<void> {
    const now = this.clock();
    if (this.noticedUntil === undefined) await this.resume(now);
    // Rows become visible some time after their receipt, in the order of their queues.
    const since = (this.noticedUntil ?? now) - 10 * 60_000;
    const rows = await this.ask<{ hour: number }>({
      sql: `
SELECT DISTINCT intDiv(toUnixTimestamp64Milli(ts), ${HOUR_MS}) AS hour
FROM meter_samples
PREWHERE received_at >= fromUnixTimestamp64Milli({since:Int64}, 'UTC')
WHERE measurand = 'Energy.Active.Import.Register'
LIMIT 100000`,
      parameters: { since },
    });
    this.noticedUntil = now;
    for (const { hour } of rows) this.add(hour - AROUND_HOURS, hour + AROUND_HOURS);
  }

  /** What an earlier process left: where it got to, and everything since then and before it is due. */
  private async resume(now: number): Promise<void> {
    const kept = await this.engine.query<{ hour: number; settledAt: number }>(`
SELECT hour, toUnixTimestamp64Milli(settled_at) AS settledAt FROM energy_fleet_hourly FINAL ORDER BY hour`);
    const [readings] = await this.ask<{ rows: number; first: number }>({
      sql: 'SELECT count() AS rows, min(hour) AS first FROM energy_hourly WHERE hour >= {oldest:Int32}',
      parameters: { oldest: hourOf(now) - OLDEST_HOURS },
    });
    let settledAt = 0;
    for (const row of kept) {
      this.settled.add(row.hour);
      settledAt = Math.max(settledAt, row.settledAt);
    }
    this.noticedUntil = kept.length > 0 ? settledAt : now;
    // Of the last days transactions may have changed.
    const begin = readings && readings.rows > 0 ? readings.first : hourOf(now);
    const sure = hourOf(settledAt) - AFRESH_HOURS;
    this.begin = begin - AROUND_HOURS;
    for (let hour = this.begin; hour <= hourOf(now); hour++) {
      if (hour > sure || !this.settled.has(hour)) this.add(hour, hour);
    }
  }

  private add(first: number, last: number): void {
    const now = hourOf(this.clock());
    this.begin = Math.min(this.begin ?? first, Math.max(first, now - OLDEST_HOURS));
    for (let hour = Math.max(first, now - OLDEST_HOURS); hour <= Math.min(last, now); hour++)
      this.due.add(hour);
  }
}

function hourOf(at: number): number {
  return Math.floor(at / HOUR_MS);
}
