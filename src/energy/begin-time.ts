import { LONGEST_TRANSACTION_MS } from './limits.ts';
import type { EnergyReading } from './reading.ts';

/** The times of a transaction, as far as they are known, epoch ms. */
interface Timed {
  readonly transactionId: number;
  readonly startedAt: number;
  readonly stoppedAt: number | null;
  readonly flags: readonly string[];
}

const LATE = 'start-time-implausible';

/**
 * When a transaction can have begun at the earliest, epoch ms: at `startedAt`, or where that lies longer
 * before anything else that is known of it than any transaction goes on, at the first of these times.
 */
function beginOf({ startedAt, stoppedAt }: Timed, readings: readonly EnergyReading[]): number {
  let last = stoppedAt ?? startedAt;
  for (const { at } of readings) last = Math.max(last, at);
  if (last - startedAt <= LONGEST_TRANSACTION_MS) return startedAt;
  const times = readings.map(({ at }) => at).filter((at) => at > startedAt);
  if (stoppedAt !== null && stoppedAt > startedAt) times.push(stoppedAt);
  let [begin, before] = [startedAt, startedAt];
  for (const at of times.sort((a, b) => a - b)) {
    if (at - before > LONGEST_TRANSACTION_MS) begin = at;
    before = at;
  }
  return stoppedAt === null || begin <= stoppedAt ? begin : startedAt;
}

/**
 * Transactions and readings, those of a clock that was not set at the begin of the transaction when this can
 * have begun at the earliest, and which transactions these are.
 */
export function inTime<Transaction extends Timed>(
  readings: readonly EnergyReading[],
  transactions: readonly Transaction[],
): {
  readonly readings: readonly EnergyReading[];
  readonly transactions: readonly Transaction[];
  readonly late: ReadonlyMap<number, number>;
} {
  const late = new Map<number, number>();
  const last = readings.reduce((latest, { at }) => Math.max(latest, at), Number.NEGATIVE_INFINITY);
  for (const transaction of transactions) {
    const { transactionId, startedAt, stoppedAt } = transaction;
    if (Math.max(last, stoppedAt ?? startedAt) - startedAt <= LONGEST_TRANSACTION_MS) continue;
    const own = readings.filter((reading) => reading.transactionId === transactionId);
    const begin = beginOf(transaction, own);
    if (begin > startedAt) late.set(transactionId, begin);
  }
  if (late.size === 0) return { readings, transactions, late };
  return {
    readings: readings.map((reading) => {
      const begin = late.get(reading.transactionId ?? 0) ?? reading.at;
      return begin > reading.at ? { ...reading, at: begin } : reading;
    }),
    transactions: transactions.map((transaction) => {
      const startedAt = late.get(transaction.transactionId);
      return startedAt === undefined
        ? transaction
        : { ...transaction, startedAt, flags: [...transaction.flags, LATE] };
    }),
    late,
  };
}

/** The energy of a transaction whose start was timed by a clock that was not set. */
export function lateEnergy<Energy extends { readonly flags: readonly string[] }>(energy: Energy): Energy {
  return { ...energy, flags: [...energy.flags, LATE] };
}
