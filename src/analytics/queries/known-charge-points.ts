import type { Conditions, Parameters } from './parameters.ts';

/** Charge points as they are known now, one row each, to be joined by charge_point_id. */
export const KNOWN_CHARGE_POINTS = `(
  SELECT charge_point_id, vendor, model, firmware_version, group_name, connectors FROM charge_points FINAL WHERE NOT removed
)`;

/** Charge points and groups that somebody may be confined to. */
const MOST_IN_SCOPE = 50_000;

/**
 * Reads what the charge points are bounded by that somebody may see: those of `scopeGroups` as they are known
 * now, and `scopeChargePoints`. Absent: all. A query that does not read them refuses them.
 */
export function inScope(given: Parameters, conditions: Conditions): Conditions {
  const groups = given.texts('scopeGroups', MOST_IN_SCOPE);
  const ids = given.texts('scopeChargePoints', MOST_IN_SCOPE);
  if (groups === undefined && ids === undefined) return conditions;
  return conditions
    .where(
      `(charge_point_id IN {scopeChargePoints:Array(String)} OR charge_point_id IN (
    SELECT charge_point_id FROM charge_points FINAL WHERE group_name IN {scopeGroups:Array(String)} AND NOT removed))`,
      'scopeGroups',
      groups ?? [],
    )
    .with('scopeChargePoints', ids ?? []);
}

/** Reads what narrows a query to some charge points: `chargePointId`, `group`, and what is in scope. */
export function ofChargePoints(given: Parameters, conditions: Conditions): Conditions {
  return inScope(given, conditions)
    .where('charge_point_id = {chargePointId:String}', 'chargePointId', given.text('chargePointId'))
    .where(
      'charge_point_id IN (SELECT charge_point_id FROM charge_points FINAL WHERE group_name = {group:String} AND NOT removed)',
      'group',
      given.text('group'),
    );
}
