import { follow, toleranceOf } from './follow.ts';
import type { EnergyLimits } from './limits.ts';
import type { MeterSeries, Moment } from './moments.ts';

/** Energy from one moment to another, Wh. */
export interface Step {
  readonly since: number;
  readonly until: number;
  readonly wh: number;
}

export interface Shared {
  readonly steps: readonly Step[];
  /** Readings that say nothing of it. */
  readonly outside: readonly Moment[];
}

/** Power does not matter where the energy is known. */
const ANY_POWER: EnergyLimits = {
  maxPowerW: Number.POSITIVE_INFINITY,
  longestGapMs: Number.POSITIVE_INFINITY,
};

/**
 * Shares out what a register rose by from `first` to `last` over the time between, by the readings of a series that may count from the same value, from a begin value
 * of its own, or from anywhere. The steps add up to the rise, whatever the readings say.
 */
export function shareOut(first: Moment, last: Moment, series: MeterSeries): Shared {
  const { moments, outside } = onScale(first, last, series);
  const [begin, end] = [Math.min(first.at, last.at), Math.max(first.at, last.at)];
  const clipped = moments.map(({ at, wh, coarse }) => ({
    at: Math.min(Math.max(at, begin), end),
    wh: Math.min(Math.max(wh, first.wh), last.wh),
    coarse,
  }));
  const { kept } = follow([{ ...first, at: begin }, ...clipped, { ...last, at: end }], ANY_POWER);
  const steps: Step[] = [];
  let [level, since] = [first.wh, begin];
  for (const { at, wh } of [...kept, { at: end, wh: last.wh }]) {
    if (wh > level) steps.push({ since, until: at, wh: wh - level });
    level = Math.max(level, wh);
    since = at;
  }
  return { steps, outside };
}

/** Readings on the scale of `first` and `last`: as they are, shifted by their begin value, or by what makes them fit in between. */
function onScale(
  first: Moment,
  last: Moment,
  { moments, begin }: MeterSeries,
): { moments: Moment[]; outside: Moment[] } {
  const fits = (moment: Moment, shift: number) =>
    moment.wh + shift >= first.wh - toleranceOf(moment, first) &&
    moment.wh + shift <= last.wh + toleranceOf(moment, last);
  const choose = (shift: number) => ({
    moments: moments
      .filter((moment) => fits(moment, shift))
      .map((moment) => ({ ...moment, wh: moment.wh + shift })),
    outside: moments.filter((moment) => !fits(moment, shift)),
  });
  const base = begin?.wh ?? 0;
  const absolute = choose(0);
  const relative = choose(first.wh - base);
  const rises = relative.moments.some(({ wh }) => wh > first.wh + 1);
  const isRelative = relative.moments.length > absolute.moments.length && rises;
  if (isRelative || absolute.moments.length > 0) return isRelative ? relative : absolute;
  return ofAnotherScale(first, last, moments) ?? absolute;
}

/** Readings that rise by no more than the register did; the rest of it is shared out over the time before and after them. */
function ofAnotherScale(first: Moment, last: Moment, moments: readonly Moment[]) {
  const { kept, hasWrapped } = follow(moments, ANY_POWER);
  const [begin, end] = [kept[0], kept.at(-1)];
  if (begin === undefined || end === undefined || kept.length < 2) return undefined;
  if (hasWrapped || kept.some(({ isAnew }) => isAnew)) return undefined;
  const rest = last.wh - first.wh - (end.wh - begin.wh);
  if (rest < -toleranceOf(begin, end)) return undefined;
  const before = Math.max(begin.at - first.at, 0);
  const after = Math.max(last.at - end.at, 0);
  const shift = first.wh + (before + after > 0 ? (rest * before) / (before + after) : rest / 2) - begin.wh;
  return { moments: kept.map(({ at, wh, coarse }) => ({ at, wh: wh + shift, coarse })), outside: [] };
}
