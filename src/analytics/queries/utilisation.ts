import { KNOWN_CHARGE_POINTS, ofChargePoints } from './known-charge-points.ts';
import { Conditions, type Parameters, type PreparedQuery } from './parameters.ts';
import { DAY_MS, FROM, HOUR_MS, rangeOf, TO } from './range.ts';
import { receipt, transactionsFrom } from './sessions.ts';

/** Transactions that began longer before the asked time are not looked at. */
const LONGEST_TRANSACTION_MS = 7 * DAY_MS;

/**
 * How much of the time connectors are taken by a transaction, for each weekday (1 = Monday) and hour of the day in a time zone: `from`, `to`,
 * `timezone`, `chargePointId`, `group`. `utilisation` is the share of all connectors' time, 0 to 1.
 */
export function utilisation(given: Parameters): PreparedQuery {
  const { from, to } = rangeOf(given);
  const timezone = given.timeZone('timezone');
  const conditions = ofChargePoints(given, new Conditions());
  const until = Math.min(to, Math.max(Date.now(), from + 1));
  return {
    sql: `
WITH
hours AS (
  SELECT toDayOfWeek(local) AS weekday, toHour(local) AS hour,
    sum(least(begin + ${HOUR_MS}, {to:Int64}) - greatest(begin, {from:Int64})) AS span
  FROM (
    SELECT arrayJoin(range(intDiv({from:Int64}, ${HOUR_MS}) * ${HOUR_MS}, {to:Int64}, ${HOUR_MS})) AS begin,
      toDateTime(intDiv(begin, 1000), {timezone:String}) AS local
  )
  GROUP BY weekday, hour
),
taken AS (
  SELECT toDayOfWeek(local) AS weekday, toHour(local) AS hour, sum(least(begin + ${HOUR_MS}, closing) - greatest(begin, opening)) AS occupied
  FROM (
    SELECT opening, closing, arrayJoin(range(intDiv(opening, ${HOUR_MS}) * ${HOUR_MS}, closing, ${HOUR_MS})) AS begin,
      toDateTime(intDiv(begin, 1000), {timezone:String}) AS local
    FROM (
      SELECT greatest(toUnixTimestamp64Milli(started_at), {from:Int64}) AS opening,
        least(if(state = 'open', {to:Int64}, toUnixTimestamp64Milli(ifNull(stopped_at, started_at))), {to:Int64}) AS closing
      FROM ${transactionsFrom(`${conditions} AND started_at >= ${FROM} - INTERVAL 7 DAY AND started_at < ${TO} AND connector_id > 0`)}
    )
    WHERE closing > opening
  )
  GROUP BY weekday, hour
),
(SELECT sum(connectors) FROM ${KNOWN_CHARGE_POINTS} WHERE ${conditions}) AS total
SELECT weekday, hour, toInt64(ifNull(total, 0)) AS connectors, round(occupied / ${HOUR_MS}, 3) AS occupiedHours,
  round(if(connectors > 0, least(occupied / (span * connectors), 1), 0), 4) AS utilisation
FROM hours LEFT JOIN taken USING (weekday, hour)
ORDER BY weekday, hour`,
    parameters: {
      ...conditions.values,
      from,
      to: until,
      ...receipt(from - LONGEST_TRANSACTION_MS),
      timezone,
    },
  };
}
