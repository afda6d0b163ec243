import type { EnergyReading } from '../../energy/reading.ts';
import { energyOfRegisters, type TransactionRegisters } from '../../energy/transaction-energy.ts';
import type { Engine, ReadBounds } from '../engine.ts';
import { DAY_MS } from '../queries/range.ts';

/** A transaction with who started it. */
export interface TaggedTransaction extends TransactionRegisters {
  readonly chargePointId: string;
  readonly connectorId: number;
  readonly idTag: string;
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
 * and stop suffice. Throws EngineError.
 */
export async function readInputs(
  engine: Engine,
  day: number,
  chargePointIds: readonly string[],
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
  const reaching: number[] = [];
  const needless: number[] = [];
  for (const transaction of transactions) {
    const { startedAt, transactionId, stoppedAt, state } = transaction;
    const endedAt =
      stoppedAt ?? (state === 'open' ? Number.POSITIVE_INFINITY : startedAt + LONGEST_TRANSACTION_MS);
    const isNear = Math.max(endedAt, startedAt) >= from;
    const touches = startedAt < end && Math.max(endedAt, startedAt) >= begin;
    if (touches && startedAt < from) reaching.push(transactionId);
    else if (!touches && energyOfRegisters(transaction).energyWh !== null) needless.push(transactionId);
    if (isNear) inputsOf(inputs, transaction).transactions.push(transaction);
  }
  const parts = [
    await readReadings(
      engine,
      { from, to },
      chargePointIds,
      `ifNull(transaction_id, 0) NOT IN (${list(needless)})`,
      bounds,
    ),
  ];
  if (reaching.length > 0) {
    const long = { from: from - LONGEST_TRANSACTION_MS, to: from - 1 };
    parts.push(
      await readReadings(
        engine,
        long,
        chargePointIds,
        `ifNull(transaction_id, 0) IN (${list(reaching)})`,
        bounds,
      ),
    );
  }
  for (const row of parts.flat()) {
    const { readings } = inputsOf(inputs, row);
    for (const cells of row.cells) readings.push(readingOf(cells));
  }
  return inputs;
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

function readTransactions(
  engine: Engine,
  { from, to }: Span,
  chargePointIds: readonly string[],
  bounds: ReadBounds,
): Promise<TaggedTransaction[]> {
  return engine.query<TaggedTransaction>(
    `
SELECT charge_point_id AS chargePointId, connector_id AS connectorId, transaction_id AS transactionId, id_tag AS idTag, toUnixTimestamp64Milli(started_at) AS startedAt,
  meter_start AS meterStart, toUnixTimestamp64Milli(stopped_at) AS stoppedAt, meter_stop AS meterStop, state, stop_reason AS stopReason, flags
FROM transactions
WHERE charge_point_id IN ({chargePointIds:Array(String)})
  AND started_at BETWEEN fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND fromUnixTimestamp64Milli({to:Int64}, 'UTC')
ORDER BY charge_point_id, transaction_id, version DESC
LIMIT 1 BY charge_point_id, transaction_id`,
    { chargePointIds, from, to },
    bounds,
  );
}

/** Signed values are left away: what they sign is told beside them, or by start and stop. */
function readReadings(
  engine: Engine,
  { from, to }: Span,
  chargePointIds: readonly string[],
  ofTransactions: string,
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
  AND ts BETWEEN fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND fromUnixTimestamp64Milli({to:Int64}, 'UTC')
  AND ${ofTransactions}
GROUP BY charge_point_id, connector_id`,
    { chargePointIds, from, to },
    bounds,
  );
}
