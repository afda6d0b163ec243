import type { EnergyReading } from '../energy/reading.ts';
import {
  energyOfRegisters,
  energyOfTransaction,
  type TransactionEnergy,
  type TransactionRegisters,
} from '../energy/transaction-energy.ts';
import { askAnalytics } from './analytics-query.ts';
import type { ControlDeps } from './deps.ts';
import { ApiError } from './errors.ts';

/** The energy of a transaction as the API shows it: never negative, and null with a reason where nothing determines it. */
export interface PublishedEnergy {
  readonly energyWh: number | null;
  readonly energySource: TransactionEnergy['energySource'];
  readonly energyReason: string | null;
  readonly energyFlags: readonly string[];
}

/** What of a transaction its energy is worked out from. */
export type EnergySubject = TransactionRegisters & { readonly chargePointId: string };

/** Who lists transactions does not wait longer for readings, ms. */
const PATIENCE_MS = 3000;

/** As many as analytics answers at once. */
const MOST_READINGS = 100_000;

const UNAVAILABLE = 'readings_unavailable';

interface ReadingRow {
  readonly transactionId: number;
  readonly at: number;
  readonly isInterval: number;
  readonly wh: number | null;
  readonly isCoarse: number;
  readonly context: string;
  readonly phase: string;
  readonly location: string;
}

/**
 * Works out the energy of transactions, in their order: out of their registers where these determine it, else out of their readings, for which
 * analytics is asked once. While it does not answer, their energy is null with the reason `readings_unavailable`.
 */
export async function energiesOf(
  deps: Pick<ControlDeps, 'link' | 'config'>,
  transactions: readonly EnergySubject[],
): Promise<PublishedEnergy[]> {
  const byRegisters = transactions.map((transaction) => energyOfRegisters(transaction));
  const open = transactions.filter((transaction, index) => needsReadings(transaction, byRegisters[index]));
  if (open.length === 0) return byRegisters.map(publish);
  const readings = await readingsOf(deps, open);
  return transactions.map((transaction, index) => {
    const energy = byRegisters[index] as TransactionEnergy;
    if (!needsReadings(transaction, energy)) return publish(energy);
    if (readings === undefined) return { ...publish(energy), energyReason: UNAVAILABLE };
    return publish(energyOfTransaction(transaction, readings.get(transaction.transactionId) ?? []));
  });
}

function needsReadings({ state }: EnergySubject, energy: TransactionEnergy | undefined): boolean {
  return state !== 'unmatched' && energy?.energyWh === null;
}

function publish({ energyWh, energySource, reason, flags }: TransactionEnergy): PublishedEnergy {
  return { energyWh, energySource, energyReason: reason ?? null, energyFlags: flags };
}

/** By transaction; undefined where analytics does not answer in time, or there are too many of them. */
async function readingsOf(
  deps: Pick<ControlDeps, 'link' | 'config'>,
  transactions: readonly EnergySubject[],
): Promise<Map<number, EnergyReading[]> | undefined> {
  const chargePointIds = [...new Set(transactions.map(({ chargePointId }) => chargePointId))];
  const transactionIds = transactions.map(({ transactionId }) => String(transactionId));
  let rows: readonly ReadingRow[];
  try {
    const parameters = { chargePointIds, transactionIds };
    const { rows: answer } = await askAnalytics(deps, 'transaction-readings', parameters, PATIENCE_MS);
    rows = answer as unknown as readonly ReadingRow[];
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
  if (rows.length > MOST_READINGS) return undefined;
  const readings = new Map<number, EnergyReading[]>();
  for (const { transactionId, at, isInterval, wh, isCoarse, context, phase, location } of rows) {
    const ofOne = readings.get(transactionId) ?? [];
    readings.set(transactionId, ofOne);
    ofOne.push({
      at,
      measurand: isInterval === 1 ? 'interval' : 'register',
      wh: wh ?? Number.NaN,
      coarse: isCoarse === 1,
      context,
      phase,
      location,
      transactionId,
    });
  }
  return readings;
}
