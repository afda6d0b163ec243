import type { Engine } from '../../src/analytics/engine.ts';

/** A fleet with a past, as ClickHouse would hold it. */
export interface FleetPast {
  readonly chargePoints: number;
  /** Meter samples, about. */
  readonly samples: number;
  /** The newest sample is from then, epoch ms. */
  readonly until: number;
}

/** Samples of one MeterValues. */
const MEASURANDS = 7;
const INTERVAL_MS = 15 * 60_000;
/** A transaction takes so many intervals, and there is no pause between two. */
const INTERVALS_PER_TRANSACTION = 24;
const ROWS_PER_INSERT = 1_500_000;

/** Identity of the charge point with this number, as the SQL below makes it. */
export function seededId(number: number): string {
  return `SEED-${String(number).padStart(6, '0')}`;
}

/** When the newest sample of a seeded fleet was received, epoch ms. */
export async function newestSample(engine: Engine): Promise<number> {
  const [row] = await engine.query<{ at: number }>(
    'SELECT toUnixTimestamp64Milli(max(received_at)) AS at FROM meter_samples',
  );
  return row?.at ?? Date.now();
}

const ID = "concat('SEED-', leftPad(toString(cp), 6, '0'))";

/**
 * Writes the past of a fleet straight into the tables, made up inside of ClickHouse because that is ten times
 * faster than through the sink: a charge point charges all the time, reports every quarter of an hour, and
 * begins a transaction every six hours.
 */
export async function seedPast(
  engine: Engine,
  { chargePoints, samples, until }: FleetPast,
  progress: (done: number, of: number) => void,
): Promise<void> {
  const moments = Math.max(2, Math.round(samples / chargePoints / MEASURANDS));
  const begin = Math.floor(until / INTERVAL_MS) * INTERVAL_MS - (moments - 1) * INTERVAL_MS;
  const at = (moment: string) =>
    `fromUnixTimestamp64Milli(toInt64(${begin} + (${moment}) * ${INTERVAL_MS} + cp % 60000), 'UTC')`;
  const total = moments * chargePoints * MEASURANDS;

  const perInsert = Math.max(1, Math.floor(ROWS_PER_INSERT / chargePoints / MEASURANDS));
  for (let first = 0; first < moments; first += perInsert) {
    const count = Math.min(perInsert, moments - first);
    await engine.command(`
INSERT INTO meter_samples
SELECT ${ID}, 1, cp * 1000 + intDiv(moment, ${INTERVALS_PER_TRANSACTION}) + 1, m.1, m.2, m.3, 'Sample.Periodic', 'Raw', m.4, ${at('moment')} AS ts,
  multiIf(m.1 = 'Energy.Active.Import.Register', 1000000 + moment * 1500 + cp % 100, m.1 = 'Power.Active.Import', 5500 + (cp + moment) % 1000,
    m.1 = 'SoC', (moment * 4) % 100, m.1 = 'Voltage', 230 + (cp + moment) % 5, 16 + (cp + moment) % 10 / 10) AS value,
  toString(value), 'MeterValues', [], ts + toIntervalMillisecond(300)
FROM (
  SELECT number % ${chargePoints} AS cp, ${first} + intDiv(number, ${chargePoints}) AS moment FROM numbers(${count * chargePoints})
)
ARRAY JOIN [('Energy.Active.Import.Register', '', 'Outlet', 'Wh'), ('Power.Active.Import', '', 'Outlet', 'W'), ('Current.Import', 'L1', 'Outlet', 'A'),
  ('Current.Import', 'L2', 'Outlet', 'A'), ('Current.Import', 'L3', 'Outlet', 'A'), ('Voltage', 'L1-N', 'Outlet', 'V'), ('SoC', '', 'EV', 'Percent')] AS m`);
    progress((first + count) * chargePoints * MEASURANDS, total);
  }

  const sessions = Math.ceil(moments / INTERVALS_PER_TRANSACTION);
  const session = `(SELECT number % ${chargePoints} AS cp, intDiv(number, ${chargePoints}) AS turn FROM numbers(${sessions * chargePoints}))`;
  const start = `turn * ${INTERVALS_PER_TRANSACTION}`;
  const last = `least((turn + 1) * ${INTERVALS_PER_TRANSACTION}, ${moments}) - 1`;
  await engine.command(`
INSERT INTO transactions
SELECT cp * 1000 + turn + 1, if(turn = ${sessions - 1}, 1, 2), ${ID}, 1, concat('TAG-', toString((cp * 7 + turn) % 20000)), '', 'Accepted', NULL, ${at(start)} AS began,
  1000000 + ${start} * 1500 + cp % 100, if(turn = ${sessions - 1}, NULL, ${at(last)}), if(turn = ${sessions - 1}, NULL, 1000000 + (${last}) * 1500 + cp % 100), '',
  if(turn = ${sessions - 1}, '', 'Local'), if(turn = ${sessions - 1}, 'open', 'stopped'), [], '{}', '{}', began
FROM ${session}`);
  await engine.command(`
INSERT INTO authorizations
SELECT ${ID}, concat('TAG-', toString((cp * 7 + turn) % 20000)), '', if((cp + turn) % 50 = 0, 'Blocked', 'Accepted'), 'Authorize', ${at(start)} FROM ${session}`);
  await engine.command(`
INSERT INTO messages
SELECT ${ID}, d.1, d.2, concat('m-', toString(turn)), 'Authorize', '', concat('{"idTag":"TAG-', toString((cp * 7 + turn) % 20000), '"}'),
  ${at(start)} + toIntervalMillisecond(d.3) FROM ${session} ARRAY JOIN [('in', 'CALL', 0), ('out', 'CALLRESULT', 3)] AS d`);
  await engine.command(`
INSERT INTO connector_status
SELECT ${ID}, 1, if((cp + turn) % 200 = 0, 'Faulted', 'Charging'), if((cp + turn) % 200 = 0, 'GroundFailure', 'NoError'), '', '', '', ${at(start)} AS ts, ts FROM ${session}`);
  await engine.command(`
INSERT INTO connections
SELECT ${ID}, e.1, cp + 1 + ${chargePoints} * e.2, '10.0.0.1', NULL, '', NULL, ${at('0')} + toIntervalHour(e.3)
FROM (SELECT number AS cp FROM numbers(${chargePoints})) ARRAY JOIN [('opened', 0, 0), ('closed', 0, 6), ('opened', 1, 7)] AS e`);
  await engine.command(`
INSERT INTO charge_points
SELECT ${ID}, concat('Vendor', toString(cp % 5)), concat('Model', toString(cp % 20)), concat('1.', toString(cp % 7)), '', concat('group-', toString(cp % 50)), 1, 0, ${at('0')}
FROM (SELECT number AS cp FROM numbers(${chargePoints}))`);
}
