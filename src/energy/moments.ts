import { type EnergyReading, impossibility, type LeftOut } from './reading.ts';

/** What a register stood at. */
export interface Moment {
  readonly at: number;
  readonly wh: number;
  readonly coarse: boolean;
}

/** The readings of one meter, over all phases, in the order of time. */
export interface MeterSeries {
  readonly moments: readonly Moment[];
  /** The begin value, where readings name it. */
  readonly begin: Moment | undefined;
}

/** A phase has two names: against neutral it is the same one. */
const PHASES: ReadonlyMap<string, string> = new Map([
  ['L1', 'L1'],
  ['L2', 'L2'],
  ['L3', 'L3'],
  ['L1-N', 'L1'],
  ['L2-N', 'L2'],
  ['L3-N', 'L3'],
]);
const PLACES = ['Outlet', 'Inlet', 'Cable', 'EV', 'Body'];

/** Registers come before intervals. */
const INTERVALS = 100;

/**
 * Picks the series that counts: at the outlet, over all phases, before phase by phase, before other places;
 * registers before intervals, whose energy is summed up from 0 on. A series of a single moment counts only
 * where none has more. Readings that no meter can show are added to `leftOut`.
 */
export function seriesOf(readings: readonly EnergyReading[], leftOut: LeftOut[]): MeterSeries {
  const byRank = new Map<number, EnergyReading[]>();
  for (const reading of readings) {
    const reason = impossibility(reading.wh);
    if (reason !== undefined) {
      leftOut.push({ at: reading.at, wh: reading.wh, transactionId: reading.transactionId, reason });
      continue;
    }
    const rank = rankOf(reading);
    if (rank === undefined) continue;
    const same = byRank.get(rank);
    if (same) same.push(reading);
    else byRank.set(rank, [reading]);
  }
  let found: MeterSeries = { moments: [], begin: undefined };
  for (const rank of [...byRank.keys()].sort((a, b) => a - b)) {
    const series = rank >= INTERVALS ? summedUp(byRank.get(rank) ?? []) : inOrder(byRank.get(rank) ?? []);
    if (series.moments.length > 1) return { ...series, begin: series.begin ?? found.begin };
    if (found.moments.length === 0) found = { ...series, begin: found.begin ?? series.begin };
  }
  return found;
}

function rankOf({ measurand, phase, location }: EnergyReading): number | undefined {
  const base = measurand === 'interval' ? INTERVALS : 0;
  const place = location === '' ? 0 : PLACES.indexOf(location);
  if (phase === '') return base + (place === 0 ? 0 : 2 + (place < 0 ? PLACES.length : place));
  return PHASES.has(phase) && place === 0 ? base + 1 : undefined;
}

/**
 * A begin value that is repeated at later times is still the begin value; other values of that context are
 * readings like others.
 */
function inOrder(readings: readonly EnergyReading[]): MeterSeries {
  const begins = overPhases(readings.filter(({ context }) => context === 'Transaction.Begin'));
  const begin = begins[0];
  const others = readings.filter(({ context }) => context !== 'Transaction.Begin');
  const risen = begin ? begins.filter(({ wh }) => Math.abs(wh - begin.wh) > 1) : [];
  const moments = overPhases(others);
  return { moments: risen.length > 0 ? [...moments, ...risen].sort(byTime) : moments, begin };
}

/**
 * One reading of each moment and phase, those of the phases added up; a phase that was not read keeps what it
 * stood at.
 */
function overPhases(readings: readonly EnergyReading[]): Moment[] {
  const sorted = [...readings].sort(byTime);
  const phases = new Map<string, EnergyReading>();
  const all = new Set(sorted.map(conductorOf));
  if (all.size <= 1) return distinct(sorted);
  const moments: Moment[] = [];
  for (const [index, reading] of sorted.entries()) {
    phases.set(conductorOf(reading), reading);
    if (sorted[index + 1]?.at === reading.at || phases.size < all.size) continue;
    let [wh, coarse] = [0, false];
    for (const phase of phases.values()) {
      wh += phase.wh;
      coarse ||= phase.coarse;
    }
    moments.push({ at: reading.at, wh, coarse });
  }
  return moments;
}

function conductorOf({ phase }: EnergyReading): string {
  return PHASES.get(phase) ?? phase;
}

/** Without repeats, and without a value in kWh where there is one in Wh of the same moment. */
function distinct(sorted: readonly EnergyReading[]): Moment[] {
  const moments: Moment[] = [];
  for (const { at, wh, coarse } of sorted) {
    const last = moments.at(-1);
    if (last?.at !== at) moments.push({ at, wh, coarse });
    else if (last.coarse && !coarse) moments[moments.length - 1] = { at, wh, coarse };
    else if (!coarse && last.wh !== wh) moments.push({ at, wh, coarse });
  }
  return moments;
}

/**
 * Intervals of the clock overlap those of the sampling, so only one of the two kinds counts, and the last one
 * of a transaction.
 */
function summedUp(readings: readonly EnergyReading[]): MeterSeries {
  const isPeriodic = readings.some(({ context }) => context === 'Sample.Periodic');
  const own = isPeriodic ? 'Sample.Periodic' : 'Sample.Clock';
  const ends = readings.filter(({ context }) => context === 'Transaction.End');
  let counted = readings.filter(({ context }) => context === own);
  if (counted.length === 0) {
    counted = readings.filter(
      ({ context }) => context !== 'Transaction.Begin' && context !== 'Transaction.End',
    );
  }
  const last = counted.reduce((latest, { at }) => Math.max(latest, at), Number.NEGATIVE_INFINITY);
  counted = [...counted, ...ends.filter(({ at }) => at > last)].sort(byTime);
  let [sum, coarse] = [0, false];
  const moments: Moment[] = [];
  const seen = new Set<string>();
  for (const [index, reading] of counted.entries()) {
    const { at } = reading;
    const key = `${at} ${conductorOf(reading)}`;
    if (!seen.has(key)) sum += reading.wh;
    seen.add(key);
    coarse ||= reading.coarse;
    if (counted[index + 1]?.at !== at) moments.push({ at, wh: sum, coarse });
  }
  return moments.length === 0
    ? { moments, begin: undefined }
    : { moments, begin: { at: moments[0]?.at ?? 0, wh: 0, coarse: false } };
}

function byTime(a: Moment & { phase?: string }, b: Moment & { phase?: string }): number {
  return (
    a.at - b.at ||
    a.wh - b.wh ||
    Number(a.coarse) - Number(b.coarse) ||
    ((a.phase ?? '') < (b.phase ?? '') ? -1 : 1)
  );
}
