import { inScope } from './known-charge-points.ts';
import { Conditions, type Parameters, type PreparedQuery } from './parameters.ts';
import { isSession } from './sessions.ts';
import { energyOfTransactions, withEnergy } from './transaction-energy.ts';

/**
 * Per charge point how many samples there are, the sum of their values, and the first and last time: `prefix`
 * of the identity, `from`, `to`, `final`. Without `final` these are the rows as they lie there, so that a
 * doubled one shows.
 */
export function meterSampleTotals(given: Parameters): PreparedQuery {
  const { conditions, table } = totalsOf(given, 'meter_samples', 'ts');
  return {
    sql: `
SELECT charge_point_id AS chargePointId, count() AS count, round(sum(value), 3) AS sum, min(ts) AS firstAt, max(ts) AS lastAt
FROM ${table}
WHERE ${conditions}
GROUP BY charge_point_id
ORDER BY charge_point_id`,
    parameters: conditions.values,
  };
}

/**
 * Per charge point: `count` of rows (each change of a transaction is one, unless `final`), how many
 * transactions and stopped ones those are, the sum of what those that are over imported, how many of them
 * that leaves out because their energy is not known, and the first and last start. Parameters as of
 * meter-sample-totals.
 */
export function transactionTotals(given: Parameters): PreparedQuery {
  const { conditions, table } = totalsOf(given, 'transactions', 'started_at');
  const asked = `(
    SELECT charge_point_id, transaction_id, started_at, state, ${isSession(String(conditions))} AS is_session FROM ${table} WHERE ${conditions}
  )`;
  return {
    sql: `
SELECT charge_point_id AS chargePointId, count() AS count, uniqExactIf(transaction_id, is_session) AS transactions,
  uniqExactIf(transaction_id, state = 'stopped') AS stopped,
  round(sumIf(ifNull(energy_wh, 0), is_session AND state != 'open'), 3) AS energyWh,
  uniqExactIf(transaction_id, is_session AND state != 'open' AND energy_wh IS NULL) AS energyUnknown,
  min(started_at) AS firstAt, max(started_at) AS lastAt
FROM ${withEnergy(asked)}
GROUP BY charge_point_id
ORDER BY charge_point_id`,
    parameters: conditions.values,
    energyOf: energyOfTransactions(conditions.values as { from?: number; to?: number; prefix?: string }),
    energyMayLag: true,
  };
}

function totalsOf(
  given: Parameters,
  table: 'meter_samples' | 'transactions',
  time: string,
): { readonly conditions: Conditions; readonly table: string } {
  const conditions = inScope(given, new Conditions())
    .where('startsWith(charge_point_id, {prefix:String})', 'prefix', given.text('prefix'))
    .between(time, given.time('from'), given.time('to'));
  return { conditions, table: given.flag('final') ? `${table} FINAL` : table };
}
