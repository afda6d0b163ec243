import { DOUBTS } from '../../energy/doubts.ts';
import { Conditions, type Parameters, type PreparedQuery } from './parameters.ts';

/** The latest ones; whoever has more of them to look at begins with these. */
const MOST = 10_000;

/**
 * Transactions about whose energy their readings, or other transactions, raise a doubt, the latest first:
 * `chargePointId`.
 */
export function doubtfulTransactions(given: Parameters): PreparedQuery {
  const conditions = new Conditions()
    .where('charge_point_id = {chargePointId:String}', 'chargePointId', given.text('chargePointId'))
    .where('hasAny(flags, {doubts:Array(String)})', 'doubts', DOUBTS);
  return {
    sql: `
SELECT transaction_id AS transactionId FROM transaction_energy FINAL
WHERE ${conditions}
ORDER BY transaction_id DESC
LIMIT ${MOST}`,
    parameters: conditions.values,
  };
}
