import { LONGEST_TRANSACTION_MS } from '../../energy/limits.ts';
import type { EnergyReading } from '../../energy/reading.ts';
import { mayBeRefuted } from '../../energy/refutation.ts';
import { energyOfRegisters, type TransactionRegisters } from '../../energy/transaction-energy.ts';
import type { Engine, ReadBounds } from '../engine.ts';
import { DAY_MS } from '../queries/range.ts';

/** A transaction with who started it. */
export interface TaggedTransaction extends TransactionRegisters {
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly idTag: string;
  /** Not of a stop that is kept as a row of its own beside the transaction that it names. */
  readonly isSession: boolean;
}

/** What the energy of one connector is worked out from. */
export interface EnergyInputs {
  readonly readings: EnergyReading[];
  readonly transactions: TaggedTransaction[];
}

/** How far around a day readings and transactions matter for what lies between transactions, ms. */
export const AROUND_MS = 2 * DAY_MS;

/** ClickHouse keeps times until then. */
const LATEST = Date.UTC(2298, 0);

/** Ids in the text of a query, which ClickHouse takes up to 256 KiB. */
const MOST_IDS = 5000;

/** Readings that agree in all but time and value, for the least to write and parse. */
interface ReadingsAlike {
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly isInterval: number;
  readonly isCoarse: number;
  readonly context: string;
  readonly phase: string;
  readonly location: string;
  /** 0 where they name none. */
  readonly transactionId: number;
  readonly times: readonly number[];
  /** In the unit in which they were sent; null where a sample was no number. */
  readonly values: readonly (number | null)[];
}

/** Days of UTC since the epoch, both included. */
interface Days {
  readonly firstDay: number;
  readonly lastDay: number;
}

/**
 * Reads what determines the energy of some days on the connectors of some charge points, by charge point and
 * connector (`inputKey`): the transactions that reach into the days or come next to them, their readings from
 * begin to end, and what was read between them. Of transactions that lie outside of the days their readings
 * are left away where start and stop suffice, or nothing in the days depends on them. `now` is epoch ms.
 * Throws EngineError.
 */
export async function readInputs(
  engine: Engine,
  { firstDay, lastDay }: Days,
  chargePointIds: readonly string[],
  now: number,
  bounds: ReadBounds,
): Promise<Map<string, EnergyInputs>> {
  const [begin, end] = [firstDay * DAY_MS, (lastDay + 1) * DAY_MS];
  const [from, to] = [begin - AROUND_MS, end + AROUND_MS];
  const transactions = await readTransactions(
    engine,
    between('started_at', { from: from - LONGEST_TRANSACTION_MS, to }),
    chargePointIds,
    bounds,
  );
  const inputs = new Map<string, EnergyInputs>();
  const beside = besideOf(transactions, { from: begin, to: end });
  const long: number[] = [];
  const needless: number[] = [];
  for (const transaction of transactions) {
    const { startedAt, transactionId } = transaction;
    const endedAt = endOf(transaction);
    if (endedAt < from) continue;
    const touches = startedAt < end && endedAt >= begin;
    const isBeside = beside.has(transactionId) && mayBeRefuted(transaction);
    if (touches && (startedAt < from || (endedAt > to && now > to))) long.push(transactionId);
    else if (!touches && !isBeside && energyOfRegisters(transaction).energyWh !== null)
      needless.push(transactionId);
    inputsOf(inputs, transaction).transactions.push(transaction);
  }
  const near = { from, to };
  // To leave them away only spares work.
  const others = needless.length <= MOST_IDS ? `NOT ${ofTransactions(needless)}` : '1';
  const parts = [await readReadings(engine, near, chargePointIds, others, bounds)];
  // Whatever days they are read for: the energy of a transaction must not depend on it.
  const whole = { from: from - LONGEST_TRANSACTION_MS - DAY_MS, to: LATEST };
  for (let index = 0; index < long.length; index += MOST_IDS) {
    const some = ofTransactions(long.slice(index, index + MOST_IDS));
    const beyond = `${some} AND NOT ${between('ts', near)}`;
    parts.push(await readReadings(engine, whole, chargePointIds, beyond, bounds));
  }
  const unread = new Map<number, string>();
  const read = new Set(transactions.map(({ transactionId }) => transactionId));
  for (const alike of parts.flat()) {
    const { chargePointId, transactionId } = alike;
    inputsOf(inputs, alike).readings.push(...readingsOf(alike));
    if (transactionId !== 0 && !read.has(transactionId)) unread.set(transactionId, chargePointId);
  }
  // Told by a clock that was not set: they began long ago, and have readings of these days.
  const late = [...unread.keys()];
  for (let index = 0; index < late.length; index += MOST_IDS) {
    const some = `transaction_id IN (${list(late.slice(index, index + MOST_IDS))})`;
    const told = await readTransactions(engine, some, [...new Set(unread.values())], bounds);
    for (const transaction of told) inputsOf(inputs, transaction).transactions.push(transaction);
    // Their other readings count, too: the energy of a transaction must not depend on the days.
    const others = `${ofTransactions(told.map(({ transactionId }) => transactionId))} AND NOT ${between('ts', near)}`;
    const ever = { from: 0, to: LATEST };
    for (const alike of await readReadings(engine, ever, chargePointIds, others, bounds))
      inputsOf(inputs, alike).readings.push(...readingsOf(alike));
  }
  return inputs;
}

/**
 * Those that come last before some days and first after them on their connectors: what lies between them and
 * the days depends on what they stood at.
 */
function besideOf(transactions: readonly TaggedTransaction[], { from, to }: Span): Set<number> {
  const before = new Map<string, TaggedTransaction>();
  const after = new Map<string, TaggedTransaction>();
  for (const transaction of transactions) {
    const key = inputKey(transaction);
    const { startedAt } = transaction;
    if (endOf(transaction) < from) {
      if (startedAt >= (before.get(key)?.startedAt ?? startedAt)) before.set(key, transaction);
    } else if (startedAt >= to && startedAt <= (after.get(key)?.startedAt ?? startedAt)) {
      after.set(key, transaction);
    }
  }
  return new Set([...before.values(), ...after.values()].map(({ transactionId }) => transactionId));
}

/** Whether something of a transaction may lie in a day of UTC. */
export function reachesInto(transaction: TransactionRegisters, day: number): boolean {
  return transaction.startedAt < (day + 1) * DAY_MS && endOf(transaction) >= day * DAY_MS;
}

/** When nothing of it can come any more. Clocks may have been set back between its start and its stop. */
function endOf({ startedAt, stoppedAt, state }: TransactionRegisters): number {
  if (stoppedAt !== null) return Math.max(stoppedAt, startedAt);
  return state === 'open' ? Number.POSITIVE_INFINITY : startedAt + LONGEST_TRANSACTION_MS;
}

export function inputKey({
  chargePointId,
  connectorId,
}: {
  chargePointId: string;
  connectorId: number;
}): string {
  return `${connectorId} ${chargePointId}`;
}

function inputsOf(
  inputs: Map<string, EnergyInputs>,
  connector: { chargePointId: string; connectorId: number },
): EnergyInputs {
  const key = inputKey(connector);
  const found = inputs.get(key) ?? { readings: [], transactions: [] };
  inputs.set(key, found);
  return found;
}

function list(ids: readonly number[]): string {
  return ids.length === 0 ? '-1' : ids.join(', ');
}

function ofTransactions(ids: readonly number[]): string {
  return `ifNull(transaction_id, 0) IN (${list(ids)})`;
}

function readingsOf(alike: ReadingsAlike): EnergyReading[] {
  const { isInterval, isCoarse, context, phase, location, transactionId, times, values } = alike;
  const measurand = isInterval === 1 ? 'interval' : 'register';
  const coarse = isCoarse === 1;
  return times.map((at, index) => ({
    at,
    measurand,
    wh: (values[index] ?? Number.NaN) * (coarse ? 1000 : 1),
    coarse,
    context,
    phase,
    location,
    transactionId: transactionId === 0 ? null : transactionId,
  }));
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** A transaction and which one its stop named, 0 where none. */
type TransactionRow = Omit<TaggedTransaction, 'isSession'> & { readonly namedId: number };

async function readTransactions(
  engine: Engine,
  condition: string,
  chargePointIds: readonly string[],
  bounds: ReadBounds,
): Promise<TaggedTransaction[]> {
  const rows = await engine.query<TransactionRow>(
    `
SELECT charge_point_id AS chargePointId, connector_id AS connectorId, transaction_id AS transactionId, id_tag AS idTag, toUnixTimestamp64Milli(started_at) AS startedAt,
  meter_start AS meterStart, toUnixTimestamp64Milli(stopped_at) AS stoppedAt, meter_stop AS meterStop, state, stop_reason AS stopReason, flags,
  if(state = 'unmatched', toInt32(JSONExtractInt(raw_stop, 'transactionId')), 0) AS namedId
FROM transactions
WHERE charge_point_id IN ({chargePointIds:Array(String)}) AND ${condition}
ORDER BY charge_point_id, transaction_id, version DESC
LIMIT 1 BY charge_point_id, transaction_id`,
    { chargePointIds },
    bounds,
  );
  const known = await readNamed(engine, rows, bounds);
  return rows.map(({ namedId, ...row }) => ({
    ...row,
    isSession: !row.flags.includes('conflicting-stop') && !known.has(`${namedId} ${row.chargePointId}`),
  }));
}

/**
 * Which transactions that stops without one name are known all the same, as `id chargePointId`: they have
 * only left the operational store.
 */
async function readNamed(
  engine: Engine,
  rows: readonly TransactionRow[],
  bounds: ReadBounds,
): Promise<Set<string>> {
  const naming = rows.filter(({ namedId }) => namedId !== 0);
  if (naming.length === 0) return new Set();
  const known = await engine.query<{ id: string }>(
    `
SELECT DISTINCT concat(toString(transaction_id), ' ', charge_point_id) AS id FROM transactions
WHERE charge_point_id IN ({chargePointIds:Array(String)}) AND transaction_id IN (${list(naming.map(({ namedId }) => namedId))})
  AND state != 'unmatched'`,
    { chargePointIds: [...new Set(naming.map(({ chargePointId }) => chargePointId))] },
    bounds,
  );
  return new Set(known.map(({ id }) => id));
}

/** A condition that the time in a column lies in a span, its ends included. */
function between(column: string, { from, to }: Span): string {
  const [first, last] = [from, to].map((at) => `fromUnixTimestamp64Milli(toInt64(${at}), 'UTC')`);
  return `(${column} BETWEEN ${first} AND ${last})`;
}

/** Signed values are left away: what they sign is told beside them, or by start and stop. */
function readReadings(
  engine: Engine,
  span: Span,
  chargePointIds: readonly string[],
  condition: string,
  bounds: ReadBounds,
): Promise<ReadingsAlike[]> {
  return engine.query<ReadingsAlike>(
    `
SELECT charge_point_id AS chargePointId, connector_id AS connectorId, toUInt8(measurand = 'Energy.Active.Import.Interval') AS isInterval,
  toUInt8(lower(unit) = 'kwh') AS isCoarse, context, phase, location, ifNull(transaction_id, 0) AS transactionId,
  groupArray(toUnixTimestamp64Milli(ts)) AS times, groupArray(ifNull(value, nan)) AS values
FROM meter_samples
WHERE charge_point_id IN ({chargePointIds:Array(String)}) AND connector_id > 0
  AND measurand IN ('Energy.Active.Import.Register', 'Energy.Active.Import.Interval') AND format != 'SignedData'
  AND ${between('ts', span)} AND ${condition}
GROUP BY chargePointId, connectorId, isInterval, isCoarse, context, phase, location, transactionId`,
    { chargePointIds },
    bounds,
  );
}
