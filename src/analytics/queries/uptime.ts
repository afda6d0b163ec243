import { KNOWN_CHARGE_POINTS, ofChargePoints } from './known-charge-points.ts';
import { WINDOW, windowOf } from './page.ts';
import { Conditions, type Parameters, type PreparedQuery } from './parameters.ts';
import { FROM, rangeOf, TO } from './range.ts';

const SUBJECTS = { chargePoint: 'charge_point_id AS chargePointId', group: 'group_name AS `group`' } as const;

/** Connectors that reported nothing for longer before the asked time are taken for usable until they do. */
const LOOK_BACK_DAYS = 31;

/**
 * How long charge points were connected: `from`, `to`, `by` (chargePoint | group), `chargePointId`, `group`,
 * `limit`, `offset`; worst first. `uptime` is the share of the asked time, 0 to 1; of a charge point that
 * first connected later, of the time since then. A connection of which no end is known, because the process
 * that held it was killed, ends where the next one begins. `usable` is the share of the time in which
 * connectors were, by their latest reports, neither Unavailable nor Faulted (OCPP 1.6 ed. 2 §4.9), connected
 * or not; null where none of them reported anything.
 */
export function uptime(given: Parameters): PreparedQuery {
  const { from, to } = rangeOf(given);
  const by = given.oneOf('by', ['chargePoint', 'group']) ?? 'chargePoint';
  const conditions = ofChargePoints(given, new Conditions());
  const until = Math.min(to, Math.max(Date.now(), from + 1));
  return {
    sql: `
WITH connected AS (
  SELECT charge_point_id,
    arraySort(groupArray((began, ended))) AS spells,
    arrayMap((spell, next) -> greatest(0, least(spell.2, next, {to:Int64}) - greatest(spell.1, {from:Int64})),
      spells, arrayPushBack(arrayPopFront(arrayMap(spell -> spell.1, spells)), {to:Int64})) AS lengths,
    greatest(spells[1].1, {from:Int64}) AS since,
    countIf(ended >= {from:Int64} AND ended < {to:Int64}) AS disconnections
  FROM (
    SELECT charge_point_id, epoch,
      toUnixTimestamp64Milli(if(countIf(event = 'opened') > 0, minIf(received_at, event = 'opened'),
        minIf(received_at - toIntervalMillisecond(ifNull(duration_ms, 0)), event = 'closed'))) AS began,
      if(countIf(event = 'closed') > 0, toUnixTimestamp64Milli(maxIf(received_at, event = 'closed')), {to:Int64}) AS ended
    FROM connections
    WHERE event != 'refused' AND received_at < ${TO} AND ${conditions}
    GROUP BY charge_point_id, epoch
  )
  GROUP BY charge_point_id
),
reported AS (
  SELECT charge_point_id, sum({to:Int64} - begins[1]) AS reported_ms,
    sum(arraySum((report, begin, end) -> if(report % 2 = 1, end - begin, 0), reports, begins, arrayPushBack(arrayPopFront(begins), {to:Int64}))) AS unusable_ms
  FROM (
    SELECT charge_point_id, arrayMap(report -> greatest(intDiv(report, 2), {from:Int64}), reports) AS begins,
      arraySort(groupArray(toUnixTimestamp64Milli(received_at) * 2 + (status IN ('Unavailable', 'Faulted')))) AS reports
    FROM connector_status
    WHERE connector_id > 0 AND received_at >= ${FROM} - INTERVAL ${LOOK_BACK_DAYS} DAY AND received_at < ${TO} AND ${conditions}
    GROUP BY charge_point_id, connector_id
  )
  GROUP BY charge_point_id
)
SELECT ${SUBJECTS[by]}, count() AS chargePoints,
  toInt64(round(sum(arraySum(lengths)) / 1000)) AS connectedS,
  round(sum(arraySum(lengths)) / greatest(sum({to:Int64} - since), 1), 5) AS uptime, sum(disconnections) AS disconnections,
  if(sum(reported_ms) > 0, round(1 - sum(unusable_ms) / sum(reported_ms), 5), NULL) AS usable
FROM connected LEFT JOIN reported USING (charge_point_id) LEFT JOIN ${KNOWN_CHARGE_POINTS} AS known USING (charge_point_id)
WHERE since < {to:Int64}
GROUP BY ${by === 'group' ? 'group_name' : 'charge_point_id'}
ORDER BY uptime, 1
${WINDOW}`,
    parameters: {
      ...conditions.values,
      from,
      to: until,
      ...windowOf(given, { max: 10_000, byDefault: 100 }),
    },
  };
}
