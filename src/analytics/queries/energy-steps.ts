/** A step back by less than this is rounding where a register is read in whole kWh beside values in Wh. */
const COARSE_STEP_WH = 1000;

/** Which registers of a connector count: the lowest rank that it has. 99 is none. */
const RANK = `multiIf(phase = '' AND location IN ('', 'Outlet'), 0, phase IN ('L1', 'L2', 'L3') AND location IN ('', 'Outlet'), 1,
      phase = '', 2 + indexOf(['Inlet', 'Cable', 'EV', 'Body'], location), 99)`;

/** What came before each element; 0 before the first. */
const before = (array: string) => `arrayPushFront(arrayPopBack(${array}), 0)`;

/**
 * CTEs that make `followed` of `readings`: series with an array of their steps from one reading (`sinces`) to the next (`times`): by how much the register rose
 * (`gains`, Wh), and whether it fell (`falls`). From a fall on it is counted from where it fell to. A register that steps back by less than the resolution of a
 * coarse one does not fall, but is `behind` its highest value, and gains nothing until it exceeds that. By transaction each of them is a series of its own,
 * with its `tag` out of the CTE `transaction_states`, and those that are not in it are left out.
 *
 * Window functions over readings would do the same, but sort all those of a large fleet, for which a query has neither time nor memory.
 */
export function steps(byTransaction: boolean): string {
  const series = `charge_point_id, connector_id, phase, location${byTransaction ? ', transaction_id' : ''}`;
  const tags = `
  INNER JOIN (SELECT charge_point_id, transaction_id, tag FROM transaction_states) AS tags USING (charge_point_id, transaction_id)`;
  return `
series AS (
  SELECT ${series}, ${RANK} AS rank,
    groupArray(at) AS ats, groupArray(transaction_id) AS transactions, groupArray(wh) AS registers, groupArray(coarse) AS grains
  FROM readings
  WHERE at BETWEEN {readFrom:Int64} AND {readTo:Int64}
  GROUP BY ${series}
  HAVING rank < 99
),
followed AS (
  SELECT charge_point_id, connector_id,${byTransaction ? ' tag,' : ''} arraySort(arrayZip(ats, transactions, registers, grains)) AS sorted,
    sorted.1 AS times, sorted.4 AS grain, arrayDifference(sorted.3) AS differences,
    arrayMap((difference, coarse, coarse_before) -> difference < 0 AND NOT (greatest(coarse, coarse_before) = 1 AND difference > -${COARSE_STEP_WH}),
      differences, grain, ${before('grain')}) AS falls,
    arrayMap((difference, fell) -> if(fell, 0, difference), differences, falls) AS rises,
    arrayCumSumNonNegative(arrayMap(rise -> -rise, rises)) AS behind,
    arrayMap((rise, short) -> greatest(rise - short, 0), rises, ${before('behind')}) AS gains,
    arrayMap((at, at_before, fell, place) -> if(fell OR place = 1, at, at_before), times, ${before('times')}, falls, arrayEnumerate(times)) AS sinces
  FROM (SELECT *, min(rank) OVER (PARTITION BY charge_point_id, connector_id) AS best FROM series) AS ranked${byTransaction ? tags : ''}
  WHERE rank = best
)`;
}
