import type { Parameters, PreparedQuery } from './parameters.ts';

/** Transactions that can be asked for at a time. */
const MOST_TRANSACTIONS = 1000;

/** Steps from reading to reading that say nothing against any register, Wh. */
const SMALL_STEP_WH = 5000;

/**
 * What the readings of some transactions look like, for those that have any: `chargePointIds` and
 * `transactionIds` (as text). `isEven` where they are of one register over all phases that only rises, by
 * small steps, `firstWh` and `lastWh` its ends. None was received before `receivedFrom`.
 */
export function transactionDigests(given: Parameters): PreparedQuery {
  const chargePointIds = given.texts('chargePointIds', MOST_TRANSACTIONS) ?? [];
  const transactionIds = given.texts('transactionIds', MOST_TRANSACTIONS) ?? [];
  const receivedFrom = given.requiredTime('receivedFrom');
  return {
    sql: `
SELECT transactionId, toUInt8(kinds = 1 AND isPlain AND arrayAll(step -> step BETWEEN 0 AND ${SMALL_STEP_WH}, steps)) AS isEven,
  values[1] AS firstWh, values[-1] AS lastWh
FROM (
  SELECT assumeNotNull(transaction_id) AS transactionId, uniqExact(measurand, phase, location, lower(unit) = 'kwh') AS kinds,
    min(measurand = 'Energy.Active.Import.Register' AND phase = '' AND context != 'Transaction.Begin' AND value >= 0) AS isPlain,
    arrayMap(cell -> cell.2, arraySort(groupArray((ts, ifNull(value, -1) * if(lower(unit) = 'kwh', 1000, 1))))) AS values,
    arrayDifference(values) AS steps
  FROM meter_samples
  WHERE received_at >= fromUnixTimestamp64Milli({receivedFrom:Int64}, 'UTC')
    AND charge_point_id IN ({chargePointIds:Array(String)})
    AND transaction_id IN (SELECT toInt32OrZero(arrayJoin({transactionIds:Array(String)})))
    AND measurand IN ('Energy.Active.Import.Register', 'Energy.Active.Import.Interval') AND format != 'SignedData'
  GROUP BY transaction_id
)`,
    parameters: { chargePointIds, transactionIds, receivedFrom },
  };
}
