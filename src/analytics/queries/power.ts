import { inScope } from './known-charge-points.ts';
import { BadParameter, Conditions, type Parameters, type PreparedQuery } from './parameters.ts';
import { DAY_MS, type Range, rangeOf } from './range.ts';

/** Connectors of a site. */
const MOST_MEMBERS = 1000;

/**
 * A connector of a site whose newest sample is older than this by the next step is not counted in it any
 * more, ms.
 */
const HOLD_MS = 15 * 60_000;

/**
 * The power curve of a connector: `chargePointId`, `connectorId`, `transactionId`, `from`, `to` (at most 31
 * days), `points` (300): the time is cut into so many steps, and each with samples has its lowest, average
 * and highest Power.Active.Import in W. Where samples come by phase, those of one moment are added.
 *
 * With `members` instead of `chargePointId`, the connectors of a site as `connectorId chargePointId`, it is
 * the curve of all of them together: each step has the sum of their averages, and how many connectors that
 * are. A connector that sends less often than once in a step counts with what it said last, for a quarter of
 * an hour. `phases` has for each member the phases of the site that it loads evenly (`L1 L2 L3`); at
 * `voltage`, V between phase and neutral, each step then has what that is on L1, L2 and L3, A.
 */
export function power(given: Parameters): PreparedQuery {
  const range = rangeOf(given, 31 * DAY_MS);
  const points = given.integer('points', { min: 2, max: 5000, byDefault: 300 });
  const step = Math.max(1000, Math.ceil((range.to - range.from) / points));
  const members = given.texts('members', MOST_MEMBERS);
  if (members === undefined) return ofConnectors(given, range, step);
  const phases = given.texts('phases', MOST_MEMBERS) ?? members.map(() => 'L1 L2 L3');
  const voltage = given.integer('voltage', { min: 1, max: 1000, byDefault: 230 });
  if (phases.length !== members.length) throw new BadParameter('phases must have one text for each member');
  return ofSite(given, members, { phases, voltage, range, step });
}

function ofConnectors(given: Parameters, range: Range, step: number): PreparedQuery {
  const conditions = inScope(given, new Conditions())
    .where('charge_point_id = {chargePointId:String}', 'chargePointId', given.requiredText('chargePointId'))
    .where(
      'connector_id = {connectorId:Int32}',
      'connectorId',
      optionalInteger(given, 'connectorId', 0, 2 ** 31 - 1),
    )
    .where(
      'transaction_id = {transactionId:Int32}',
      'transactionId',
      optionalInteger(given, 'transactionId', 1, 2 ** 31 - 1),
    )
    .between('ts', range.from, range.to);
  return {
    sql: `
SELECT connector_id AS connectorId, ${START},
  round(min(watts), 1) AS lowestW, round(avg(watts), 1) AS averageW, round(max(watts), 1) AS highestW, count() AS samples
FROM ${moments(conditions)}
GROUP BY charge_point_id, connector_id, step
ORDER BY connector_id, step`,
    parameters: { ...conditions.values, ...range, step },
  };
}

interface SiteCurve {
  readonly phases: readonly string[];
  readonly voltage: number;
  readonly range: Range;
  readonly step: number;
}

function ofSite(
  given: Parameters,
  members: readonly string[],
  { phases, voltage, range, step }: SiteCurve,
): PreparedQuery {
  const conditions = inScope(given, new Conditions())
    .where('charge_point_id IN {chargePoints:Array(String)}', 'chargePoints', chargePointsOf(members))
    .where(
      "has({members:Array(String)}, concat(toString(connector_id), ' ', charge_point_id))",
      'members',
      members,
    )
    .between('ts', range.from, range.to);
  return {
    sql: `
SELECT ${START}, round(sum(watts), 1) AS averageW, count() AS connectors,
  [${['L1', 'L2', 'L3'].map((phase) => `round(sumIf(watts / length(wired), has(wired, '${phase}')) / {voltage:Int64}, 1)`).join(', ')}] AS perPhaseA
FROM (
  SELECT splitByChar(' ', arrayElement({phases:Array(String)}, indexOf({members:Array(String)}, concat(toString(connector_id), ' ', charge_point_id)))) AS wired,
    arrayJoin(arrayFlatten(arrayMap((step, next, watts) -> arrayMap(at -> (at, watts), range(step, least(next, step + {hold:Int64}))),
    arrayMap(known -> known.1, steps), arrayPushBack(arrayPopFront(arrayMap(known -> known.1, steps)), {steps:Int64}), arrayMap(known -> known.2, steps)))) AS held,
    held.1 AS step, held.2 AS watts
  FROM (
    SELECT charge_point_id, connector_id, arraySort(groupArray((step, watts))) AS steps
    FROM (
      SELECT charge_point_id, connector_id, step, avg(watts) AS watts FROM ${moments(conditions)} GROUP BY charge_point_id, connector_id, step
    )
    GROUP BY charge_point_id, connector_id
  )
)
GROUP BY step
ORDER BY step`,
    parameters: {
      ...conditions.values,
      ...range,
      phases,
      voltage,
      step,
      steps: Math.ceil((Math.min(range.to, Math.max(Date.now(), range.from + 1)) - range.from) / step),
      hold: Math.max(1, Math.ceil(HOLD_MS / step)),
    },
  };
}

const START = "fromUnixTimestamp64Milli({from:Int64} + step * {step:Int64}, 'UTC') AS start";

/** Power in W at each moment that a connector sent samples of, and the step that the moment lies in. */
function moments(conditions: Conditions): string {
  return `(
  SELECT charge_point_id, connector_id, intDiv(toUnixTimestamp64Milli(ts) - {from:Int64}, {step:Int64}) AS step,
    multiIf(countIf(phase = '') > 0, maxIf(inWatts, phase = ''),
      countIf(phase IN ('L1', 'L2', 'L3')) > 0, sumIf(inWatts, phase IN ('L1', 'L2', 'L3')),
      sumIf(inWatts, phase IN ('L1-N', 'L2-N', 'L3-N'))) AS watts
  FROM (
    SELECT charge_point_id, connector_id, ts, phase, any(assumeNotNull(value)) * if(lower(any(unit)) = 'kw', 1000, 1) AS inWatts
    FROM meter_samples
    WHERE ${conditions} AND measurand = 'Power.Active.Import' AND location IN ('', 'Outlet') AND isFinite(ifNull(value, nan))
    GROUP BY charge_point_id, connector_id, ts, phase
  )
  GROUP BY charge_point_id, connector_id, ts
)`;
}

function chargePointsOf(members: readonly string[]): readonly string[] {
  return [...new Set(members.map((member) => member.slice(member.indexOf(' ') + 1)))];
}

function optionalInteger(given: Parameters, name: string, min: number, max: number): number | undefined {
  const value = given.integer(name, { min: -1, max, byDefault: -1 });
  if (value === -1) return undefined;
  if (value < min) throw new BadParameter(`${name} must be at least ${min}`);
  return value;
}
