import { accountOf } from '../energy/account.ts';
import type { EnergyReading } from '../energy/reading.ts';
import { curveOf, energyOfRegisters, type TransactionCurve } from '../energy/transaction-energy.ts';
import { writeTimestamp } from '../protocol/timestamp.ts';
import type { TransactionRecord } from '../store/transaction-record.ts';
import type { ControlDeps } from './deps.ts';
import { overlapping } from './overlapping-transactions.ts';
import { type PublishedEnergy, publish, readingsOf, UNAVAILABLE } from './published-energy.ts';

/** Readings left out that an answer names. */
const MOST_LEFT_OUT = 1000;

interface Point {
  /** Epoch ms. */
  readonly at: number;
  /** Since the begin of the transaction. */
  readonly energyWh: number;
}

/** How the energy of a transaction rose, as the API shows it. */
export interface EnergyCurve extends PublishedEnergy {
  readonly points: readonly { readonly time: string; readonly energyWh: number }[];
  readonly leftOut: readonly { readonly time: string; readonly wh: number | null; readonly reason: string }[];
}

/**
 * Works out how the energy of a transaction rose, in at most `most` points; without readings while analytics
 * does not answer.
 */
export async function energyCurveOf(
  deps: Pick<ControlDeps, 'store' | 'link' | 'config'>,
  transaction: TransactionRecord,
  most: number,
): Promise<EnergyCurve> {
  const told = [transaction, ...overlapping(deps.store, transaction)];
  const readings = await readingsOf(deps, told);
  const curve = curveAmong(
    transaction,
    told,
    told.flatMap(({ transactionId }) => readings?.get(transactionId) ?? []),
  );
  const published = publish(curve.energy);
  const isWaiting =
    readings === undefined && published.energyWh === null && transaction.state !== 'unmatched';
  return {
    ...published,
    ...(isWaiting && { energyReason: UNAVAILABLE }),
    points: thinned(pointsOf(curve), most).map(({ at, energyWh }) => ({
      time: writeTimestamp(at),
      energyWh: Math.round(energyWh * 1000) / 1000,
    })),
    leftOut: curve.leftOut.slice(0, MOST_LEFT_OUT).map(({ at, wh, reason }) => ({
      time: writeTimestamp(at),
      wh: Number.isFinite(wh) ? wh : null,
      reason,
    })),
  };
}

/**
 * The curve of a transaction by its own readings, or where others ran at the same time, by the account of all
 * of them.
 */
function curveAmong(
  transaction: TransactionRecord,
  told: readonly TransactionRecord[],
  readings: readonly EnergyReading[],
): Omit<TransactionCurve, 'falls'> {
  if (told.length === 1) return curveOf(transaction, readings);
  const { transactions, pieces, leftOut } = accountOf(readings, told);
  const isOwn = ({ transactionId }: { transactionId: number | null }) =>
    transactionId === transaction.transactionId;
  return {
    energy: transactions.get(transaction.transactionId) ?? energyOfRegisters(transaction),
    pieces: pieces.filter(isOwn),
    leftOut: leftOut.filter(isOwn),
    first: undefined,
    last: undefined,
  };
}

/** The sum of what was delivered, from 0 at the begin to the energy of the transaction; it never falls. */
export function pointsOf({
  pieces,
  first,
  last,
  energy,
}: Pick<TransactionCurve, 'pieces' | 'first' | 'last' | 'energy'>): Point[] {
  if (energy.energyWh === null) return [];
  const points: Point[] = [];
  let sum = 0;
  const reach = (at: number) => {
    if (at > (points.at(-1)?.at ?? Number.NEGATIVE_INFINITY)) points.push({ at, energyWh: sum });
    else if (points.length > 0) points[points.length - 1] = { at: points.at(-1)?.at ?? at, energyWh: sum };
  };
  if (first) reach(first.at);
  for (const { since, until, wh } of pieces) {
    // Nothing flowed before it.
    if (since > (points.at(-1)?.at ?? Number.NEGATIVE_INFINITY)) reach(since);
    sum += wh;
    reach(until);
  }
  if (last) reach(last.at);
  return points;
}

/** Evenly fewer, the first and the last among them: sums lose nothing by that. */
function thinned(points: readonly Point[], most: number): readonly Point[] {
  if (points.length <= most) return points;
  return Array.from(
    { length: most },
    (_, index) => points[Math.round((index * (points.length - 1)) / (most - 1))] as Point,
  );
}
