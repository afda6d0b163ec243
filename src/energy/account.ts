import { inTime, lateEnergy } from './begin-time.ts';
import { fell, follow } from './follow.ts';
import { DEFAULT_LIMITS, type EnergyLimits, mostBetween } from './limits.ts';
import { type Moment, seriesOf } from './moments.ts';
import { overlapOf } from './overlap.ts';
import type { EnergyReading, Fall, LeftOut, Piece } from './reading.ts';
import { shareOut } from './share-out.ts';
import {
  curveOf,
  type TransactionCurve,
  type TransactionEnergy,
  type TransactionRegisters,
} from './transaction-energy.ts';

/** The energy that one connector imported. */
export interface EnergyAccount {
  /** In the order of time; those of a transaction whose energy is known add up to it. */
  readonly pieces: readonly Piece[];
  readonly transactions: ReadonlyMap<number, TransactionEnergy>;
  readonly leftOut: readonly LeftOut[];
  readonly falls: readonly Fall[];
}

/** A transaction with the time in which what names none belongs to it. */
interface Span {
  readonly transaction: TransactionRegisters;
  readonly until: number;
  readonly named: EnergyReading[];
  /** Readings of its time that name no transaction. */
  readonly unnamed: EnergyReading[];
}

/** What lies after one transaction and before the next. */
interface Gap {
  readonly readings: EnergyReading[];
}

/**
 * Works out the energy of one connector from its readings and transactions: a function of what they are, not
 * of their order or how often they were told. Each transaction is followed by its own readings, until the
 * next one begins; between transactions, what their registers rose by counts where they prove to be of one
 * series.
 */
export function accountOf(
  told: readonly EnergyReading[],
  toldTransactions: readonly TransactionRegisters[],
  limits: EnergyLimits = DEFAULT_LIMITS,
): EnergyAccount {
  const { readings, transactions, late } = inTime(told, toldTransactions);
  const energies = new Map<number, TransactionEnergy>();
  const pieces: Piece[] = [];
  const leftOut: LeftOut[] = [];
  const falls: Fall[] = [];
  const spans = spansOf(transactions);
  const gaps = assign(readings, spans);
  const curves = curvesOf(spans, limits);
  let before: TransactionCurve | undefined;
  for (const [index, gap] of gaps.entries()) {
    const [span, curve] = [spans[index], curves[index]];
    const between = gapBetween(before?.last, curve?.first, gap, limits);
    for (const part of curve ? [between, curve] : [between]) {
      pieces.push(...part.pieces);
      leftOut.push(...part.leftOut);
      falls.push(...part.falls);
    }
    if (span && curve) {
      const { transactionId } = span.transaction;
      energies.set(transactionId, late.has(transactionId) ? lateEnergy(curve.energy) : curve.energy);
    }
    if (curve) before = curve.last || !before ? curve : before;
  }
  for (const transaction of transactions) {
    if (transaction.state === 'unmatched')
      energies.set(transaction.transactionId, curveOf(transaction, []).energy);
  }
  pieces.sort(
    (a, b) => a.since - b.since || a.until - b.until || (a.transactionId ?? 0) - (b.transactionId ?? 0),
  );
  return { pieces, transactions: energies, leftOut, falls };
}

/**
 * Of each transaction, where those that began while it had not ended leave it: what the meter delivered once
 * counts once.
 */
function curvesOf(spans: readonly Span[], limits: EnergyLimits): TransactionCurve[] {
  const told = spans.map(({ transaction, named, unnamed }) => ({
    transaction,
    readings: named.length > 0 ? named : unnamed,
  }));
  const curves = told.map(({ transaction, readings }) => curveOf(transaction, readings, limits));
  let endedAt = Number.NEGATIVE_INFINITY;
  const isInOrder = told.every(({ transaction: { startedAt, stoppedAt } }) => {
    const begunAfter = startedAt >= endedAt;
    endedAt = Math.max(endedAt, stoppedAt ?? endedAt);
    return begunAfter;
  });
  return isInOrder ? curves : curves.map((curve, index) => overlapOf(told, curves, index, limits) ?? curve);
}

/**
 * One connector carries one transaction: what began before another and was never stopped ends with the start
 * of that.
 */
function spansOf(transactions: readonly TransactionRegisters[]): Span[] {
  const sorted = transactions
    .filter(({ state }) => state !== 'unmatched')
    .sort((a, b) => a.startedAt - b.startedAt || a.transactionId - b.transactionId);
  return sorted.map((transaction, index) => ({
    transaction,
    until: transaction.stoppedAt ?? sorted[index + 1]?.startedAt ?? Number.POSITIVE_INFINITY,
    named: [],
    unnamed: [],
  }));
}

/**
 * Hands each reading to its transaction, or to the time between two of them; returns the gaps, the one before
 * the first transaction first.
 */
function assign(readings: readonly EnergyReading[], spans: readonly Span[]): Gap[] {
  const byId = new Map(spans.map((span) => [span.transaction.transactionId, span]));
  const gaps: Gap[] = Array.from({ length: spans.length + 1 }, () => ({ readings: [] }));
  for (const reading of distinct(readings)) {
    const { transactionId, at } = reading;
    const own = transactionId === null ? undefined : byId.get(transactionId);
    if (own && (own.transaction.stoppedAt !== null || at <= own.until)) {
      own.named.push(reading);
      continue;
    }
    const begun = begunBy(spans, at);
    const current = spans[begun - 1];
    if (current === undefined || at > current.until) gaps[begun]?.readings.push(reading);
    else (own ? current.named : current.unnamed).push(reading);
  }
  return gaps;
}

/** How many transactions had begun by then. */
function begunBy(spans: readonly Span[], at: number): number {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle] as Span).transaction.startedAt <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function distinct(readings: readonly EnergyReading[]): Iterable<EnergyReading> {
  const byKey = new Map<string, EnergyReading>();
  for (const reading of readings) {
    const { at, measurand, wh, coarse, context, phase, location, transactionId } = reading;
    byKey.set([at, measurand, wh, coarse, context, phase, location, transactionId].join('\n'), reading);
  }
  return byKey.values();
}

type Part = Pick<EnergyAccount, 'pieces' | 'leftOut' | 'falls'>;

/**
 * The energy between two transactions: what their registers rose by, or where they are not of one series,
 * what the readings between them rose by.
 */
function gapBetween(
  before: Moment | undefined,
  after: Moment | undefined,
  { readings }: Gap,
  limits: EnergyLimits,
): Part {
  const leftOut: LeftOut[] = [];
  const series = seriesOf(readings, leftOut);
  const falls: Fall[] = [];
  if (before && after && after.at >= before.at && after.at - before.at <= limits.longestGapMs) {
    if (!fell(before, after) && after.wh - before.wh <= mostBetween(after.at - before.at, limits)) {
      const { steps, leftOut: left } = shareOut(before, after, series);
      for (const { moment, reason } of left) {
        const { at, wh } = moment;
        leftOut.push({
          at,
          wh,
          transactionId: null,
          reason: reason === 'outside' ? 'another-series' : reason,
        });
      }
      return { pieces: steps.map((step) => ({ ...step, transactionId: null })), leftOut, falls };
    }
    if (fell(before, after)) falls.push({ at: after.at, transactionId: null });
  }
  const pieces: Piece[] = [];
  for (const moments of unbroken(series.moments, limits)) {
    const followed = follow(moments, limits);
    for (const { moment, reason } of followed.leftOut) {
      leftOut.push({ at: moment.at, wh: moment.wh, transactionId: null, reason });
    }
    for (const at of followed.falls) falls.push({ at, transactionId: null });
    for (const [index, { at, gain }] of followed.kept.entries()) {
      const since = followed.kept[index - 1]?.at ?? at;
      if (gain > 0) pieces.push({ since, until: at, wh: gain, transactionId: null });
    }
  }
  return { pieces, leftOut, falls };
}

/** Cuts a series where nothing was read for too long. */
function unbroken(moments: readonly Moment[], { longestGapMs }: EnergyLimits): Moment[][] {
  const parts: Moment[][] = [];
  for (const moment of moments) {
    const part = parts.at(-1);
    const last = part?.at(-1);
    if (part && last && moment.at - last.at <= longestGapMs) part.push(moment);
    else parts.push([moment]);
  }
  return parts;
}
