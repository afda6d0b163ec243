import { Conditions, type Parameters, type PreparedQuery } from './parameters.ts';
import { IS_SESSION } from './sessions.ts';

/**
 * Per charge point how many samples there are, the sum of their values, and the first and last time: `prefix` of the identity, `from`, `to`,
 * `final`. Without `final` these are the rows as they lie there, so that a doubled one shows.
 */
export function meterSampleTotals(given: Parameters): PreparedQuery {
  const { conditions, table } = totalsOf(given, 'meter_samples', 'ts');
  return {
    sql: `
SELECT charge_point_id AS chargePointId, count() AS count, sum(value) AS sum, min(ts) AS firstAt, max(ts) AS lastAt
FROM ${table}
WHERE ${conditions}
GROUP BY charge_point_id
ORDER BY charge_point_id`,
    parameters: conditions.values,
  };
}

/**
 * Per charge point: `count` of rows (each change of a transaction is one, unless `final`), how many transactions and stopped ones those are, the
 * sum of what they imported, and the first and last start. Parameters as of meter-sample-totals.
 */
export function transactionTotals(given: Parameters): PreparedQuery {
  const { conditions, table } = totalsOf(given, 'transactions', 'started_at');
  return {
    sql: `
SELECT charge_point_id AS chargePointId, count() AS count, uniqExactIf(transaction_id, ${IS_SESSION}) AS transactions,
  uniqExactIf(transaction_id, state = 'stopped') AS stopped,
  sumIf(meter_stop - meter_start, state = 'stopped' AND meter_stop >= meter_start) AS energyWh,
  min(started_at) AS firstAt, max(started_at) AS lastAt
FROM ${table}
WHERE ${conditions}
GROUP BY charge_point_id
ORDER BY charge_point_id`,
    parameters: conditions.values,
  };
}

function totalsOf(
  given: Parameters,
  table: 'meter_samples' | 'transactions',
  time: string,
): { readonly conditions: Conditions; readonly table: string } {
  const conditions = new Conditions()
    .where('startsWith(charge_point_id, {prefix:String})', 'prefix', given.text('prefix'))
    .between(time, given.time('from'), given.time('to'));
  return { conditions, table: given.flag('final') ? `${table} FINAL` : table };
}
