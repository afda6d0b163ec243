import { type EnergyLimits, mostBetween } from './limits.ts';
import type { Moment } from './moments.ts';
import type { LeftOutReason } from './reading.ts';

/** A reading that counts. */
export interface Kept extends Moment {
  /** Energy since the one before it, Wh. */
  gain: number;
  /** Whether the register began anew with it: nothing is known of the energy before it. */
  readonly isAnew: boolean;
}

/** A register as it was followed from reading to reading. */
export interface Followed {
  readonly kept: readonly Kept[];
  readonly leftOut: readonly { readonly moment: Moment; readonly reason: LeftOutReason }[];
  /** Times at which it fell and stayed. */
  readonly falls: readonly number[];
  readonly hasWrapped: boolean;
}

/** How many readings ahead and behind are looked at to find a bad one. */
const WINDOW = 128;

/** A register in kWh may be behind one in Wh by less than this. */
export const COARSE_WH = 1000;

/** Where registers of 31 and 32 bits begin anew, Wh. */
const WRAPS = [2 ** 31, 2 ** 32];

/** By how much a register may seem to fall, for the way it was rounded. */
export function toleranceOf(a: { coarse: boolean }, b: { coarse: boolean }): number {
  return a.coarse || b.coarse ? COARSE_WH - 0.001 : 1;
}

/** Whether the register fell from one reading to the next. */
export function fell(from: Moment, to: Moment): boolean {
  return from.wh - to.wh > toleranceOf(from, to);
}

/**
 * The energy, Wh, of a register of 31 or 32 bits that began anew between two readings; undefined where that
 * cannot be.
 */
export function wrapped(from: Moment, to: Moment, most: number): number | undefined {
  if (to.wh >= from.wh) return undefined;
  return WRAPS.map((size) => size - from.wh + to.wh).find(
    (gain) => gain >= 0 && gain <= most && to.wh <= most,
  );
}

/**
 * Follows a register through moments in the order of time, and leaves out what the others contradict: a fall
 * that is followed by a return, a rise that is followed by a fall back, more than a connector delivers. What
 * falls and stays has begun anew, once a second reading bears it out. Takes time in proportion to the
 * moments.
 */
export function follow(moments: readonly Moment[], limits: EnergyLimits): Followed {
  const kept: Kept[] = [];
  const leftOut: { moment: Moment; reason: LeftOutReason }[] = [];
  let hasWrapped = false;
  const leave = (left: readonly Moment[], reason: LeftOutReason) => {
    for (const moment of left) leftOut.push({ moment, reason });
  };
  for (let index = 0; index < moments.length; index++) {
    const moment = moments[index] as Moment;
    const last = kept.at(-1);
    if (last === undefined) {
      kept.push(keptOf(moment, false));
    } else if (fell(last, moment)) {
      const high = fallenBack(kept, moment, limits);
      const low = returned(moments, index, last, limits);
      if (high > 0 && (low === 0 || high <= low)) {
        leave(kept.splice(kept.length - high), 'rose-and-fell-back');
        kept.push(keptOf(moment, false));
      } else if (low > 0) {
        leave(moments.slice(index, index + low), 'fell-and-returned');
        index += low - 1;
      } else {
        const around = wrapped(last, moment, mostBetween(moment.at - last.at, limits));
        hasWrapped ||= around !== undefined;
        kept.push(around === undefined ? keptOf(moment, true) : { ...keptOf(moment, false), gain: around });
      }
    } else if (isTooFast(last, moment, limits)) {
      const high = cameBack(moments, index, last, limits);
      for (const bad of moments.slice(index, index + high))
        leave([bad], fell(last, bad) ? 'fell-and-returned' : 'too-fast');
      if (high > 0) index += high - 1;
      else kept.push(keptOf(moment, true));
    } else {
      kept.push(keptOf(moment, false));
    }
  }
  const tail = kept.at(-1);
  const beforeTail = kept.at(-2);
  if (tail?.isAnew && beforeTail) {
    kept.pop();
    leave([tail], fell(beforeTail, tail) ? 'fell' : 'too-fast');
  }
  return { kept, leftOut, falls: gainsOf(kept), hasWrapped };
}

function keptOf({ at, wh, coarse }: Moment, isAnew: boolean): Kept {
  return { at, wh, coarse, gain: 0, isAnew };
}

/**
 * Fills in the gains and answers when the register fell. What is behind the highest value, for the way it was
 * rounded, gains nothing until it exceeds that.
 */
function gainsOf(kept: readonly Kept[]): number[] {
  const falls: number[] = [];
  let level = kept[0]?.wh ?? 0;
  for (const [index, reading] of kept.entries()) {
    const before = kept[index - 1];
    if (reading.isAnew && before && fell(before, reading)) falls.push(reading.at);
    if (reading.isAnew || reading.gain > 0) level = reading.wh;
    else {
      reading.gain = Math.max(reading.wh - level, 0);
      level = Math.max(level, reading.wh);
    }
  }
  return falls;
}

function isTooFast(from: Moment, to: Moment, limits: EnergyLimits): boolean {
  return to.wh - from.wh > mostBetween(to.at - from.at, limits) + toleranceOf(from, to);
}

function agrees(from: Moment, to: Moment, limits: EnergyLimits): boolean {
  return !fell(from, to) && !isTooFast(from, to, limits);
}

/**
 * How many moments from `begin` on are low before the register is back, by a step that exceeds what they rose
 * by; 0 where it is not back.
 */
function returned(moments: readonly Moment[], begin: number, last: Moment, limits: EnergyLimits): number {
  let lowest = Number.POSITIVE_INFINITY;
  let before = 0;
  for (let index = begin; index < Math.min(moments.length, begin + WINDOW); index++) {
    const moment = moments[index] as Moment;
    if (fell(last, moment)) {
      lowest = Math.min(lowest, moment.wh);
      before = moment.wh;
    } else if (agrees(last, moment, limits)) {
      return moment.wh - before > before - lowest ? index - begin : 0;
    }
  }
  return 0;
}

/**
 * How many of the last kept readings are high, after a step that exceeds what they rose by, before the
 * register falls back to `moment`; 0 where those before do not agree with it.
 */
function fallenBack(kept: readonly Kept[], moment: Moment, limits: EnergyLimits): number {
  for (let count = 1; count <= Math.min(WINDOW, kept.length - 1); count++) {
    const first = kept[kept.length - count] as Kept;
    const before = kept[kept.length - count - 1] as Kept;
    if (first.isAnew) return 0;
    if (!agrees(before, moment, limits)) continue;
    const rose = (kept.at(-1) as Kept).wh - first.wh;
    return first.wh - before.wh > rose ? count : 0;
  }
  return 0;
}

/**
 * How many moments from `begin` on are too high, or bad in between, before the register falls back to what
 * agrees with `last`; 0 where it does not.
 */
function cameBack(moments: readonly Moment[], begin: number, last: Moment, limits: EnergyLimits): number {
  let high = moments[begin] as Moment;
  for (let index = begin + 1; index < Math.min(moments.length, begin + WINDOW); index++) {
    const moment = moments[index] as Moment;
    if (agrees(last, moment, limits) && fell(high, moment)) return index - begin;
    if (!fell(last, moment)) high = moment;
  }
  return 0;
}
