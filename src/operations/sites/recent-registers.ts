import { follow } from '../../energy/follow.ts';
import { DEFAULT_LIMITS } from '../../energy/limits.ts';
import { type EnergyReading, impossibility } from '../../energy/reading.ts';
import { energyOfTransaction, type TransactionRegisters } from '../../energy/transaction-energy.ts';

/** What an energy register was said to stand at. */
interface Told {
  /** Time of the reading by the charge point's clock, epoch ms. */
  readonly at: number;
  /** When it became known here, epoch ms. */
  readonly seenAt: number;
  readonly wh: number;
}

/** Readings kept; beyond that every other one of the older half goes. */
const MOST_KEPT = 64;
/** Readings that power is worked out from: enough to see a bad one among those around it. */
const FOR_POWER = 8;
/** Readings closer than this say too little about power, ms. */
const LEAST_INTERVAL_MS = 1000;
const HOUR_MS = 3_600_000;

/**
 * The last readings of one connector's energy register, a bounded number of them, and what they are worth by
 * the rules of the account of energy.
 */
export class RecentRegisters {
  private told: Told[] = [];

  add(told: Told): void {
    this.told.push(told);
    if (this.told.length <= MOST_KEPT) return;
    this.told = this.told.filter((_, index) => index >= MOST_KEPT / 2 || index % 2 === 0);
  }

  /**
   * The mean power, W, up to the reading that became known at `now`; undefined where it is the first, or one
   * that the others contradict.
   */
  powerW(now: number): number | undefined {
    const moments = this.told
      .slice(-FOR_POWER)
      .filter(({ wh }) => impossibility(wh) === undefined)
      .map(({ seenAt, wh }) => ({ at: seenAt, wh, coarse: false }));
    const [before, last] = follow(moments, DEFAULT_LIMITS).kept.slice(-2);
    if (before === undefined || last === undefined || last.at !== now || last.isAnew) return undefined;
    const elapsed = last.at - before.at;
    const powerW = (last.gain * HOUR_MS) / elapsed;
    return elapsed < LEAST_INTERVAL_MS || powerW > DEFAULT_LIMITS.maxPowerW ? undefined : powerW;
  }

  /**
   * What a transaction has got so far, Wh, by what became known since `receivedAt`, epoch ms; undefined where
   * that does not determine it.
   */
  deliveredWh(transaction: TransactionRegisters, receivedAt: number): number | undefined {
    const readings = this.told
      .filter(({ seenAt }) => seenAt >= receivedAt)
      .map(({ at, wh }) => readingOf(at, wh, transaction.transactionId));
    return energyOfTransaction(transaction, readings).energyWh ?? undefined;
  }
}

/** The digest of an edge is over all phases at the outlet already. */
function readingOf(at: number, wh: number, transactionId: number): EnergyReading {
  return {
    at,
    measurand: 'register',
    wh,
    coarse: false,
    context: '',
    phase: '',
    location: '',
    transactionId,
  };
}
