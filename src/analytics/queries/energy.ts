import type { EnergyScope } from '../energy/energy-scope.ts';
import { items, sumsOfConnectors, sumsOfFleet } from './energy-sources.ts';
import { KNOWN_CHARGE_POINTS, ofChargePoints } from './known-charge-points.ts';
import { BadParameter, Conditions, type Parameters, type PreparedQuery } from './parameters.ts';
import { DAY_MS, HOUR_MS } from './range.ts';

const MOST_INTERVALS = 10_000;
const MOST_ROWS = 100_000;

const SUBJECTS = {
  connector: [
    ['charge_point_id', 'chargePointId'],
    ['connector_id', 'connectorId'],
  ],
  chargePoint: [['charge_point_id', 'chargePointId']],
  group: [['group_name', 'group']],
  tag: [['lower(id_tag)', 'idTag']],
  total: [],
} as const satisfies Record<string, readonly (readonly [column: string, name: string])[]>;

/**
 * Begin, epoch ms, of the hour or day in which an item lies, or of the whole time asked for. Everywhere hours
 * begin with quarters of UTC, in one of which an item lies.
 */
const BUCKETS = {
  hour: 'toInt64(toUnixTimestamp(toStartOfHour(toDateTime(intDiv(opening, 1000), {timezone:String})))) * 1000',
  day: 'toInt64(toUnixTimestamp(toStartOfDay(toDateTime(intDiv(opening, 1000), {timezone:String}), {timezone:String}))) * 1000',
  whole: '{from:Int64}',
} as const;

/** What is told of a row of items. */
const OF_ITEMS = `round(sumIf(share, kind = ''), 3) AS energyWh, toUInt64(sumIf(amount, kind = 'fall')) AS registerFalls,
  sumMapIf(map(toString(kind), toUInt64(amount)), kind NOT IN ('', 'fall', 'unknown')) AS readingsLeftOut,
  toUInt64(sumIf(amount, kind = 'unknown')) AS transactionsLeftOut`;

/** The same of a row of sums of connectors. */
const OF_SUMS = `round(sum(wh), 3) AS energyWh, toUInt64(sum(arraySum((kind, amount) -> if(kind = 'fall', amount, 0), odd_kinds, odd_amounts))) AS registerFalls,
  mapFromArrays((sumMap(arrayFilter(kind -> kind NOT IN ('fall', 'unknown'), arrayMap(kind -> toString(kind), odd_kinds)),
    arrayMap(amount -> toUInt64(amount), arrayFilter((amount, kind) -> kind NOT IN ('fall', 'unknown'), odd_amounts, odd_kinds))) AS left_out).1, left_out.2) AS readingsLeftOut,
  toUInt64(sum(arraySum((kind, amount) -> if(kind = 'unknown', amount, 0), odd_kinds, odd_amounts))) AS transactionsLeftOut`;

/** Adds the group of each charge point, as it is now. */
const WITH_GROUPS = `
LEFT JOIN (SELECT charge_point_id, group_name FROM ${KNOWN_CHARGE_POINTS}) AS known USING (charge_point_id)`;

/** Connectors of a site. */
const MOST_MEMBERS = 1000;

/** Reads whose energy is asked for. */
function connectorsOf(given: Parameters) {
  const members = given.texts('members', MOST_MEMBERS);
  const ofConnectors = ofChargePoints(given, new Conditions())
    .where(
      'charge_point_id IN {chargePoints:Array(String)}',
      'chargePoints',
      members && [...new Set(members.map((member) => member.slice(member.indexOf(' ') + 1)))],
    )
    .where(
      "has({members:Array(String)}, concat(toString(connector_id), ' ', charge_point_id))",
      'members',
      members,
    );
  const { chargePointId } = ofConnectors.values;
  return {
    chargePointId: typeof chargePointId === 'string' ? chargePointId : undefined,
    members,
    ofConnectors,
  };
}

/**
 * Imported energy per hour or day, or of the whole time at once: `from`, `to`, `interval` (hour | day |
 * whole), `timezone` (IANA) in which hours and days begin, `chargePointId`, `group` (as it is now), `members`
 * (connectors as `connectorId chargePointId`), `idTag` (any spelling), `by` (connector | chargePoint | group |
 * tag | total), `sort` (start | -energyWh), `limit`, `offset`.
 *
 * Out of the days that the rollup keeps (docs/energy.md), of a whole fleet out of what they add up to. Where
 * `from` or `to` lies in the middle of an item, its energy counts as even. By tag, and for one tag, only
 * transactions count. `registerFalls` counts registers that fell and stayed, `readingsLeftOut` readings that
 * count for nothing, by the reason for it, and `transactionsLeftOut` transactions that began in the interval
 * and whose energy is not known.
 */
export function energy(given: Parameters): PreparedQuery {
  const from = given.requiredTime('from');
  const to = given.requiredTime('to');
  const interval = given.oneOf('interval', ['hour', 'day', 'whole']) ?? 'hour';
  const timezone = given.timeZone('timezone');
  const { chargePointId, members, ofConnectors } = connectorsOf(given);
  const idTag = given.text('idTag');
  const by = given.oneOf('by', ['connector', 'chargePoint', 'group', 'tag', 'total']) ?? 'connector';
  const sort = given.oneOf('sort', ['start', '-energyWh']) ?? 'start';
  const limit = given.integer('limit', { min: 1, max: MOST_ROWS, byDefault: MOST_ROWS });
  const offset = given.integer('offset', { min: 0, max: 10_000_000, byDefault: 0 });
  if (from >= to) throw new BadParameter('from must lie before to');
  if (to - from > MOST_INTERVALS * (interval === 'hour' ? HOUR_MS : DAY_MS)) {
    throw new BadParameter(`from and to may be at most ${MOST_INTERVALS} intervals apart`);
  }

  const ofTag = new Conditions().where('lower(id_tag) = lower({idTag:String})', 'idTag', idTag);
  const ofTransaction = by === 'tag' || idTag !== undefined ? 'transaction_id > 0' : '1';
  const subject = SUBJECTS[by];
  const columns = subject.map(([column, name]) => ` ${column} AS ${name},`).join('');
  const names = subject.map(([, name]) => name);
  const order = [...(sort === 'start' ? [] : ['energyWh DESC']), 'start', ...names];
  const isFleet = Object.keys(ofConnectors.values).length === 0 && idTag === undefined;
  const isOfSums = isFleet && interval === 'whole' && by !== 'tag' && by !== 'total';
  const source = isOfSums
    ? sumsOfConnectors({ from, to })
    : isFleet && by === 'total'
      ? sumsOfFleet({ from, to })
      : items(String(ofConnectors), `${ofTransaction} AND ${ofTag}`);
  const energyOf: EnergyScope = {
    from,
    to,
    ...(chargePointId !== undefined && { chargePointId }),
    ...(idTag !== undefined && { idTag }),
  };
  return {
    sql: `
SELECT fromUnixTimestamp64Milli(bucket, 'UTC') AS start,
  formatDateTime(toDateTime(intDiv(bucket, 1000), {timezone:String}), '%Y-%m-%dT%H:%i:%S') AS localStart,${columns}
  ${isOfSums ? OF_SUMS : OF_ITEMS}
FROM (SELECT *, ${BUCKETS[interval]} AS bucket FROM ${source}) AS parts${by === 'group' ? WITH_GROUPS : ''}
GROUP BY ${['bucket', ...names].join(', ')}
HAVING energyWh > 0 OR registerFalls > 0 OR transactionsLeftOut > 0 OR length(readingsLeftOut) > 0
ORDER BY ${order.join(', ')}
LIMIT {limit:UInt32} OFFSET {offset:UInt32}`,
    parameters: {
      ...ofConnectors.values,
      ...ofTag.values,
      from,
      to,
      firstDay: Math.floor(from / DAY_MS),
      lastDay: Math.floor((to - 1) / DAY_MS),
      timezone,
      limit,
      offset,
    },
    patient: chargePointId === undefined && members === undefined,
    energyOf,
  };
}
