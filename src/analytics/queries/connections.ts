import { ofChargePoints } from './known-charge-points.ts';
import { WINDOW, windowOf } from './page.ts';
import { Conditions, type Parameters, type PreparedQuery } from './parameters.ts';

/**
 * WebSockets that opened, closed or were refused, with the reason, newest first: `from`, `to`, `event`
 * (opened | closed | refused), `chargePointId`, `group`, `limit`, `offset`. What opened and what closed
 * belong together by `epoch`; an opened one without a closed one is open still, or the process that held it
 * was killed.
 */
export function connections(given: Parameters): PreparedQuery {
  const conditions = ofChargePoints(given, new Conditions())
    .where('event = {event:String}', 'event', given.oneOf('event', ['opened', 'closed', 'refused']))
    .between('received_at', given.requiredTime('from'), given.time('to'));
  return {
    // In one millisecond the newer connection opens after the older one closed, and each closes after it
    // opened.
    sql: `
SELECT charge_point_id AS chargePointId, event, epoch, remote_address AS remoteAddress, code, reason, duration_ms AS durationMs,
  received_at AS receivedAt
FROM connections
WHERE ${conditions}
ORDER BY received_at DESC, epoch DESC, event, charge_point_id
${WINDOW}`,
    parameters: { ...conditions.values, ...windowOf(given, { max: 10_000, byDefault: 100 }) },
  };
}
