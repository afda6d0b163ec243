import { KNOWN_CHARGE_POINTS, ofChargePoints } from './known-charge-points.ts';
import { loggedBetween } from './logged.ts';
import { WINDOW, windowOf } from './page.ts';
import { Conditions, type Parameters, type PreparedQuery } from './parameters.ts';
import { DAY_MS, rangeOf } from './range.ts';

/**
 * Times in which a connector reported an error or Faulted (OCPP 1.6 ed. 2 §4.9), latest first: `from`, `to`,
 * `chargePointId`, `group`, `errorCode`, `limit`, `offset`. `endedAt` is its next report without one, null
 * while there was none; repeated reports of the same error are one fault.
 */
export function faults(given: Parameters): PreparedQuery {
  const range = rangeOf(given);
  const conditions = ofChargePoints(given, new Conditions()).between('received_at', range.from, range.to);
  const ofCode = new Conditions().where(
    'errorCode = {errorCode:String}',
    'errorCode',
    given.text('errorCode'),
  );
  return {
    sql: `
WITH reports AS (
  SELECT *, status = 'Faulted' OR error_code NOT IN ('NoError', '') AS bad, concat(status, '|', error_code, '|', vendor_error_code) AS story,
    lagInFrame(story, 1, '') OVER earlier AS storyBefore,
    minIf(received_at, NOT bad) OVER later AS wellAt
  FROM connector_status
  WHERE ${conditions}
  WINDOW earlier AS (PARTITION BY charge_point_id, connector_id ORDER BY received_at ROWS BETWEEN 1 PRECEDING AND CURRENT ROW),
    later AS (PARTITION BY charge_point_id, connector_id ORDER BY received_at ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)
)
SELECT charge_point_id AS chargePointId, connector_id AS connectorId, status, error_code AS errorCode, info, vendor_id AS vendorId,
  vendor_error_code AS vendorErrorCode, received_at AS startedAt, if(toUnixTimestamp64Milli(wellAt) <= 0, NULL, wellAt) AS endedAt,
  known.vendor AS vendor, known.model AS model, known.firmware_version AS firmwareVersion
FROM reports LEFT JOIN ${KNOWN_CHARGE_POINTS} AS known USING (charge_point_id)
WHERE bad AND story != storyBefore AND ${ofCode}
ORDER BY received_at DESC, chargePointId, connectorId
${WINDOW}`,
    parameters: {
      ...conditions.values,
      ...ofCode.values,
      ...windowOf(given, { max: 10_000, byDefault: 100 }),
    },
  };
}

const SUBJECTS = {
  vendor: 'known.vendor AS vendor',
  model: 'known.vendor AS vendor, known.model AS model',
  firmware: 'known.vendor AS vendor, known.model AS model, known.firmware_version AS firmwareVersion',
} as const;

/**
 * Errors by vendor, model and firmware, most frequent first: `from`, `to`, `by` (vendor | model | firmware),
 * `chargePointId`, `group`, `limit`, `offset`. `source` status: reports of an error on a connector; call:
 * CALLERRORs that the charge point sent, or that Farad answered it with (`direction` out).
 */
export function errors(given: Parameters): PreparedQuery {
  const range = rangeOf(given, 100 * DAY_MS);
  const by = given.oneOf('by', ['vendor', 'model', 'firmware']) ?? 'model';
  const conditions = ofChargePoints(given, new Conditions()).between('received_at', range.from, range.to);
  const logged = loggedBetween(range.from, range.to);
  return {
    sql: `
SELECT ${SUBJECTS[by]}, source, direction, action, errorCode, sum(times) AS times, uniqExact(charge_point_id) AS chargePoints
FROM (
  SELECT charge_point_id, 'status' AS source, 'in' AS direction, 'StatusNotification' AS action, error_code AS errorCode, count() AS times
  FROM connector_status
  WHERE error_code NOT IN ('NoError', '') AND ${conditions}
  GROUP BY charge_point_id, error_code
  UNION ALL
  SELECT charge_point_id, 'call', direction, action, error_code, count()
  FROM messages
  WHERE type = 'CALLERROR' AND ${logged} AND ${conditions}
  GROUP BY charge_point_id, direction, action, error_code
) AS counted
LEFT JOIN ${KNOWN_CHARGE_POINTS} AS known USING (charge_point_id)
GROUP BY ALL
ORDER BY times DESC, errorCode, vendor
${WINDOW}`,
    parameters: {
      ...logged.values,
      ...conditions.values,
      ...windowOf(given, { max: 10_000, byDefault: 100 }),
    },
  };
}
