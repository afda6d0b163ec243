import { accountOf } from '../energy/account.ts';
import type { EnergyReading } from '../energy/reading.ts';
import { isSmallStep } from '../energy/refutation.ts';
import { energyOfRegisters, type TransactionEnergy } from '../energy/transaction-energy.ts';
import type { TransactionRecord } from '../store/transaction-record.ts';
import { askAnalytics } from './analytics-query.ts';
import type { ControlDeps } from './deps.ts';
import { ApiError } from './errors.ts';
import { overlapping } from './overlapping-transactions.ts';

/**
 * The energy of a transaction as the API shows it: never negative, and null with a reason where nothing
 * determines it.
 */
export interface PublishedEnergy {
  readonly energyWh: number | null;
  readonly energySource: TransactionEnergy['energySource'];
  readonly energyReason: string | null;
  readonly energyFlags: readonly string[];
}

/** Who lists transactions does not wait longer for readings, ms. */
const PATIENCE_MS = 3000;

/** As many as analytics answers at once. */
const MOST_READINGS = 100_000;

/** Transactions that are looked at by one query. */
const TOGETHER = 250;

/** By how much clocks of Farad may differ at most, ms. */
const MARGIN_MS = 86_400_000;

/** The reason of an energy that is not known while analytics does not answer. */
export const UNAVAILABLE = 'readings_unavailable';

interface DigestRow {
  readonly transactionId: number;
  readonly isEven: number;
  readonly firstWh: number;
  readonly lastWh: number;
}

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
 * Works out the energy of transactions, in their order: out of their registers where these determine it and
 * their readings are nothing against them, else out of their readings. While analytics does not answer,
 * registers that can be right count, and the energy of the others is null with the reason
 * `readings_unavailable`.
 */
export async function energiesOf(
  deps: Pick<ControlDeps, 'link' | 'config' | 'store'>,
  transactions: readonly TransactionRecord[],
): Promise<PublishedEnergy[]> {
  const subjects = transactions.map((transaction) => ({
    transaction,
    others: overlapping(deps.store, transaction),
    energy: energyOfRegisters(transaction),
  }));
  const plain = subjects.filter(({ others, energy }) => others.length === 0 && energy.energyWh !== null);
  const doubtful = await refutable(
    deps,
    plain.map(({ transaction }) => transaction),
  );
  const open = subjects.filter(
    ({ transaction, others, energy }) =>
      transaction.state !== 'unmatched' &&
      (others.length > 0 || energy.energyWh === null || doubtful.has(transaction.transactionId)),
  );
  const readings = await readingsOf(
    deps,
    open.flatMap(({ transaction, others }) => [transaction, ...others]),
  );
  return subjects.map((subject) => {
    const { transaction, others, energy } = subject;
    if (!open.includes(subject)) return publish(energy);
    if (readings === undefined) {
      return { ...publish(energy), ...(energy.energyWh === null && { energyReason: UNAVAILABLE }) };
    }
    const told = [transaction, ...others];
    const own = told.flatMap(({ transactionId }) => readings.get(transactionId) ?? []);
    const { transactions: energies } = accountOf(own, told);
    return publish(energies.get(transaction.transactionId) ?? energy);
  });
}

/**
 * Which of transactions with registers that can be right have readings that may be something against them;
 * none while analytics does not answer.
 */
async function refutable(
  deps: Pick<ControlDeps, 'link' | 'config'>,
  transactions: readonly TransactionRecord[],
): Promise<ReadonlySet<number>> {
  const byId = new Map(transactions.map((transaction) => [transaction.transactionId, transaction]));
  const found = new Set<number>();
  for (let index = 0; index < transactions.length; index += TOGETHER) {
    const rows = await rowsOf<DigestRow>(
      deps,
      'transaction-digests',
      transactions.slice(index, index + TOGETHER),
    );
    for (const row of rows ?? []) {
      const transaction = byId.get(row.transactionId);
      if (transaction && !bearsOut(row, transaction)) found.add(row.transactionId);
    }
  }
  return found;
}

/**
 * Whether readings lead from meterStart to meterStop by steps that raise no doubt, so that their registers
 * count without a look at them.
 */
function bearsOut({ isEven, firstWh, lastWh }: DigestRow, { meterStart, meterStop }: TransactionRecord) {
  if (isEven !== 1 || meterStart === null || meterStop === null) return false;
  return isSmallStep(meterStart, firstWh) && isSmallStep(lastWh, meterStop);
}

export function publish({ energyWh, energySource, reason, flags }: TransactionEnergy): PublishedEnergy {
  return { energyWh, energySource, energyReason: reason ?? null, energyFlags: flags };
}

/** By transaction; undefined where analytics does not answer in time, or there are too many of them. */
export async function readingsOf(
  deps: Pick<ControlDeps, 'link' | 'config'>,
  transactions: readonly TransactionRecord[],
): Promise<Map<number, EnergyReading[]> | undefined> {
  if (transactions.length === 0) return new Map();
  const rows = await rowsOf<ReadingRow>(deps, 'transaction-readings', transactions);
  if (rows === undefined) return undefined;
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

/** What analytics knows of some transactions; undefined where it does not answer in time. */
async function rowsOf<Row>(
  deps: Pick<ControlDeps, 'link' | 'config'>,
  query: string,
  transactions: readonly TransactionRecord[],
): Promise<readonly Row[] | undefined> {
  const chargePointIds = [...new Set(transactions.map(({ chargePointId }) => chargePointId))];
  const transactionIds = [...new Set(transactions.map(({ transactionId }) => String(transactionId)))];
  // What names a transaction is received after its start.
  const first = transactions.reduce((least, { receivedAt }) => Math.min(least, receivedAt), Date.now());
  const receivedFrom = Math.max(first - MARGIN_MS, 0);
  try {
    const parameters = { chargePointIds, transactionIds, receivedFrom };
    const { rows } = await askAnalytics(deps, query, parameters, PATIENCE_MS);
    return rows as unknown as readonly Row[];
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}
