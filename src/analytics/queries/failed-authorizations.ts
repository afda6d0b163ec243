import { ofChargePoints } from './known-charge-points.ts';
import { WINDOW, windowOf } from './page.ts';
import { Conditions, type Parameters, type PreparedQuery } from './parameters.ts';
import { rangeOf } from './range.ts';

const SUBJECTS = {
  tag: 'lower(id_tag) AS idTag, ',
  chargePoint: 'charge_point_id AS chargePointId, ',
  both: 'lower(id_tag) AS idTag, charge_point_id AS chargePointId, ',
  none: '',
} as const;

const GROUPED = { tag: '1, ', chargePoint: '1, ', both: '1, 2, ', none: '' } as const;

/**
 * Answers about idTags that were not Accepted, most frequent first: `from`, `to`, `by` (tag | chargePoint |
 * both | none), `chargePointId`, `group`, `limit`, `offset`.
 */
export function failedAuthorizations(given: Parameters): PreparedQuery {
  const range = rangeOf(given);
  const by = given.oneOf('by', ['tag', 'chargePoint', 'both', 'none']) ?? 'tag';
  const conditions = ofChargePoints(given, new Conditions()).between('received_at', range.from, range.to);
  return {
    sql: `
SELECT ${SUBJECTS[by]}status, count() AS times, uniq(charge_point_id) AS chargePoints, uniq(lower(id_tag)) AS idTags,
  min(received_at) AS firstAt, max(received_at) AS lastAt
FROM authorizations
WHERE status != 'Accepted' AND ${conditions}
GROUP BY ${GROUPED[by]}status
ORDER BY times DESC, lastAt DESC, status
${WINDOW}`,
    parameters: { ...conditions.values, ...windowOf(given, { max: 10_000, byDefault: 100 }) },
  };
}
