import { BadParameter, Conditions, type Parameters, type PreparedQuery } from './parameters.ts';
import { DAY_MS, rangeOf } from './range.ts';

/**
 * The power curve of a connector: `chargePointId`, `connectorId`, `transactionId`, `from`, `to` (at most 31 days), `points` (300): the time is cut into so many
 * steps, and each with samples has its lowest, average and highest Power.Active.Import in W. Where samples come by phase, those of one moment are added.
 */
export function power(given: Parameters): PreparedQuery {
  const range = rangeOf(given, 31 * DAY_MS);
  const points = given.integer('points', { min: 2, max: 5000, byDefault: 300 });
  const conditions = new Conditions()
    .where('charge_point_id = {chargePointId:String}', 'chargePointId', given.requiredText('chargePointId'))
    .where(
      'connector_id = {connectorId:Int32}',
      'connectorId',
      optionalInteger(given, 'connectorId', 0, 2 ** 31 - 1),
    )
    .where(
      'transaction_id = {transactionId:Int32}',
      'transactionId',
      optionalInteger(given, 'transactionId', 1, 2 ** 31 - 1),
    )
    .between('ts', range.from, range.to);
  const step = Math.max(1000, Math.ceil((range.to - range.from) / points));
  return {
    sql: `
SELECT connectorId, fromUnixTimestamp64Milli({from:Int64} + step * {step:Int64}, 'UTC') AS start,
  round(min(watts), 1) AS lowestW, round(avg(watts), 1) AS averageW, round(max(watts), 1) AS highestW, count() AS samples
FROM (
  SELECT connector_id AS connectorId, intDiv(toUnixTimestamp64Milli(ts) - {from:Int64}, {step:Int64}) AS step,
    if(countIf(phase = '') > 0, maxIf(inWatts, phase = ''), sumIf(inWatts, phase IN ('L1', 'L2', 'L3'))) AS watts
  FROM (
    SELECT connector_id, ts, phase, any(assumeNotNull(value)) * if(lower(any(unit)) = 'kw', 1000, 1) AS inWatts
    FROM meter_samples
    WHERE ${conditions} AND measurand = 'Power.Active.Import' AND location IN ('', 'Outlet') AND isFinite(ifNull(value, nan))
    GROUP BY connector_id, ts, phase
  )
  GROUP BY connector_id, ts
)
GROUP BY connectorId, step
ORDER BY connectorId, step`,
    parameters: { ...conditions.values, ...range, step },
  };
}

function optionalInteger(given: Parameters, name: string, min: number, max: number): number | undefined {
  const value = given.integer(name, { min: -1, max, byDefault: -1 });
  if (value === -1) return undefined;
  if (value < min) throw new BadParameter(`${name} must be at least ${min}`);
  return value;
}
