import type { Engine } from '../engine.ts';

/**
 * Notes once more that days have to be worked out: those of all readings and transactions in parts that were
 * written since a time, epoch ms. Throws EngineError.
 */
export async function touchAgain(engine: Engine, since: number): Promise<void> {
  const ofLate = (table: string): string =>
    `_part IN (SELECT name FROM system.parts WHERE database = currentDatabase() AND table = '${table}' AND active AND modification_time >= toDateTime(${Math.floor(since / 1000)}))`;
  await engine.command(`
INSERT INTO energy_touched
SELECT charge_point_id, connector_id, day, now64(3, 'UTC') AS touched_at
FROM
(
  SELECT charge_point_id, connector_id, ${dayOf('ts')} AS day FROM meter_samples
  WHERE measurand IN ('Energy.Active.Import.Register', 'Energy.Active.Import.Interval') AND connector_id > 0 AND ${ofLate('meter_samples')}
  UNION ALL
  SELECT charge_point_id, connector_id, arrayJoin(range(${dayOf('started_at')}, least(greatest(${dayOf('ifNull(stopped_at, started_at)')}, ${dayOf('started_at')}), ${dayOf('started_at')} + 31) + 1)) AS day
  FROM transactions WHERE ${ofLate('transactions')}
)
GROUP BY charge_point_id, connector_id, day`);
}

const dayOf = (moment: string): string => `toInt32(intDiv(toUnixTimestamp64Milli(${moment}), 86400000))`;
