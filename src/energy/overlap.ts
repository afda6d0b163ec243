import { fell } from './follow.ts';
import type { EnergyLimits } from './limits.ts';
import type { Moment } from './moments.ts';
import type { EnergyReading } from './reading.ts';
import { curveOf, type TransactionCurve, type TransactionRegisters, unknown } from './transaction-energy.ts';

interface Told {
  readonly transaction: TransactionRegisters;
  readonly readings: readonly EnergyReading[];
}

/** What a register went through from the begin of a transaction to its end. */
interface Range {
  readonly low: Moment;
  readonly high: Moment;
}

/**
 * The curve of a transaction of one connector that claims what another one claims, too; undefined where it
 * does not. `told` lists them by their start. One connector carries one transaction at a time, so the one
 * that began first ends where the register stood when the other began; both are flagged `overlapping`.
 */
export function overlapOf(
  told: readonly Told[],
  curves: readonly TransactionCurve[],
  index: number,
  limits: EnergyLimits,
): TransactionCurve | undefined {
  const [own, curve] = [told[index], curves[index]];
  const range = curve && rangeOf(curve);
  if (!own || !curve || !range) return undefined;
  const claims = (other: number) => {
    const theirs = curves[other] && rangeOf(curves[other]);
    return theirs !== undefined && overlap(range, theirs) ? theirs : undefined;
  };
  const endedAt = own.transaction.stoppedAt ?? Number.NEGATIVE_INFINITY;
  for (let later = index + 1; later < told.length; later++) {
    const next = told[later]?.transaction;
    if (!next || next.startedAt >= endedAt) break;
    const theirs = claims(later);
    if (theirs) return flagged(cut(own, range, { ...theirs.low, at: next.startedAt }, limits));
  }
  const { startedAt } = own.transaction;
  const isInAnother = told.some(
    ({ transaction: { stoppedAt } }, earlier) =>
      earlier < index && (stoppedAt ?? Number.NEGATIVE_INFINITY) > startedAt && claims(earlier),
  );
  return isInAnother ? flagged(curve) : undefined;
}

/** Undefined where its register began anew, or nothing is known of it. */
function rangeOf({ first, last, energy: { energyWh } }: TransactionCurve): Range | undefined {
  if (!first || !last || !energyWh || Math.abs(last.wh - first.wh - energyWh) > 1) return undefined;
  return { low: first, high: last };
}

function overlap(a: Range, b: Range): boolean {
  const low = a.low.wh > b.low.wh ? a.low : b.low;
  const high = a.high.wh < b.high.wh ? a.high : b.high;
  return fell(high, low);
}

/**
 * What a transaction delivered until another one began; null where the register stood below its own start
 * then.
 */
function cut(
  { transaction, readings }: Told,
  { low }: Range,
  until: Moment,
  limits: EnergyLimits,
): TransactionCurve {
  if (fell(low, until)) return { ...unknown('overlapping'), first: low, last: low };
  const ended: TransactionRegisters = {
    ...transaction,
    state: 'stopped',
    stoppedAt: until.at,
    meterStop: until.wh,
    flags: transaction.flags.filter((flag) => !/^(meter-stop|stop-time)-/.test(flag)),
  };
  return curveOf(
    ended,
    readings.filter(({ at }) => at <= until.at),
    limits,
  );
}

function flagged(curve: TransactionCurve): TransactionCurve {
  const { energy } = curve;
  return { ...curve, energy: { ...energy, flags: [...energy.flags, 'overlapping'] } };
}
