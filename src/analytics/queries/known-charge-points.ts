import type { Conditions, Parameters } from './parameters.ts';

/** Charge points as they are known now, one row each, to be joined by charge_point_id. */
export const KNOWN_CHARGE_POINTS = `(
  SELECT charge_point_id, vendor, model, firmware_version, group_name, connectors FROM charge_points FINAL WHERE NOT removed
)`;

/** Reads what narrows a query to some charge points: `chargePointId`, `group`. */
export function ofChargePoints(given: Parameters, conditions: Conditions): Conditions {
  return conditions
    .where('charge_point_id = {chargePointId:String}', 'chargePointId', given.text('chargePointId'))
    .where(
      'charge_point_id IN (SELECT charge_point_id FROM charge_points FINAL WHERE group_name = {group:String} AND NOT removed)',
      'group',
      given.text('group'),
    );
}
