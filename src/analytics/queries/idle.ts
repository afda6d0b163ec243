import { ofChargePoints } from './known-charge-points.ts';
import { WINDOW, windowOf } from './page.ts';
import { Conditions, type Parameters, type PreparedQuery } from './parameters.ts';
import { DAY_MS, FROM, rangeOf, TO } from './range.ts';
import { receipt, transactionsFrom } from './sessions.ts';

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
SELECT transaction_id AS transactionId, charge_point_id AS chargePointId, connector_id AS connectorId, id_tag AS idTag,
  started_at AS startedAt, at AS chargedUntil, stopped_at AS stoppedAt,
  greatest(dateDiff('second', at, assumeNotNull(stopped_at)), 0) AS idleS,
  greatest(dateDiff('second', started_at, at), 0) AS chargingS
FROM (
  SELECT * FROM ${transactionsFrom(`${conditions} AND started_at >= ${FROM} AND started_at < ${TO} AND state = 'stopped' AND stopped_at IS NOT NULL`)}
) AS ended
INNER JOIN (
  SELECT charge_point_id, transaction_id, greatest(min(reached).2, min(first).1) AS at
  FROM energy_hourly
  WHERE day >= intDiv({from:Int64}, ${DAY_MS}) AND day <= intDiv({to:Int64}, ${DAY_MS}) + 31
    AND transaction_id > 0 AND phase = '' AND location IN ('', 'Outlet') AND ${conditions}
  GROUP BY charge_point_id, transaction_id
) AS charged USING (charge_point_id, transaction_id)
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
