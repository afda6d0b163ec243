import { ofChargePoints } from './known-charge-points.ts';
import { WINDOW, windowOf } from './page.ts';
import { Conditions, type Parameters, type PreparedQuery } from './parameters.ts';
import { DAY_MS, FROM, rangeOf, TO } from './range.ts';

const INTERVALS = {
  hour: 'toStartOfHour(started_at, {timezone:String})',
  day: 'toStartOfDay(started_at, {timezone:String})',
} as const;

const SUBJECTS = {
  chargePoint: ', charge_point_id AS chargePointId',
  tag: ', lower(id_tag) AS idTag',
  total: '',
} as const;

/**
 * Transactions by the hour or day of their start: `from`, `to`, `interval` (hour | day), `timezone`, `by` (total | chargePoint | tag), `chargePointId`,
 * `group`, `limit`, `offset`. Energy and duration are those of stopped ones.
 */
export function sessions(given: Parameters): PreparedQuery {
  const range = rangeOf(given);
  const interval = given.oneOf('interval', ['hour', 'day']) ?? 'day';
  const by = given.oneOf('by', ['total', 'chargePoint', 'tag']) ?? 'total';
  const timezone = given.timeZone('timezone');
  const conditions = ofChargePoints(given, new Conditions());
  return {
    sql: `
SELECT toTimeZone(toDateTime64(${INTERVALS[interval]}, 3), 'UTC') AS start,
  formatDateTime(${INTERVALS[interval]}, '%Y-%m-%dT%H:%i:%S', {timezone:String}) AS localStart${SUBJECTS[by]},
  count() AS sessions, countIf(state = 'stopped') AS stopped, countIf(state = 'open') AS open,
  uniq(lower(id_tag)) AS idTags,
  sumIf(meter_stop - meter_start, state = 'stopped' AND meter_stop >= meter_start) AS energyWh,
  round(ifNotFinite(avgIf(durationS, state = 'stopped'), 0)) AS averageDurationS,
  round(ifNotFinite(quantileIf(0.5)(durationS, state = 'stopped'), 0)) AS medianDurationS
FROM (
  SELECT *, greatest(toFloat64(dateDiff('second', started_at, ifNull(stopped_at, started_at))), 0) AS durationS
  FROM ${transactionsFrom(`${conditions} AND started_at >= ${FROM} AND started_at < ${TO} AND ${IS_SESSION}`)}
)
GROUP BY ALL
ORDER BY ALL
${WINDOW}`,
    parameters: {
      ...conditions.values,
      ...range,
      ...receipt(range.from),
      timezone,
      ...windowOf(given, { max: 10_000, byDefault: 1000 }),
    },
  };
}

/** A stop that contradicts the one before it is kept as a row of its own, yet its session is that of the transaction which it names. */
export const IS_SESSION = "NOT has(flags, 'conflicting-stop')";

/**
 * Transactions as they stand. None is received long before it begins by the charge point's clock, and all versions have the same time of
 * receipt, so parts and partitions from before need not be read. ClickHouse leaves them out only where it is told that FINAL has nothing to
 * merge across partitions.
 */
export function transactionsFrom(conditions: string): string {
  return `(
    SELECT * FROM transactions FINAL
    WHERE received_at >= fromUnixTimestamp64Milli({receivedFrom:Int64}, 'UTC') AND ${conditions}
    SETTINGS do_not_merge_across_partitions_select_final = 1
  )`;
}

/** The parameter of `transactionsFrom`, for starts from `from` on. */
export function receipt(from: number): { readonly receivedFrom: number } {
  return { receivedFrom: from - DAY_MS };
}
