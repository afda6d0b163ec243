import { ofChargePoints } from './known-charge-points.ts';
import { WINDOW, windowOf } from './page.ts';
import { Conditions, type Parameters, type PreparedQuery } from './parameters.ts';
import { DAY_MS, FROM, HOUR_MS, rangeOf, TO } from './range.ts';
import { receipt, transactionsFrom } from './sessions.ts';

/** Energy registers are read until so long after the last start that was asked for. */
const LONGEST_DAYS = 31;

const TOP_BIT = '9223372036854775808';
const LOW_64_BITS = '18446744073709551615';
const BITS = 'reinterpretAsUInt64(0 - reached.1)';

/**
 * Which reading of a transaction is the highest, and of several as high the earliest, as one whole number: the register's bits in the order of its
 * values, and below them how long before the end of time it was. The lowest of (-register, time) says the same; ClickHouse takes five times as long.
 */
const HIGHEST_THEN_EARLIEST = `bitOr(
  bitShiftLeft(toUInt128(if(${BITS} >= ${TOP_BIT}, bitNot(${BITS}), ${BITS} + ${TOP_BIT})), 64), toUInt128(${TOP_BIT} - toUnixTimestamp64Milli(reached.2)))`;

/**
 * How long vehicles stayed after the energy had stopped flowing, longest first: `from`, `to` (of the start), `chargePointId`, `group`, `limit`, `offset`. `chargedUntil` is when
 * the register first stood at the highest value of the transaction; transactions without readings are left out. What happened between two readings is not known, so it is
 * late by up to the charge point's interval.
 */
export function idle(given: Parameters): PreparedQuery {
  const range = rangeOf(given, 100 * DAY_MS);
  const conditions = ofChargePoints(given, new Conditions());
  return {
    sql: `
WITH ended AS (
  SELECT transaction_id, charge_point_id, connector_id, id_tag, started_at, assumeNotNull(stopped_at) AS stopped,
    cityHash64(charge_point_id) AS place
  FROM ${transactionsFrom(`${conditions} AND started_at >= ${FROM} AND started_at < ${TO} AND state = 'stopped' AND stopped_at IS NOT NULL`)}
),
(SELECT toInt32(intDiv(toUnixTimestamp64Milli(max(stopped)), ${DAY_MS})) FROM ended) AS last_day
SELECT transaction_id AS transactionId, charge_point_id AS chargePointId, connector_id AS connectorId, id_tag AS idTag,
  started_at AS startedAt, at AS chargedUntil, stopped AS stoppedAt,
  greatest(dateDiff('second', at, stopped), 0) AS idleS,
  greatest(dateDiff('second', started_at, at), 0) AS chargingS
FROM ended
INNER JOIN (
  SELECT cityHash64(charge_point_id) AS place, transaction_id,
    greatest(fromUnixTimestamp64Milli(toInt64(${TOP_BIT} - toUInt64(bitAnd(max(${HIGHEST_THEN_EARLIEST}), toUInt128(${LOW_64_BITS})))), 'UTC'),
      min(first.1)) AS at
  FROM energy_hourly
  WHERE day >= intDiv({from:Int64}, ${DAY_MS}) AND day <= least(last_day, intDiv({to:Int64}, ${DAY_MS}) + ${LONGEST_DAYS})
    AND hour >= intDiv({from:Int64}, ${HOUR_MS})
    AND transaction_id > 0 AND phase = '' AND location IN ('', 'Outlet') AND ${conditions}
  GROUP BY place, transaction_id
) AS charged USING (place, transaction_id)
ORDER BY idleS DESC, transactionId
${WINDOW}`,
    parameters: {
      ...conditions.values,
      ...range,
      ...receipt(range.from),
      ...windowOf(given, { max: 10_000, byDefault: 100 }),
    },
  };
}
