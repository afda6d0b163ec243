import { inScope } from './known-charge-points.ts';
import { Conditions, type Parameters, type PreparedQuery } from './parameters.ts';

/**
 * Samples of one charge point by their time: `chargePointId`, `from`, `to`, `measurand`, `order` (asc),
 * `limit`, `offset`. A sample that the charge point repeated appears once.
 */
export function meterSamples(given: Parameters): PreparedQuery {
  const conditions = inScope(given, new Conditions())
    .where('charge_point_id = {chargePointId:String}', 'chargePointId', given.requiredText('chargePointId'))
    .where('measurand = {measurand:String}', 'measurand', given.text('measurand'))
    .between('ts', given.time('from'), given.time('to'));
  const order = given.oneOf('order', ['asc', 'desc']) ?? 'asc';
  const limit = given.integer('limit', { min: 1, max: 50_000, byDefault: 1000 });
  const offset = given.integer('offset', { min: 0, max: 10_000_000, byDefault: 0 });
  return {
    sql: `
SELECT
  charge_point_id AS chargePointId, connector_id AS connectorId, transaction_id AS transactionId,
  measurand, phase, location, context, format, unit, ts AS time, value, raw_value AS rawValue,
  source, flags, received_at AS receivedAt
FROM meter_samples FINAL
WHERE ${conditions}
ORDER BY ts ${order}, connector_id, measurand, phase, location, context, format, raw_value
LIMIT {limit:UInt32} OFFSET {offset:UInt32}`,
    parameters: { ...conditions.values, limit, offset },
  };
}
