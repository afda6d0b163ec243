import { ofChargePoints } from './known-charge-points.ts';
import { loggedBetween } from './logged.ts';
import { Conditions, type Parameters, type PreparedQuery } from './parameters.ts';
import { DAY_MS, rangeOf } from './range.ts';

/**
 * How long Farad took to answer, per action and hour, out of the message log: `from`, `to` (at most 31 days),
 * `action` (Authorize), `chargePointId`, `group`. To the millisecond; the metrics of the edges are finer.
 */
export function answerTimes(given: Parameters): PreparedQuery {
  const range = rangeOf(given, 31 * DAY_MS);
  const action = given.text('action') ?? 'Authorize';
  const conditions = ofChargePoints(given, new Conditions()).where(
    'action = {action:String}',
    'action',
    action,
  );
  const logged = loggedBetween(range.from, range.to);
  return {
    sql: `
SELECT toTimeZone(toDateTime64(toStartOfHour(asked), 3), 'UTC') AS start, count() AS answers, max(took) AS highestMs,
  round(quantile(0.5)(took)) AS medianMs, round(quantile(0.99)(took)) AS p99Ms
FROM (
  SELECT minIf(received_at, direction = 'in' AND type = 'CALL') AS asked, minIf(received_at, direction = 'out' AND type != 'CALL') AS answered,
    dateDiff('millisecond', asked, answered) AS took
  FROM messages
  WHERE ${logged} AND ${conditions}
  GROUP BY charge_point_id, message_id
  HAVING toUnixTimestamp64Milli(asked) > 0 AND answered >= asked
)
GROUP BY start
ORDER BY start`,
    parameters: { ...logged.values, ...conditions.values },
  };
}
