import { Conditions, type Parameters, type PreparedQuery } from './parameters.ts';

/**
 * The message log, newest first: `chargePointId`, `action`, `direction`, `messageId`, `from`, `to`, `limit`, `offset`. Without a charge point it is
 * that of the whole fleet.
 */
export function messages(given: Parameters): PreparedQuery {
  const conditions = new Conditions()
    .where('charge_point_id = {chargePointId:String}', 'chargePointId', given.text('chargePointId'))
    .where('action = {action:String}', 'action', given.text('action'))
    .where('direction = {direction:String}', 'direction', given.oneOf('direction', ['in', 'out']))
    .where('message_id = {messageId:String}', 'messageId', given.text('messageId'))
    .between('received_at', given.time('from'), given.time('to'));
  const limit = given.integer('limit', { min: 1, max: 1000, byDefault: 100 });
  const offset = given.integer('offset', { min: 0, max: 1_000_000, byDefault: 0 });
  return {
    sql: `
SELECT
  charge_point_id AS chargePointId, direction, type, message_id AS messageId, action,
  error_code AS errorCode, payload, received_at AS receivedAt
FROM messages
WHERE ${conditions}
ORDER BY received_at DESC, message_id DESC, direction DESC
LIMIT {limit:UInt32} OFFSET {offset:UInt32}`,
    parameters: { ...conditions.values, limit, offset },
  };
}
