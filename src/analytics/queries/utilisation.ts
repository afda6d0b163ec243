import { KNOWN_CHARGE_POINTS, ofChargePoints } from './known-charge-points.ts';
import { Conditions, type Parameters, type PreparedQuery } from './parameters.ts';
import { DAY_MS, FROM, HOUR_MS, rangeOf, TO } from './range.ts';
import { receipt, transactionsFrom } from './sessions.ts';
import { hasFullHours } from './time-zone.ts';

/** Transactions that began longer before the asked time are not looked at. */
const LONGEST_TRANSACTION_MS = 7 * DAY_MS;

/**
 * Where hours do not begin with those of UTC they begin a quarter, a half or three quarters of an hour later.
 */
const QUARTER_MS = HOUR_MS / 4;

/** Columns that distinguish the rows, beside the hour; out of `local`. */
const SUBJECTS = {
  weekday: ['toDayOfWeek(local)', 'weekday'],
  date: ['toString(toDate(local))', 'date'],
} as const;

/**
 * How much of the time connectors are taken by a transaction, for each hour of the day in a time zone and
 * each weekday (1 = Monday) or date: `from`, `to`, `by` (weekday | date), `timezone`, `chargePointId`,
 * `group`. `utilisation` is the share of all connectors' time, 0 to 1. An hour that a day has twice is one
 * row, one that it lacks is none. Nothing is said of the time before any of these charge points had come.
 */
export function utilisation(given: Parameters): PreparedQuery {
  const { from, to } = rangeOf(given);
  const timezone = given.timeZone('timezone');
  const [day, name] = SUBJECTS[given.oneOf('by', ['weekday', 'date']) ?? 'weekday'];
  const conditions = ofChargePoints(given, new Conditions());
  const step = hasFullHours(timezone, from, to) ? HOUR_MS : QUARTER_MS;
  const until = Math.min(to, Math.max(Date.now(), from + 1));
  const begun = `${conditions} AND started_at >= ${FROM} - INTERVAL 7 DAY AND started_at < ${TO} AND connector_id > 0`;
  return {
    sql: `
WITH
ifNull((SELECT if(count() = 0, {to:Int64}, toUnixTimestamp64Milli(min(started_at)))
  FROM transactions WHERE ${begun} AND received_at >= fromUnixTimestamp64Milli({receivedFrom:Int64}, 'UTC')), {to:Int64}) AS first_start,
ifNull((SELECT if(count() = 0, {from:Int64}, least(toUnixTimestamp64Milli(min(received_at)), first_start))
  FROM connections WHERE ${conditions} AND event != 'refused'), {from:Int64}) AS came,
greatest({from:Int64}, came) AS since,
hours AS (
  SELECT ${day} AS ${name}, toHour(local) AS hour,
    sum(least(begin + ${step}, {to:Int64}) - greatest(begin, since)) AS span
  FROM (
    SELECT arrayJoin(range(intDiv(since, ${step}) * ${step}, {to:Int64}, ${step})) AS begin,
      toDateTime(intDiv(begin, 1000), {timezone:String}) AS local
  )
  GROUP BY ${name}, hour
),
taken AS (
  SELECT ${day} AS ${name}, toHour(local) AS hour, sum(least(begin + ${step}, closing) - greatest(begin, opening)) AS occupied
  FROM (
    SELECT opening, closing, arrayJoin(range(intDiv(opening, ${step}) * ${step}, closing, ${step})) AS begin,
      toDateTime(intDiv(begin, 1000), {timezone:String}) AS local
    FROM (
      SELECT greatest(toUnixTimestamp64Milli(started_at), {from:Int64}) AS opening,
        least(if(state = 'open', {to:Int64}, toUnixTimestamp64Milli(ifNull(stopped_at, started_at))), {to:Int64}) AS closing
      FROM ${transactionsFrom(begun)}
    )
    WHERE closing > opening
  )
  GROUP BY ${name}, hour
),
(SELECT sum(connectors) FROM ${KNOWN_CHARGE_POINTS} WHERE ${conditions}) AS total
SELECT ${name}, hour, toInt64(ifNull(total, 0)) AS connectors, round(occupied / ${HOUR_MS}, 3) AS occupiedHours,
  round(if(connectors > 0, least(occupied / (span * connectors), 1), 0), 4) AS utilisation
FROM hours LEFT JOIN taken USING (${name}, hour)
ORDER BY ${name}, hour`,
    parameters: {
      ...conditions.values,
      from,
      to: until,
      ...receipt(from - LONGEST_TRANSACTION_MS),
      timezone,
    },
  };
}
