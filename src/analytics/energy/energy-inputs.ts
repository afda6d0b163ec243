import type { EnergyReading } from '../../energy/reading.ts';
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
const AROUND_MS = 2 * DAY_MS;

/** Transactions that began longer ago count by their readings only, as if there were none. */
const LONGEST_TRANSACTION_MS = 31 * DAY_MS;

/** ClickHouse keeps times until then. */
const LATEST = Date.UTC(2298, 0);

/** A reading as the query writes it, for the least to parse. */
type Cells = readonly [
  at: number,
  isInterval: number,
  wh: number | null,
  coarse: number,
  context: string,
  phase: string,
  location: string,
  transactionId: number,
];

interface ReadingsOfConnector {
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly cells: readonly Cells[];
}

/**
 * Reads what determines the energy of a day on the connectors of some charge points, by charge point and connector (`inputKey`): the transactions that reach into the day or
 * come next to it, their readings from begin to end, and what was read between them. Of transactions that lie outside of the day their readings are left away where start
 * and stop suffice. `now` is epoch ms. Throws EngineError.
 */
export async function readInputs(
  engine: Engine,
  day: number,
  chargePointIds: readonly string[],
  now: number,
  bounds: ReadBounds,
): Promise<Map<string, EnergyInputs>> {
  const [begin, end] = [day * DAY_MS, (day + 1) * DAY_MS];
  const [from, to] = [begin - AROUND_MS, end + AROUND_MS];
  const transactions = await readTransactions(
    engine,
    { from: from - LONGEST_TRANSACTION_MS, to },
    chargePointIds,
    bounds,
  );
  const inputs = new Map<string, EnergyInputs>();
  const long: number[] = [];
  const needless: number[] = [];
  for (const transaction of transactions) {
    const { startedAt, transactionId } = transaction;
    const endedAt = endOf(transaction);
    if (endedAt < from) continue;
    const touches = reachesInto(transaction, day);
    if (touches && (startedAt < from || (endedAt > to && now > to))) long.push(transactionId);
    else if (!touches && energyOfRegisters(transaction).energyWh !== null) needless.push(transactionId);
    inputsOf(inputs, transaction).transactions.push(transaction);
  }
  const ofTransaction = (ids: readonly number[]) => `ifNull(transaction_id, 0) IN (${list(ids)})`;
  const near = { from, to };
  const parts = [await readReadings(engine, near, chargePointIds, `NOT ${ofTransaction(needless)}`, bounds)];
  if (long.length > 0) {
    // Whatever day they are read for: their energy must not depend on it.
    const whole = { from: from - LONGEST_TRANSACTION_MS - DAY_MS, to: LATEST };
    const beyond = `${ofTransaction(long)} AND NOT ${between('ts', near)}`;
    parts.push(await readReadings(engine, whole, chargePointIds, beyond, bounds));
  }
  for (const row of parts.flat()) {
    const { readings } = inputsOf(inputs, row);
    for (const cells of row.cells) readings.push(readingOf(cells));
  }
  return inputs;
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

function readingOf([
  at,
  isInterval,
  wh,
  coarse,
  context,
  phase,
  location,
  transactionId,
]: Cells): EnergyReading {
  return {
    at,
    measurand: isInterval === 1 ? 'interval' : 'register',
    wh: wh ?? Number.NaN,
    coarse: coarse === 1,
    context,
    phase,
    location,
    transactionId: transactionId === 0 ? null : transactionId,
  };
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** A transaction and which one its stop named, 0 where none. */
type TransactionRow = Omit<TaggedTransaction, 'isSession'> & { readonly namedId: number };

async function readTransactions(
  engine: Engine,
  span: Span,
  chargePointIds: readonly string[],
  bounds: ReadBounds,
): Promise<TaggedTransaction[]> {
  const rows = await engine.query<TransactionRow>(
    `
SELECT charge_point_id AS chargePointId, connector_id AS connectorId, transaction_id AS transactionId, id_tag AS idTag, toUnixTimestamp64Milli(started_at) AS startedAt,
  meter_start AS meterStart, toUnixTimestamp64Milli(stopped_at) AS stoppedAt, meter_stop AS meterStop, state, stop_reason AS stopReason, flags,
  if(state = 'unmatched', toInt32(JSONExtractInt(raw_stop, 'transactionId')), 0) AS namedId
FROM transactions
WHERE charge_point_id IN ({chargePointIds:Array(String)}) AND ${between('started_at', span)}
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

/** Which transactions that stops without one name are known all the same, as `id chargePointId`: they have only left the operational store. */
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
): Promise<ReadingsOfConnector[]> {
  return engine.query<ReadingsOfConnector>(
    `
SELECT charge_point_id AS chargePointId, connector_id AS connectorId,
  groupArray((toUnixTimestamp64Milli(ts), toUInt8(measurand = 'Energy.Active.Import.Interval'), value * if(lower(unit) = 'kwh', 1000, 1),
    toUInt8(lower(unit) = 'kwh'), context, phase, location, ifNull(transaction_id, 0))) AS cells
FROM meter_samples
WHERE charge_point_id IN ({chargePointIds:Array(String)}) AND connector_id > 0
  AND measurand IN ('Energy.Active.Import.Register', 'Energy.Active.Import.Interval') AND format != 'SignedData'
  AND ${between('ts', span)} AND ${condition}
GROUP BY charge_point_id, connector_id`,
    { chargePointIds },
    bounds,
  );
}
