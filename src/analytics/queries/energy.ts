import { hourlyReadings, singleReadings, transactionReadings, transactionStates } from './energy-readings.ts';
import { steps } from './energy-steps.ts';
import { BadParameter, Conditions, NotReady, type Parameters, type PreparedQuery } from './parameters.ts';
import { DAY_MS, HOUR_MS } from './range.ts';
import { hasFullHours } from './time-zone.ts';

/** How far before and after the asked time a reading is looked for, so that energy over its edges is shared out rightly. */
const LOOK_AROUND_MS = 2 * DAY_MS;

/** Transactions that began longer ago count by their samples only. */
const LONGEST_TRANSACTION_MS = 7 * DAY_MS;

const MOST_INTERVALS = 10_000;
const MOST_ROWS = 100_000;

/** How far the energy of the fleet has been worked out: hours of all hours, and how long the rest takes about, ms. */
export interface Progress {
  readonly done: number;
  readonly of: number;
  readonly restMs: number;
}

/** Hours whose energy over the whole fleet has been worked out before. */
export interface SettledHours {
  /** Whether that is so for every hour from `from` to before `to`, epoch ms. */
  covers(from: number, to: number): boolean;
  progress(from: number, to: number): Progress;
}

/** Working the rest out at once would take longer than this, ms: not worth beginning with while it is being worked out anyway. */
const LONGEST_REST_MS = 10_000;

interface Question {
  readonly from: number;
  readonly to: number;
  readonly interval: keyof typeof INTERVALS;
  readonly timeZone: string;
  readonly sort: 'start' | '-energyWh';
  readonly limit: number;
  readonly offset: number;
}

/** Columns that say what a row of the answer is about, each with its name. */
type Subject = readonly (readonly [column: string, name: string])[];

const SUBJECTS = {
  connector: [
    ['charge_point_id', 'chargePointId'],
    ['connector_id', 'connectorId'],
  ],
  chargePoint: [['charge_point_id', 'chargePointId']],
  tag: [['lower(tag)', 'idTag']],
  total: [],
} as const satisfies Record<string, Subject>;

/** The hours or days that the time from `opening` to `closing` (both in) touches, or the whole time asked for, as tuples of begin and end in epoch ms. */
const INTERVALS = {
  hour: `arrayMap(begin -> (begin, begin + ${HOUR_MS}), range(
      toInt64(toUnixTimestamp(toStartOfHour(toDateTime(intDiv(opening, 1000), {timezone:String})))) * 1000, closing + 1, ${HOUR_MS}))`,
  day: `arrayMap(date -> (toInt64(toUnixTimestamp(toDateTime(toDate(date), {timezone:String}))) * 1000,
      toInt64(toUnixTimestamp(toDateTime(toDate(date + 1), {timezone:String}))) * 1000),
      range(toInt32(toDate(toDateTime(intDiv(opening, 1000), {timezone:String}))),
        toInt32(toDate(toDateTime(intDiv(closing, 1000), {timezone:String}))) + 1))`,
  whole: '[({from:Int64}, {to:Int64})]',
} as const;

/**
 * Imported energy per hour or day, or of the whole time at once: `from`, `to`, `interval` (hour | day | whole), `timezone` (IANA) in which hours and days
 * begin, `chargePointId`, `idTag` (any spelling), `by` (connector | chargePoint | tag | total), `sort` (start | -energyWh), `limit`, `offset`.
 *
 * The register of each connector is read wherever it is known: samples of Energy.Active.Import.Register, and meterStart and meterStop of
 * transactions. Energy is the difference between one reading and the next, shared out evenly over the time between them. Where the register
 * falls (exchanged meter, counter that starts at nought with each transaction) nothing is subtracted; `registerFalls` counts it. By tag, and for
 * one tag, only readings of its transactions count. Connector 0 is the main meter of the charge point and would count everything twice.
 */
export function energy(given: Parameters, settled?: SettledHours): PreparedQuery {
  const from = given.requiredTime('from');
  const to = given.requiredTime('to');
  const interval = given.oneOf('interval', ['hour', 'day', 'whole']) ?? 'hour';
  const timeZone = given.timeZone('timezone');
  const chargePointId = given.text('chargePointId');
  const idTag = given.text('idTag');
  const by = given.oneOf('by', ['connector', 'chargePoint', 'tag', 'total']) ?? 'connector';
  const sort = given.oneOf('sort', ['start', '-energyWh']) ?? 'start';
  if (from >= to) throw new BadParameter('from must lie before to');
  if (to - from > MOST_INTERVALS * (interval === 'hour' ? HOUR_MS : DAY_MS)) {
    throw new BadParameter(`from and to may be at most ${MOST_INTERVALS} intervals apart`);
  }

  const startsFull = from % HOUR_MS === 0;
  // The whole time has no edges but its own.
  const isWholeHours = interval === 'whole' && startsFull && to % HOUR_MS === 0;
  const fullHours = isWholeHours || hasFullHours(timeZone, from, to);
  const limit = given.integer('limit', { min: 1, max: MOST_ROWS, byDefault: MOST_ROWS });
  const offset = given.integer('offset', { min: 0, max: 10_000_000, byDefault: 0 });
  const question = { from, to, interval, timeZone, sort, limit, offset };
  if (by === 'total' && chargePointId === undefined && idTag === undefined && fullHours) {
    const endsFull = to % HOUR_MS === 0 || to >= Date.now();
    if (startsFull && endsFull && settled) {
      if (settled.covers(from, to)) return settledEnergy(question);
      const { done, of, restMs } = settled.progress(from, to);
      if (restMs > LONGEST_REST_MS) {
        throw new NotReady(`the energy of the fleet is being worked out, ${done} of ${of} hours are done`);
      }
    }
  }

  const ofChargePoint = new Conditions().where(
    'charge_point_id = {chargePointId:String}',
    'chargePointId',
    chargePointId,
  );
  const ofTag = new Conditions().where('lower(id_tag) = lower({idTag:String})', 'idTag', idTag);
  const byTransaction = by === 'tag' || idTag !== undefined;
  const exact = exactEnergy(question, {
    subject: SUBJECTS[by],
    byTransaction,
    ofChargePoint,
    ofTag,
    fullHours,
  });
  return { ...exact, patient: chargePointId === undefined };
}

/** Charge points from one identity on and before another, in the order of their bytes; where one is missing, without that bound. */
export interface FleetPart {
  readonly firstId?: string;
  readonly endId?: string;
}

/** The energy of a part of the fleet in each hour of UTC from `from` to `to`, epoch ms at full hours; not rounded, so that parts can be added up. */
export function energyOfFleet(from: number, to: number, { firstId, endId }: FleetPart = {}): PreparedQuery {
  const { sql, parameters } = exactEnergy(
    { from, to, interval: 'hour', timeZone: 'UTC', sort: 'start', limit: MOST_ROWS, offset: 0 },
    {
      subject: SUBJECTS.total,
      byTransaction: false,
      ofChargePoint: new Conditions()
        .where('charge_point_id >= {firstId:String}', 'firstId', firstId)
        .where('charge_point_id < {endId:String}', 'endId', endId),
      ofTag: new Conditions(),
      fullHours: true,
    },
  );
  return { sql: sql.replace('round(sum(share), 3)', 'sum(share)'), parameters };
}

interface Whose {
  readonly subject: Subject;
  /** Whether only readings of transactions count, each for itself. */
  readonly byTransaction: boolean;
  readonly ofChargePoint: Conditions;
  readonly ofTag: Conditions;
  /** Whether hours begin with those of UTC. */
  readonly fullHours: boolean;
}

/** Out of readings. */
function exactEnergy(
  { from, to, interval, timeZone, sort, limit, offset }: Question,
  { subject, byTransaction, ofChargePoint, ofTag, fullHours }: Whose,
): PreparedQuery {
  const starts = { from: from - LONGEST_TRANSACTION_MS, to: to + LOOK_AROUND_MS };
  const readings = fullHours ? hourlyReadings : singleReadings;
  const columns = subject.map(([column, name]) => ` ${column} AS ${name},`).join('');
  return {
    sql: `
WITH
transaction_states AS (${transactionStates(String(ofChargePoint), String(ofTag), starts)}
),
readings AS (${readings(String(ofChargePoint))}
  UNION ALL${transactionReadings()}
),
${steps(byTransaction)}
SELECT fromUnixTimestamp64Milli(bucket, 'UTC') AS start,
  formatDateTime(toDateTime(intDiv(bucket, 1000), {timezone:String}), '%Y-%m-%dT%H:%i:%S') AS localStart,${columns}
  round(sum(share), 3) AS energyWh, sum(fall) AS registerFalls
FROM (
  SELECT charge_point_id, connector_id,${byTransaction ? ' tag,' : ''}
    greatest(since, {from:Int64}) AS opening, if(at > since, least(at, {to:Int64}) - 1, at) AS closing,
    arrayJoin(${INTERVALS[interval]}) AS bounds, bounds.1 AS bucket,
    gained * if(at > since, (least(at, {to:Int64}, bounds.2) - greatest(since, {from:Int64}, bounds.1)) / (at - since), 1) AS share,
    fell AND at >= bounds.1 AND at < bounds.2 AS fall
  FROM followed ARRAY JOIN sinces AS since, times AS at, gains AS gained, falls AS fell
  WHERE (gained > 0 OR fell) AND at >= {from:Int64} AND if(at > since, since, at) < {to:Int64}
)
GROUP BY ${['bucket', ...subject.map(([, name]) => name)].join(', ')}
HAVING energyWh > 0 OR registerFalls > 0
ORDER BY ${orderOf(sort, subject)}
LIMIT {limit:UInt32} OFFSET {offset:UInt32}`,
    parameters: {
      ...ofChargePoint.values,
      ...ofTag.values,
      from,
      to,
      readFrom: from - LOOK_AROUND_MS,
      readTo: starts.to,
      firstHour: Math.floor(from / HOUR_MS),
      lastHour: Math.floor(to / HOUR_MS),
      transactionsFrom: starts.from,
      timezone: timeZone,
      limit,
      offset,
    },
  };
}

/** Of rows with as much energy the earlier one comes first, then the subject decides, so that pages share no row. */
function orderOf(sort: Question['sort'], subject: Subject): string {
  const names = subject.map(([, name]) => name);
  return [...(sort === 'start' ? [] : ['energyWh DESC']), 'start', ...names].join(', ');
}

/** Begin of the interval, epoch ms, that an hour of UTC lies in. */
const SETTLED_BUCKETS = {
  hour: `toInt64(hour) * ${HOUR_MS}`,
  day: 'toInt64(toUnixTimestamp(toStartOfDay(toDateTime(toInt64(hour) * 3600, {timezone:String}), {timezone:String}))) * 1000',
  whole: '{from:Int64}',
} as const;

/** Out of what was worked out before: the same rows. */
function settledEnergy({ from, to, interval, timeZone, sort, limit, offset }: Question): PreparedQuery {
  return {
    sql: `
SELECT fromUnixTimestamp64Milli(bucket, 'UTC') AS start,
  formatDateTime(toDateTime(intDiv(bucket, 1000), {timezone:String}), '%Y-%m-%dT%H:%i:%S') AS localStart,
  round(sum(wh), 3) AS energyWh, sum(falls) AS registerFalls
FROM (
  SELECT ${SETTLED_BUCKETS[interval]} AS bucket, energy_wh AS wh, register_falls AS falls
  FROM energy_fleet_hourly FINAL
  WHERE hour >= {firstHour:Int32} AND hour < {endHour:Int32}
)
GROUP BY bucket
HAVING energyWh > 0 OR registerFalls > 0
ORDER BY ${orderOf(sort, SUBJECTS.total)}
LIMIT {limit:UInt32} OFFSET {offset:UInt32}`,
    parameters: {
      from,
      firstHour: Math.floor(from / HOUR_MS),
      endHour: Math.ceil(to / HOUR_MS),
      timezone: timeZone,
      limit,
      offset,
    },
  };
}
