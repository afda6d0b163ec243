import type { Parameters, PreparedQuery } from './parameters.ts';

/** Transactions that can be asked for at a time. */
const MOST_TRANSACTIONS = 1000;

/** More readings are not worth waiting for; one row more than that says that there are more. */
export const MOST_READINGS = 100_000;

/**
 * Readings of imported energy that name one of some transactions: `chargePointIds` and `transactionIds` (as
 * text). Signed values are left away: what they sign is told beside them. None was received before
 * `receivedFrom`. At most MOST_READINGS + 1.
 */
export function transactionReadings(given: Parameters): PreparedQuery {
  const chargePointIds = given.texts('chargePointIds', MOST_TRANSACTIONS) ?? [];
  const transactionIds = given.texts('transactionIds', MOST_TRANSACTIONS) ?? [];
  const receivedFrom = given.requiredTime('receivedFrom');
  return {
    sql: `
SELECT DISTINCT assumeNotNull(transaction_id) AS transactionId, toUnixTimestamp64Milli(ts) AS at,
  toUInt8(measurand = 'Energy.Active.Import.Interval') AS isInterval,
  value * if(lower(unit) = 'kwh', 1000, 1) AS wh, toUInt8(lower(unit) = 'kwh') AS isCoarse, context, phase, location
FROM meter_samples
WHERE received_at >= fromUnixTimestamp64Milli({receivedFrom:Int64}, 'UTC')
  AND charge_point_id IN ({chargePointIds:Array(String)})
  AND transaction_id IN (SELECT toInt32OrZero(arrayJoin({transactionIds:Array(String)})))
  AND measurand IN ('Energy.Active.Import.Register', 'Energy.Active.Import.Interval') AND format != 'SignedData'
LIMIT ${MOST_READINGS + 1}`,
    parameters: { chargePointIds, transactionIds, receivedFrom },
  };
}
