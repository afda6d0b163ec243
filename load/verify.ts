import type { Confirmed } from './ledger.ts';
import type { StoredSamples, StoredTotals, StoredTransactions } from './stored-totals.ts';

/** One charge point of which ClickHouse holds something else than was confirmed. */
export interface Mismatch {
  readonly chargePointId: string;
  readonly what: string;
}

export interface Verdict {
  readonly equal: boolean;
  /** What was confirmed, and what is there: `count()` without FINAL. */
  readonly confirmedSamples: number;
  readonly storedSamples: number;
  /**
   * Samples that were sent again because their answer was lost: so many rows more may be there until a merge.
   */
  readonly repeatedSamples: number;
  readonly confirmedTransactions: number;
  readonly storedTransactions: number;
  readonly mismatches: readonly Mismatch[];
  /** There is more than can ever have been sent; waiting will not mend it. */
  readonly isDoubled: boolean;
  /** ms from the last confirmation to this verdict. */
  readonly drainMs: number;
  readonly deadlinePassed: boolean;
}

/** Whether the rows are compared, or also the energy that is worked out from them. */
export type Aspect = 'rows' | 'energy';

/** What ClickHouse holds, read at one moment. */
export interface Stored {
  /** Every row, without FINAL. */
  readonly rows: ReadonlyMap<string, StoredSamples>;
  /** Merged; only read where messages were legally sent again. */
  readonly merged: ReadonlyMap<string, StoredSamples> | undefined;
  readonly transactions: ReadonlyMap<string, StoredTransactions>;
}

/**
 * Compares what was confirmed with what is stored, charge point by charge point. Without repetitions every
 * row counts and must be there exactly once. A charge point that sent messages again because the answer was
 * lost with its connection (obligation E8) may have brought rows twice: their merged view must be exact, and
 * the rows at most the repeated ones too many.
 */
export function compare(
  confirmed: readonly Confirmed[],
  stored: Stored,
  aspect: Aspect = 'energy',
): { mismatches: Mismatch[]; isDoubled: boolean } {
  const mismatches: Mismatch[] = [];
  let isDoubled = false;
  const known = new Set<string>();
  for (const expected of confirmed) {
    known.add(expected.chargePointId);
    const say = (what: string): void => void mismatches.push({ chargePointId: expected.chargePointId, what });
    const rows = stored.rows.get(expected.chargePointId) ?? NOTHING;
    if (expected.repeatedSamples === 0) {
      compareSamples(expected, rows, say);
    } else {
      compareSamples(expected, stored.merged?.get(expected.chargePointId) ?? NOTHING, (what) =>
        say(`merged ${what}`),
      );
      if (rows.samples < expected.samples) say(`${expected.samples} samples confirmed, ${rows.samples} rows`);
    }
    const most = expected.samples + expected.repeatedSamples;
    if (rows.samples > most) {
      isDoubled = true;
      if (expected.repeatedSamples > 0) say(`at most ${most} samples were sent, ${rows.samples} rows`);
    }
    const transactions = stored.transactions.get(expected.chargePointId) ?? NO_TRANSACTIONS;
    isDoubled ||= transactions.started > expected.started;
    compareTransactions(expected, transactions, aspect, say);
  }
  for (const chargePointId of [...stored.rows.keys(), ...stored.transactions.keys()]) {
    if (!known.has(chargePointId)) mismatches.push({ chargePointId, what: 'stored, but nobody sent it' });
  }
  return { mismatches, isDoubled };
}

const NOTHING: StoredSamples = { samples: 0, sum: 0, firstAt: 0, lastAt: 0 };
const NO_TRANSACTIONS: StoredTransactions = { started: 0, stopped: 0, energyWh: 0 };

function compareSamples(expected: Confirmed, found: StoredSamples, say: (what: string) => void): void {
  if (found.samples !== expected.samples)
    say(`${expected.samples} samples confirmed, ${found.samples} stored`);
  // Values are multiples of one half, so sums are exact.
  else if (found.sum !== expected.sampleSum) say(`sum ${expected.sampleSum} confirmed, ${found.sum} stored`);
  else if (found.samples > 0 && found.firstAt !== expected.firstSampleAt)
    say(`first time differs: ${iso(expected.firstSampleAt)}, stored ${iso(found.firstAt)}`);
  else if (found.samples > 0 && found.lastAt !== expected.lastSampleAt)
    say(`last time differs: ${iso(expected.lastSampleAt)}, stored ${iso(found.lastAt)}`);
}

function compareTransactions(
  expected: Confirmed,
  found: StoredTransactions,
  aspect: Aspect,
  say: (what: string) => void,
): void {
  if (found.started !== expected.started)
    say(`${expected.started} transactions started, ${found.started} stored`);
  else if (found.stopped !== expected.stopped)
    say(`${expected.stopped} transactions stopped, ${found.stopped} stored`);
  else if (aspect === 'energy' && found.energyWh !== expected.energyWh)
    say(`${expected.energyWh} Wh charged, ${found.energyWh} Wh stored`);
}

const iso = (epochMs: number): string => new Date(epochMs).toISOString();

/** Reads the present state and compares. @throws Error if it cannot be read. */
export async function look(
  confirmed: readonly Confirmed[],
  totals: StoredTotals,
  prefix: string,
  aspect: Aspect = 'energy',
): Promise<Omit<Verdict, 'drainMs' | 'deadlinePassed'>> {
  const wasRepeated = confirmed.some((row) => row.repeatedSamples > 0);
  const stored: Stored = {
    rows: await totals.samples(prefix, false),
    merged: wasRepeated ? await totals.samples(prefix, true) : undefined,
    transactions: await totals.transactions(prefix),
  };
  const { mismatches, isDoubled } = compare(confirmed, stored, aspect);
  return {
    equal: mismatches.length === 0,
    confirmedSamples: sum(confirmed, (row) => row.samples),
    storedSamples: sum([...stored.rows.values()], (row) => row.samples),
    repeatedSamples: sum(confirmed, (row) => row.repeatedSamples),
    confirmedTransactions: sum(confirmed, (row) => row.started),
    storedTransactions: sum([...stored.transactions.values()], (row) => row.started),
    mismatches,
    isDoubled,
  };
}

/**
 * Waits until ClickHouse holds exactly what was confirmed, for at most `timeoutMs` without coming nearer to
 * it: the energy of a large fleet is worked out in turns. Something doubled ends the wait at once: a merge
 * may hide it a moment later. A query that fails (a process is just being restarted) is asked again.
 * @throws Error if not one query could be answered.
 */
export async function verify(
  confirmed: readonly Confirmed[],
  totals: StoredTotals,
  prefix: string,
  timeoutMs: number,
  aspect: Aspect = 'energy',
): Promise<Verdict> {
  const begin = performance.now();
  let [least, nearerAt] = [Number.POSITIVE_INFINITY, begin];
  for (;;) {
    const now = performance.now();
    const deadlinePassed = now - nearerAt >= timeoutMs;
    try {
      const seen = await look(confirmed, totals, prefix, aspect);
      const { length } = seen.mismatches;
      if (length < least) [least, nearerAt] = [length, now];
      else if (deadlinePassed) return { ...seen, drainMs: now - begin, deadlinePassed };
      if (seen.equal || seen.isDoubled) return { ...seen, drainMs: now - begin, deadlinePassed: false };
    } catch (error) {
      if (deadlinePassed) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseAfter(performance.now() - begin)));
  }
}

/** Looks read much, and hold up what is waited for: the longer that takes, the fewer of them. */
function pauseAfter(waitedMs: number): number {
  return Math.min(5000, Math.max(500, waitedMs / 8));
}

/**
 * Looks, in the middle of a run, whether anything is there more often than it was sent: rows that arrive
 * twice are merged away sooner or later, so the end is too late to find them. `confirmedLater` is asked after
 * the rows are read, and a moment later, so that whatever was stored by then has also been confirmed.
 */
export async function auditDoubles(
  totals: StoredTotals,
  prefix: string,
  confirmedLater: () => Promise<readonly Confirmed[]>,
): Promise<Mismatch[]> {
  const rows = await totals.samples(prefix, false);
  const confirmed = await confirmedLater();
  const mismatches: Mismatch[] = [];
  for (const { chargePointId, samples, repeatedSamples } of confirmed) {
    const found = rows.get(chargePointId)?.samples ?? 0;
    if (found > samples + repeatedSamples) {
      mismatches.push({
        chargePointId,
        what: `during the run: ${samples + repeatedSamples} samples sent, ${found} rows`,
      });
    }
  }
  return mismatches;
}

function sum<Row>(rows: readonly Row[], of: (row: Row) => number): number {
  let total = 0;
  for (const row of rows) total += of(row);
  return total;
}
