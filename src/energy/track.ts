import { fell } from './follow.ts';
import { type EnergyLimits, mostBetween } from './limits.ts';
import type { MeterSeries, Moment } from './moments.ts';
import { type Refutation, refutesStart } from './refutation.ts';

/** What a transaction is followed through. */
export interface Track {
  /** Where its first reading goes on from; undefined where nothing says so. */
  readonly base: Moment | undefined;
  readonly moments: readonly Moment[];
  readonly end: Moment | undefined;
  readonly isSession: boolean;
  /** Whether `base` differs from the reported meterStart. */
  readonly isStartLeft: boolean;
}

/** What a transaction is followed through where its registers do not determine its energy. */
export function trackOf(
  start: Moment | undefined,
  stop: Moment | undefined,
  series: MeterSeries,
  limits: EnergyLimits,
): Track {
  const { begin, moments } = series;
  const isStartLeft = start !== undefined && refutesStart(begin, start, limits);
  const isSession = start !== undefined && !isStartLeft && countsFromBegin(start, series, limits);
  const base = isSession ? { ...start, wh: begin?.wh ?? 0 } : isStartLeft ? begin : (start ?? begin);
  const end = isSession && stop && !fell(start, stop) ? undefined : stop;
  return { base, moments, end, isSession, isStartLeft };
}

/** What a transaction is followed through whose readings refute its registers. */
export function refutedTrack(start: Moment, stop: Moment, { of, own }: Refutation): Track {
  return {
    base: of === 'start' || of === 'both' ? undefined : start,
    moments: own,
    end: of === 'stop' || of === 'both' ? undefined : stop,
    isSession: false,
    isStartLeft: of === 'start' || of === 'both',
  };
}

/**
 * Whether readings count from the begin of the transaction on, while its meterStart is that of the meter's
 * life: because they name a lower begin value, or because most of them are below meterStart and the first
 * rose no faster than the later ones make likely.
 */
function countsFromBegin(start: Moment, { moments, begin }: MeterSeries, limits: EnergyLimits): boolean {
  if (begin) return fell(start, begin);
  const below = moments.filter((moment) => fell(start, moment));
  const first = below[0];
  if (first === undefined || below.length * 2 <= moments.length) return false;
  // One that no connector reaches from meterStart is a stray one; another shows that the register fell later.
  const before = moments.slice(0, moments.indexOf(first));
  if (before.length > 1 || before.some(({ at, wh }) => wh - start.wh <= mostBetween(at - start.at, limits)))
    return false;
  if (first.wh > mostBetween(first.at - start.at, limits)) return false;
  let fastest = 0;
  for (const [index, { at, wh }] of below.entries()) {
    const last = below[index - 1];
    if (last && at > last.at) fastest = Math.max(fastest, (wh - last.wh) / (at - last.at));
  }
  return below.length < 2 || first.wh <= Math.max(1000, 3 * fastest * (first.at - start.at));
}
