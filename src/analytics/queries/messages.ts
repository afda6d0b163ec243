import { ofChargePoints } from './known-charge-points.ts';
import { loggedBetween } from './logged.ts';
import { WINDOW, windowOf } from './page.ts';
import { Conditions, type Parameters, type PreparedQuery } from './parameters.ts';
import { DAY_MS } from './range.ts';

/** A search for a text is over at once in so much of the log. */
const PROMPT_MS = 2 * DAY_MS;

/**
 * The message log, newest first: `chargePointId`, `group`, `action`, `direction`, `type`, `messageId`,
 * `errorCode`, `text` (somewhere in the payload, in any case), `from`, `to`, `limit`, `offset`. Without a
 * charge point it is that of the whole fleet.
 */
export function messages(given: Parameters): PreparedQuery {
  const text = given.text('text');
  const from = given.time('from');
  const to = given.time('to');
  const conditions = ofChargePoints(given, new Conditions())
    .where('action = {action:String}', 'action', given.text('action'))
    .where('direction = {direction:String}', 'direction', given.oneOf('direction', ['in', 'out']))
    .where(
      'type = {type:String}',
      'type',
      given.oneOf('type', ['CALL', 'CALLRESULT', 'CALLERROR', 'unreadable']),
    )
    .where('message_id = {messageId:String}', 'messageId', given.text('messageId'))
    .where('error_code = {errorCode:String}', 'errorCode', given.text('errorCode'))
    .where('positionCaseInsensitiveUTF8(payload, {text:String}) > 0', 'text', text);
  const logged = loggedBetween(from, to);
  return {
    patient: text !== undefined && (to ?? Date.now()) - (from ?? 0) > PROMPT_MS,
    sql: `
SELECT
  charge_point_id AS chargePointId, direction, type, message_id AS messageId, action,
  error_code AS errorCode, payload, received_at AS receivedAt
FROM messages
WHERE ${logged} AND ${conditions}
ORDER BY received_at DESC, message_id DESC, direction DESC
${WINDOW}`,
    parameters: { ...logged.values, ...conditions.values, ...windowOf(given, { max: 1000, byDefault: 100 }) },
  };
}
