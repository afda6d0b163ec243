import { ofChargePoints } from './known-charge-points.ts';
import { WINDOW, windowOf } from './page.ts';
import { Conditions, type Parameters, type PreparedQuery } from './parameters.ts';

/**
 * What charge points told of their security, and connections that were refused for its sake, newest first by
 * the time of receipt: `from`, `to`, `chargePointId`, `group`, `type`, `source` (charge-point | farad),
 * `critical`, `limit`, `offset`.
 */
export function securityEvents(given: Parameters): PreparedQuery {
  const onlyCritical = given.flag('critical');
  const conditions = ofChargePoints(given, new Conditions())
    .where('type = {type:String}', 'type', given.text('type'))
    .where('source = {source:String}', 'source', given.oneOf('source', ['charge-point', 'farad']))
    .where('critical = {critical:UInt8}', 'critical', onlyCritical ? 1 : undefined)
    .between('received_at', given.time('from'), given.time('to'));
  return {
    sql: `
SELECT charge_point_id AS chargePointId, source, type, CAST(critical, 'Nullable(Bool)') AS critical, reason, tech_info AS techInfo,
  remote_address AS remoteAddress, reported_at AS reportedAt, raw_timestamp AS rawTimestamp, received_at AS receivedAt
FROM security_events
WHERE ${conditions}
ORDER BY received_at DESC, charge_point_id, type, tech_info
${WINDOW}`,
    parameters: { ...conditions.values, ...windowOf(given, { max: 1000, byDefault: 100 }) },
  };
}
