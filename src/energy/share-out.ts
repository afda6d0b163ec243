import { follow, toleranceOf } from './follow.ts';
import type { EnergyLimits } from './limits.ts';
import type { MeterSeries, Moment } from './moments.ts';
import type { LeftOutReason } from './reading.ts';

/** Energy from one moment to another, Wh. */
export interface Step {
  readonly since: number;
  readonly until: number;
  readonly wh: number;
}

export interface Shared {
  readonly steps: readonly Step[];
  /**
   * Readings that say nothing of it: `outside` of what the register rose by, or contradicted by the others.
   */
  readonly leftOut: readonly { readonly moment: Moment; readonly reason: LeftOutReason | 'outside' }[];
}

/** Power does not matter where the energy is known. */
const ANY_POWER: EnergyLimits = {
  maxPowerW: Number.POSITIVE_INFINITY,
  longestGapMs: Number.POSITIVE_INFINITY,
};

/** How many readings may be wrong without deciding what the others count from. */
const STRAYS = 1;

/** Readings by what they count from: `shift` lifts them to the scale of the register. */
interface Scale {
  readonly shift: number;
  readonly moments: readonly Moment[];
  readonly outside: readonly Moment[];
}

/**
 * Shares out what a register rose by from `first` to `last` over the time between, by the readings of a
 * series that may count from the same value, from a begin value of its own, or from anywhere. The steps add
 * up to the rise, whatever the readings say.
 */
export function shareOut(first: Moment, last: Moment, series: MeterSeries): Shared {
  const { shift, moments, outside } = scaleOf(first, last, series);
  const [begin, end] = [Math.min(first.at, last.at), Math.max(first.at, last.at)];
  const told = new Map<string, Moment[]>();
  const clipped = moments.map((moment) => {
    const at = Math.min(Math.max(moment.at, begin), end);
    const wh = Math.min(Math.max(moment.wh + shift, first.wh), last.wh);
    const same = told.get(`${at} ${wh}`);
    if (same) same.push(moment);
    else told.set(`${at} ${wh}`, [moment]);
    return { at, wh, coarse: moment.coarse };
  });
  const { kept, leftOut } = follow([{ ...first, at: begin }, ...clipped, { ...last, at: end }], ANY_POWER);
  const steps: Step[] = [];
  let [level, since] = [first.wh, begin];
  for (const { at, wh } of [...kept, { at: end, wh: last.wh }]) {
    if (wh > level) steps.push({ since, until: at, wh: wh - level });
    level = Math.max(level, wh);
    since = at;
  }
  const contradicted = leftOut.map(({ moment, reason }) => ({
    moment: told.get(`${moment.at} ${moment.wh}`)?.shift() ?? moment,
    reason,
  }));
  return {
    steps,
    leftOut: [...outside.map((moment) => ({ moment, reason: 'outside' as const })), ...contradicted],
  };
}

/**
 * What the readings count from: the value that `first` does, their begin value, or what makes them fit in
 * between.
 */
function scaleOf(first: Moment, last: Moment, { moments, begin }: MeterSeries): Scale {
  const choose = (shift: number): Scale => {
    const fits = (moment: Moment) =>
      moment.wh + shift >= first.wh - toleranceOf(moment, first) &&
      moment.wh + shift <= last.wh + toleranceOf(moment, last);
    return { shift, moments: moments.filter(fits), outside: moments.filter((moment) => !fits(moment)) };
  };
  const absolute = choose(0);
  const relative = choose(first.wh - (begin?.wh ?? 0));
  const rises = relative.moments.some(({ wh }) => wh + relative.shift > first.wh + 1);
  if (rises && isLikelier(relative, absolute, first, last)) return relative;
  if (absolute.moments.length > 0) return absolute;
  const fitted = ofAnotherScale(first, last, moments);
  return fitted && fitted.moments.length > 1 ? fitted : absolute;
}

/**
 * Whether readings count from their begin rather than from the same value as the registers: fewer of them are
 * contradicted so. Where that may be for a single stray one, it is whether those that could be either leave
 * to the time before and after them what these take.
 */
function isLikelier(relative: Scale, absolute: Scale, first: Moment, last: Moment): boolean {
  const strangeOf = ({ shift, moments, outside }: Scale) => {
    const shifted = moments.map((moment) => ({ ...moment, wh: moment.wh + shift }));
    return outside.length + follow([first, ...shifted, last], ANY_POWER).leftOut.length;
  };
  const [strange, otherwise] = [strangeOf(relative), strangeOf(absolute)];
  if (otherwise === 0) return false;
  if (Math.max(strange, otherwise) > STRAYS) return strange < otherwise;
  const either = new Set(absolute.moments);
  const common = relative.moments.filter((moment) => either.has(moment));
  const fitted = ofAnotherScale(first, last, common);
  if (fitted === undefined) return strange < otherwise;
  return Math.abs(relative.shift - fitted.shift) < Math.abs(absolute.shift - fitted.shift);
}

/**
 * Readings that rise by no more than the register did; the rest of it is shared out over the time before and
 * after them.
 */
function ofAnotherScale(first: Moment, last: Moment, moments: readonly Moment[]): Scale | undefined {
  const { kept, leftOut, hasWrapped } = follow(moments, ANY_POWER);
  const [begin, end] = [kept[0], kept.at(-1)];
  if (begin === undefined || end === undefined) return undefined;
  if (hasWrapped || kept.some(({ isAnew }) => isAnew)) return undefined;
  const rest = last.wh - first.wh - (end.wh - begin.wh);
  if (rest < -toleranceOf(begin, end)) return undefined;
  const before = Math.max(begin.at - first.at, 0);
  const after = Math.max(last.at - end.at, 0);
  const shift = first.wh + (before + after > 0 ? (rest * before) / (before + after) : rest / 2) - begin.wh;
  return { shift, moments: kept, outside: leftOut.map(({ moment }) => moment) };
}
