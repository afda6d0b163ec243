import { COARSE_WH, fell, follow, type Kept, toleranceOf } from './follow.ts';
import {
  DEFAULT_LIMITS,
  type EnergyLimits,
  mostBetween,
  mostOfTransaction,
  READING_SLACK_MS,
} from './limits.ts';
import type { MeterSeries, Moment } from './moments.ts';

/**
 * What readings of a transaction have against its meterStart and meterStop, though these could be right by
 * themselves.
 */
export interface Refutation {
  /**
   * Which of them is of another series; `within` where the register began anew between the two, `both` where
   * neither is what the readings say.
   */
  readonly of: 'start' | 'stop' | 'both' | 'within';
  /** Whether enough readings agree about it; else the registers stand, and somebody should look at them. */
  readonly isClear: boolean;
  readonly flag:
    | 'start-of-another-series'
    | 'meter-stop-implausible'
    | 'register-fell'
    | 'register-jumped'
    | 'readings-left-out';
  /** The readings between start and stop. */
  readonly own: readonly Moment[];
}

/** As many readings have to agree with each other: a single one may be the wrong one. */
const WITNESSES = 2;

/** By how much more than its readings show a session may have drawn at other times. */
const LIVELINESS = 1.5;

/** Below this a rise is nothing to look at, Wh. */
const STRAY_WH = 5000;

/** Rates are taken over at least this time, ms: two readings of one moment give none. */
const SHORTEST_MS = 60_000;

/**
 * Returns what the readings of a transaction have against a meterStart and meterStop that could be right by
 * themselves; undefined where they bear these out or do not clearly speak against them. Few or stray
 * readings, a clock that was set, and readings that count from the begin of the transaction are nothing
 * against them.
 */
export function refutationOf(
  start: Moment,
  stop: Moment,
  series: MeterSeries,
  limits: EnergyLimits,
): Refutation | undefined {
  const { own, isWhole } = ownOf(start, stop, series);
  const { begin } = series;
  if (own.length === 0) return undefined;
  if (isPlain(start, stop, own) && !(begin && differs(start, begin, limits))) return undefined;
  const found =
    ofStandingStill(start, stop, own, limits) ??
    ofBegin(start, stop, own, begin, limits) ??
    ofBreaks(start, stop, own, limits) ??
    ofStop(start, stop, own, limits);
  return found && { ...found, isClear: found.isClear && isWhole };
}

/**
 * Whether readings could show that a transaction began or ended at another register than it told, were all of
 * them known.
 */
export function mayBeRefuted({
  meterStart,
  meterStop,
}: {
  readonly meterStart: number | null;
  readonly meterStop: number | null;
}): boolean {
  if (meterStart === null || meterStop === null) return true;
  const rise = meterStop - meterStart;
  return (
    meterStart === 0 ||
    rise <= toleranceOf({ coarse: false }, { coarse: false }) ||
    rise > mostBetween(0, DEFAULT_LIMITS)
  );
}

/** Whether readings rise from start to stop by small steps, so that nothing is against either. */
function isPlain(start: Moment, stop: Moment, own: readonly Moment[]): boolean {
  let level = start.wh;
  for (const { wh } of [...own, stop]) {
    if (!isSmallStep(level, wh)) return false;
    level = wh;
  }
  return true;
}

/** Whether a register that goes from one value to the next, Wh, raises no doubt about either. */
export function isSmallStep(from: number, to: number): boolean {
  return to >= from && to <= from + STRAY_WH;
}

/**
 * Whether a begin value shows that meterStart is of another series: it lies above it by more than can have
 * flowed until then, clearly or above a 0 that may stand for anything.
 */
export function refutesStart(begin: Moment | undefined, start: Moment, limits: EnergyLimits): boolean {
  if (begin === undefined || !differs(start, begin, limits)) return false;
  return start.wh === 0 || leaps(start, begin, 0, limits);
}

/**
 * Whether more lies between meterStart and the begin value than a connector delivers from one to the other.
 */
function differs(start: Moment, begin: Moment, { maxPowerW }: EnergyLimits): boolean {
  const flown = (maxPowerW * Math.max(begin.at - start.at, 0)) / 3_600_000;
  return begin.wh - start.wh > COARSE_WH + flown;
}

/**
 * Readings from start to stop, with a begin value that differs from meterStart as the first of them, and
 * whether there are no others: a clock may have been set.
 */
function ownOf(
  start: Moment,
  stop: Moment,
  { moments, begin }: MeterSeries,
): { readonly own: readonly Moment[]; readonly isWhole: boolean } {
  const all = begin && begin.wh - start.wh > toleranceOf(begin, start) ? [begin, ...moments] : moments;
  const own = all
    .filter(({ at }) => at >= start.at - READING_SLACK_MS && at <= stop.at + READING_SLACK_MS)
    .map((moment) => ({ ...moment, at: Math.min(Math.max(moment.at, start.at), stop.at) }))
    .sort((a, b) => a.at - b.at || a.wh - b.wh);
  return { own, isWhole: own.length === all.length };
}

/** A meterStop that says that nothing flowed, where readings rise. */
function ofStandingStill(
  start: Moment,
  stop: Moment,
  own: readonly Moment[],
  limits: EnergyLimits,
): Refutation | undefined {
  if (stop.wh - start.wh > toleranceOf(start, stop)) return undefined;
  const { kept } = follow([...own], limits);
  const [first, last] = [kept[0], kept.at(-1)];
  if (!first || !last || kept.length < WITNESSES || kept.some(({ isAnew }) => isAnew)) return undefined;
  if (last.wh - first.wh <= toleranceOf(first, last) || fell(start, first)) return undefined;
  const goesOn = first.wh - start.wh <= mostAt(LIVELINESS * fastestOf(kept), first.at - start.at, limits);
  return { of: goesOn ? 'stop' : 'both', isClear: true, flag: 'meter-stop-implausible', own };
}

/** A begin value that differs from meterStart, where everything after it goes on from it until the stop. */
function ofBegin(
  start: Moment,
  stop: Moment,
  own: readonly Moment[],
  begin: Moment | undefined,
  limits: EnergyLimits,
): Refutation | undefined {
  if (!begin || own[0]?.wh !== begin.wh || !differs(start, begin, limits)) return undefined;
  const { kept, leftOut } = follow([...own, stop], limits);
  if (leftOut.length > 0 || kept.some(({ isAnew }) => isAnew)) return undefined;
  const isClear = refutesStart(begin, start, limits);
  return { of: 'start', isClear, flag: 'start-of-another-series', own };
}

/** A register that begins anew, at the first reading or later, and stays so until the stop. */
function ofBreaks(
  start: Moment,
  stop: Moment,
  own: readonly Moment[],
  limits: EnergyLimits,
): Refutation | undefined {
  const { kept, leftOut } = follow([start, ...own, stop], limits);
  const last = kept.at(-1);
  if (last?.at !== stop.at || last.wh !== stop.wh) return undefined;
  const read = kept.slice(1, -1);
  const fastest = fastestOf(read);
  let found = ofStrange(
    start,
    stop,
    own,
    leftOut.map(({ moment }) => moment),
  );
  for (const [index, to] of kept.entries()) {
    const from = kept[index - 1];
    if (!from || !to.isAnew) continue;
    const next = kept.findIndex(({ isAnew }, other) => isAnew && other > index);
    const after = (next < 0 ? kept.length - 1 : next) - index;
    const isBorneOut = after >= WITNESSES;
    if (fell(from, to)) {
      if (index === 1 || !isBorneOut) return undefined;
      // Within the registers, times out of order look like that, too.
      const [before, later] = [kept[index - WITNESSES], kept[index + WITNESSES - 1]];
      const isSteady = leftOut.length === 0 && index > WITNESSES && rises(before, from) && rises(to, later);
      const isClear = isSteady && fell(from, stop) && !fell(to, start);
      found = {
        of: 'within',
        isClear: isClear && (found?.isClear ?? true),
        flag: 'register-fell',
        own,
      };
    } else {
      if (!leaps(from, to, fastest, limits)) return undefined;
      const of = index === 1 ? 'start' : 'within';
      const flag = of === 'start' ? 'start-of-another-series' : 'register-jumped';
      found = { of: found ? 'within' : of, isClear: isBorneOut && (found?.isClear ?? true), flag, own };
    }
  }
  return found ?? ofStray(start, read, own, limits);
}

/**
 * A first reading, or a later one, that lies much higher above the one before than this session draws
 * otherwise.
 */
function ofStray(
  start: Moment,
  read: readonly Kept[],
  own: readonly Moment[],
  limits: EnergyLimits,
): Refutation | undefined {
  const rates = read.map((to, index) => rateOf(read[index - 1], to));
  const [fastest = 0, second = 0] = [...rates].sort((a, b) => b - a);
  const found = read.findIndex((to, index) =>
    strays(read[index - 1] ?? start, to, rates[index] === fastest ? second : fastest, limits),
  );
  if (found < 0) return undefined;
  const of = found === 0 ? 'start' : 'within';
  return { of, isClear: false, flag: found === 0 ? 'start-of-another-series' : 'register-jumped', own };
}

function rises(from: Moment | undefined, to: Moment | undefined): boolean {
  return from !== undefined && to !== undefined && to.at > from.at && fell(to, from);
}

/**
 * Readings that the others contradict, though they lie between start and stop: wrong ones, an exchanged
 * meter, or times that are out of order.
 */
function ofStrange(
  start: Moment,
  stop: Moment,
  own: readonly Moment[],
  leftOut: readonly Moment[],
): Refutation | undefined {
  const strange = leftOut.filter((moment) => !fell(start, moment) && !fell(moment, stop));
  if (strange.length === 0) return undefined;
  const flag = strange.length < WITNESSES ? 'readings-left-out' : 'register-fell';
  return { of: 'within', isClear: false, flag, own };
}

/**
 * A meterStop that lies farther above the last reading than could flow since, while the readings go on from
 * meterStart.
 */
function ofStop(
  start: Moment,
  stop: Moment,
  own: readonly Moment[],
  limits: EnergyLimits,
): Refutation | undefined {
  const { kept } = follow([start, ...own], limits);
  const [first, last] = [kept[1], kept.at(-1)];
  if (!first || !last || kept.some(({ isAnew }) => isAnew) || fell(last, stop)) return undefined;
  const read = kept.slice(1);
  const fastest = fastestOf(read);
  // A register that stands still may be one that is not read any more.
  const rose = read.find(({ wh, coarse }) => last.wh - wh <= toleranceOf({ coarse }, last)) ?? last;
  const isLeap = leaps(rose, stop, fastest, limits);
  if (!isLeap && !strays(rose, stop, fastest, limits)) return undefined;
  const isRising = read.length >= WITNESSES && last.wh - first.wh > toleranceOf(first, last);
  // Readings in kWh that are reported as Wh.
  const scaled = { ...rose, wh: rose.wh * 1000 };
  const isScaled = !fell(scaled, stop) && !leaps(scaled, stop, fastest * 1000, limits);
  return { of: 'stop', isClear: isLeap && isRising && !isScaled, flag: 'meter-stop-implausible', own };
}

/** The most power between readings that belong together, W. */
function fastestOf(kept: readonly Kept[]): number {
  return kept.reduce((fastest, to, index) => Math.max(fastest, rateOf(kept[index - 1], to)), 0);
}

/** The power from one reading to the next, W; 0 where these do not belong together. */
function rateOf(from: Kept | undefined, to: Kept): number {
  if (!from || to.isAnew) return 0;
  return ((to.wh - from.wh) * 3_600_000) / Math.max(to.at - from.at, SHORTEST_MS);
}

/**
 * Whether the register rises by more than any connector delivers, and by more than this session can have
 * drawn if a clock was set in between.
 */
function leaps(from: Moment, to: Moment, fastest: number, limits: EnergyLimits): boolean {
  const ms = to.at - from.at;
  const gain = to.wh - from.wh - toleranceOf(from, to);
  return gain > mostBetween(ms, limits) && gain > mostAt(LIVELINESS * fastest, ms, limits);
}

/** Whether the register rises by much more than this session draws, though a connector may deliver it. */
function strays(from: Moment, to: Moment, fastest: number, limits: EnergyLimits): boolean {
  const ms = to.at - from.at;
  const gain = to.wh - from.wh;
  return gain > STRAY_WH && fastest > 0 && gain > mostAt(2 * LIVELINESS * fastest, ms, limits);
}

/** What flows at a power, W, in a time, ms, that may be off as those of start and stop. */
function mostAt(power: number, ms: number, limits: EnergyLimits): number {
  return mostOfTransaction(ms, { ...limits, maxPowerW: Math.min(power, limits.maxPowerW) });
}
