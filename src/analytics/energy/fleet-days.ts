import { crc32 } from 'node:zlib';
import { type EnergyFleetDayRow, type EnergySum, energyFleetDays } from '../../records/energy-fleet-days.ts';
import type { Engine, ReadBounds } from '../engine.ts';
import type { ConnectorDay } from './connector-day.ts';
import { insertRows } from './insert-rows.ts';

/**
 * Charge points are spread over so many sums of each day: few enough to read a month of them, enough to sum
 * up only a part anew.
 */
const BUCKETS = 64;

/** Sums that one query works out. */
const TOGETHER = 2000;

interface BucketDay {
  readonly day: number;
  readonly bucket: number;
}

/** The bucket of a charge point, as `BUCKET` has it. */
export function bucketOf(chargePointId: string): number {
  return crc32(chargePointId) % BUCKETS;
}

const BUCKET = `toInt32(CRC32(charge_point_id) % ${BUCKETS})`;

/**
 * Sums up anew on `there` what the days of connectors that `here` has are part of. Throws EngineError of
 * either.
 */
export async function sumUpAnew(here: Engine, there: Engine, bounds: ReadBounds): Promise<number> {
  const sums = await here.query<BucketDay>(
    `SELECT DISTINCT day, ${BUCKET} AS bucket FROM energy_days`,
    {},
    bounds,
  );
  const fleet = new FleetDays(there);
  await fleet.changeSums(sums);
  await fleet.sumUp(bounds);
  return sums.length;
}

/**
 * Keeps what days of connectors add up to over a fleet: sums up anew, from the days as they stand, the
 * buckets in which one has changed.
 */
export class FleetDays {
  private readonly engine: Engine;
  /**
   * Whose sums are not those of their days any more; undefined until it is known what an earlier process has
   * left.
   */
  private changed: Map<string, BucketDay> | undefined;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  /** Notes that days of connectors change; to be called before they do. Throws EngineError. */
  async change(days: readonly ConnectorDay[]): Promise<void> {
    const changed = await this.known();
    for (const { day, chargePointId } of days) note(changed, { day, bucket: bucketOf(chargePointId) });
  }

  /** Notes that whole sums are to be made anew. Throws EngineError. */
  async changeSums(sums: readonly BucketDay[]): Promise<void> {
    const changed = await this.known();
    for (const one of sums) note(changed, one);
  }

  /** Sums up anew what has changed, of all days or of some. Throws EngineError. */
  async sumUp(bounds: ReadBounds, isMeant: (day: number) => boolean = () => true): Promise<void> {
    const changed = await this.known();
    const meant = [...changed].filter(([, { day }]) => isMeant(day));
    for (let index = 0; index < meant.length; index += TOGETHER) {
      const some = meant.slice(index, index + TOGETHER);
      await insertRows(
        this.engine,
        energyFleetDays,
        await this.sumsOf(
          some.map(([, one]) => one),
          bounds,
        ),
      );
      for (const [key] of some) changed.delete(key);
    }
  }

  private async sumsOf(meant: readonly BucketDay[], bounds: ReadBounds): Promise<EnergyFleetDayRow[]> {
    const [clock] = await this.engine.query<{ now: number }>(
      'SELECT toUnixTimestamp64Milli(now64(3)) AS now',
    );
    const days = [...new Set(meant.map(({ day }) => day))].join(', ');
    const pairs = meant.map(({ day, bucket }) => `(${day}, ${bucket})`).join(', ');
    const found = await this.engine.query<BucketDay & { sums: [number, string, number][] }>(
      `
SELECT day, bucket, groupArray((quarter, kind, amount)) AS sums
FROM (
  SELECT day, bucket, quarter, kind, sum(amount) AS amount
  FROM (
    SELECT day, ${BUCKET} AS bucket, arrayMap(begin -> intDiv(begin, 900000), since) AS quarters, kinds, amounts
    FROM energy_days FINAL
    PREWHERE day IN (${days}) AND (day, ${BUCKET}) IN (${pairs})
  )
  ARRAY JOIN quarters AS quarter, kinds AS kind, amounts AS amount
  GROUP BY day, bucket, quarter, kind
)
GROUP BY day, bucket`,
      {},
      bounds,
    );
    const sums = new Map<string, EnergySum[]>();
    for (const row of found) {
      const { sums: cells } = row;
      sums.set(
        keyOf(row),
        cells.map(([quarter, kind, amount]) => ({ quarter, kind, amount })),
      );
    }
    // A row without sums replaces what was there.
    return meant.map((one) => ({ ...one, sums: sums.get(keyOf(one)) ?? [], workedAt: clock?.now ?? 0 }));
  }

  /** Reads once what was worked out after the last sums: an earlier process ended in between. */
  private async known(): Promise<Map<string, BucketDay>> {
    if (this.changed) return this.changed;
    const rows = await this.engine.query<BucketDay>(`
SELECT DISTINCT day, ${BUCKET} AS bucket FROM energy_days
WHERE worked_at >= (SELECT max(worked_at) FROM energy_fleet_days)`);
    this.changed ??= new Map(rows.map((one) => [keyOf(one), one]));
    return this.changed;
  }
}

function note(changed: Map<string, BucketDay>, one: BucketDay): void {
  changed.set(keyOf(one), one);
}

function keyOf({ day, bucket }: BucketDay): string {
  return `${day} ${bucket}`;
}
