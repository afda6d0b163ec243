import { ofChargePoints } from './known-charge-points.ts';
import { WINDOW, windowOf } from './page.ts';
import { Conditions, type Parameters, type PreparedQuery } from './parameters.ts';
import { DAY_MS, FROM, rangeOf, TO } from './range.ts';
import { receipt, transactionsFrom } from './sessions.ts';
import { energyOfTransactions } from './transaction-energy.ts';

/** Days of energy are read until so long after the last start that was asked for. */
const LONGEST_DAYS = 31;

/**
 * How long vehicles stayed after the energy had stopped flowing, longest first: `from`, `to` (of the start),
 * `chargePointId`, `group`, `limit`, `offset`. `chargedUntil` is when energy of the transaction flowed last,
 * its start where there was none; transactions without readings and those whose energy is not known are left
 * out. What happened between two readings is not known, so it is late by up to the charge point's interval.
 */
export function idle(given: Parameters): PreparedQuery {
  const range = rangeOf(given, 100 * DAY_MS);
  const conditions = ofChargePoints(given, new Conditions());
  const { chargePointId } = conditions.values;
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
  SELECT cityHash64(charge_point_id) AS place, transaction_id, fromUnixTimestamp64Milli(max(toInt64(day) * ${DAY_MS} + until), 'UTC') AS at
  FROM (
    SELECT day, charge_point_id, flowed_ids, flowed_until FROM energy_days FINAL
    PREWHERE day >= intDiv({from:Int64}, ${DAY_MS}) AND day <= least(last_day, intDiv({to:Int64}, ${DAY_MS}) + ${LONGEST_DAYS})
    WHERE ${conditions}
  )
  ARRAY JOIN flowed_ids AS transaction_id, flowed_until AS until
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
    energyOf: energyOfTransactions({
      ...range,
      ...(typeof chargePointId === 'string' && { chargePointId }),
    }),
    energyMayLag: true,
  };
}
