import { ofChargePoints } from './known-charge-points.ts';
import { WINDOW, windowOf } from './page.ts';
import { Conditions, type Parameters, type PreparedQuery } from './parameters.ts';
import { DAY_MS, FROM, rangeOf, TO } from './range.ts';
import { energyOfTransactions, withEnergy } from './transaction-energy.ts';
import { withCorrections } from './transaction-remarks.ts';

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
 * Transactions by the hour or day of their start: `from`, `to`, `interval` (hour | day), `timezone`, `by`
 * (total | chargePoint | tag), `chargePointId`, `group`, `limit`, `offset`. Duration is that of stopped ones,
 * energy that of all which are not open; `energyUnknown` counts those whose energy is not known.
 * `correctedEnergyWh` has what operators say in the place of what was reported, for the `corrected` ones.
 */
export function sessions(given: Parameters): PreparedQuery {
  const range = rangeOf(given);
  const interval = given.oneOf('interval', ['hour', 'day']) ?? 'day';
  const by = given.oneOf('by', ['total', 'chargePoint', 'tag']) ?? 'total';
  const timezone = given.timeZone('timezone');
  const conditions = ofChargePoints(given, new Conditions());
  const begun = `${conditions} AND started_at >= ${FROM} AND started_at < ${TO}`;
  const asked = transactionsFrom(`${begun} AND ${isSession(`${IS_RECEIVED} AND ${begun}`)}`, COLUMNS);
  const { chargePointId } = conditions.values;
  return {
    sql: `
SELECT toTimeZone(toDateTime64(${INTERVALS[interval]}, 3), 'UTC') AS start,
  formatDateTime(${INTERVALS[interval]}, '%Y-%m-%dT%H:%i:%S', {timezone:String}) AS localStart${SUBJECTS[by]},
  count() AS sessions, countIf(state = 'stopped') AS stopped, countIf(state = 'open') AS open,
  countIf(state NOT IN ('open', 'stopped')) AS closed,
  uniq(lower(id_tag)) AS idTags,
  round(sumIf(ifNull(energy_wh, 0), state != 'open'), 3) AS energyWh, countIf(state != 'open' AND energy_wh IS NULL) AS energyUnknown,
  round(sumIf(coalesce(corrected_wh, energy_wh, 0), state != 'open'), 3) AS correctedEnergyWh, countIf(corrected_wh IS NOT NULL) AS corrected,
  round(ifNotFinite(avgIf(durationS, state = 'stopped'), 0)) AS averageDurationS,
  round(ifNotFinite(quantileIf(0.5)(durationS, state = 'stopped'), 0)) AS medianDurationS
FROM (
  SELECT *, greatest(toFloat64(dateDiff('second', started_at, ifNull(stopped_at, started_at))), 0) AS durationS
  FROM ${withCorrections(withEnergy(asked))}
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
    energyOf: energyOfTransactions({
      ...range,
      ...(typeof chargePointId === 'string' && { chargePointId }),
    }),
    energyMayLag: true,
  };
}

const COLUMNS = 'charge_point_id, transaction_id, id_tag, started_at, stopped_at, state';

/** The transaction that a stop named. */
const NAMED = "toInt32(JSONExtractInt(raw_stop, 'transactionId'))";

/**
 * Whether a row is a session. A stop that contradicts the one before it, or whose transaction has left the
 * operational store, is kept as a row of its own, yet its session is that of the transaction which it names.
 * `conditions` bound the rows that are asked for.
 */
export function isSession(conditions: string): string {
  return `NOT has(flags, 'conflicting-stop') AND NOT (state = 'unmatched' AND (charge_point_id, ${NAMED}) GLOBAL IN (
    SELECT charge_point_id, transaction_id FROM transactions
    WHERE state != 'unmatched' AND (charge_point_id, transaction_id) GLOBAL IN (
      SELECT charge_point_id, ${NAMED} FROM transactions WHERE state = 'unmatched' AND ${conditions}
    )
  ))`;
}

const IS_RECEIVED = "received_at >= fromUnixTimestamp64Milli({receivedFrom:Int64}, 'UTC')";

/**
 * Transactions as they stand. None is received long before it begins by the charge point's clock, and all
 * versions have the same time of receipt, so parts and partitions from before need not be read. ClickHouse
 * leaves them out only where it is told that FINAL has nothing to merge across partitions.
 */
export function transactionsFrom(conditions: string, columns = '*'): string {
  return `(
    SELECT ${columns} FROM transactions FINAL
    WHERE ${IS_RECEIVED} AND ${conditions}
    SETTINGS do_not_merge_across_partitions_select_final = 1
  )`;
}

/** The parameter of `transactionsFrom`, for starts from `from` on. */
export function receipt(from: number): { readonly receivedFrom: number } {
  return { receivedFrom: from - DAY_MS };
}
