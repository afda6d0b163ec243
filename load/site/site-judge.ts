/** In simulated seconds. */
export const MINUTE = 60;

/** The story of a run, in simulated minutes from its begin. */
export interface SiteStory {
  /** The limit is held to from here on, and used. */
  readonly settled: number;
  /** When the lines of a fifth are cut, and for how long. */
  readonly offline: { readonly at: number; readonly lasts: number };
  /** When the limit is halved, and when it is whole again; what it may take to be obeyed, in simulated s. */
  readonly halved: { readonly from: number; readonly to: number; readonly obeyedWithin?: number };
  readonly ends: number;
}

/** The whole story: 45 simulated minutes. */
export const WHOLE_STORY: SiteStory = {
  settled: 6,
  offline: { at: 12, lasts: 6 },
  halved: { from: 24, to: 41 },
  ends: 45,
};

/** A moment of a run; times are simulated seconds. */
export interface SiteSample {
  readonly at: number;
  readonly limit: number;
  readonly current: readonly [number, number, number];
  readonly sessions: number;
  readonly paused: number;
  readonly offline: number;
}

export interface SiteOutcome {
  readonly samples: readonly SiteSample[];
  /** Highest current on a phase as a part of the limit, without the time that a cut is given. */
  readonly highest: number;
  /** From the cut of the limit until no phase was above it any more, simulated s. */
  readonly belowAfter: number;
  /** Mean of what was used of the whole limit while somebody had to wait, over the three phases. */
  readonly used: number;
  /** The same of the halved limit. */
  readonly usedHalved: number;
  /** Longest wait for a turn, simulated s. */
  readonly longestWait: number;
  readonly transactions: number;
  readonly problems: readonly string[];
}

/** How long a cut may take to be obeyed, simulated s, where a story says nothing else. */
export const CUT_WITHIN = 10;
/** Of a limit, while vehicles wait. */
export const LEAST_USED = 0.9;
/** After a limit has changed, use is judged again after so many simulated s. */
const REGAIN = 60;

/** What a site must show; each line is a failure. */
export function judgeSite({
  highest,
  belowAfter,
  used,
  usedHalved,
  longestWait,
  problems,
}: SiteOutcome): string[] {
  const failures: string[] = [];
  if (highest > 1.0001) failures.push(`the sum reached ${(highest * 100).toFixed(1)} % of the limit`);
  if (belowAfter > CUT_WITHIN)
    failures.push(`after the cut it took ${belowAfter.toFixed(1)} s to be below the limit`);
  const judgeUse = (part: number, which: string): void => {
    if (part < LEAST_USED)
      failures.push(`${(part * 100).toFixed(1)} % of the ${which} limit were used while vehicles waited`);
  };
  judgeUse(used, 'whole');
  judgeUse(usedHalved, 'halved');
  if (longestWait > 15 * 60)
    failures.push(`a paused vehicle waited ${(longestWait / 60).toFixed(1)} min for its turn`);
  if (problems.length > 0) failures.push(`${problems.length} problems, the first: ${problems[0]}`);
  return failures;
}

/** What the samples of a run say. `cutAt`: when the limit was halved, `limit`: what it is otherwise. */
export function judgeSamples(samples: readonly SiteSample[], cutAt: number, story: SiteStory, limit: number) {
  const { obeyedWithin = CUT_WITHIN } = story.halved;
  const isCut = ({ at }: SiteSample): boolean => at >= cutAt && at < cutAt + obeyedWithin;
  const load = ({ current, limit: most }: SiteSample): number => Math.max(...current) / most;
  const over = samples.filter(
    (sample) => sample.at >= cutAt && sample.at < story.halved.to * MINUTE && load(sample) > 1.0001,
  );
  const busy = samples.filter(
    ({ at, paused }) =>
      paused > 0 &&
      at >= story.settled * MINUTE &&
      !(at >= cutAt && at < cutAt + REGAIN) &&
      !(at >= story.halved.to * MINUTE && at < story.halved.to * MINUTE + REGAIN),
  );
  const used = (some: readonly SiteSample[]): number =>
    some.reduce(
      (sum, { current, limit: most }) => sum + current.reduce((all, one) => all + one, 0) / (3 * most),
      0,
    ) / Math.max(1, some.length);
  return {
    highest: Math.max(0, ...samples.filter((sample) => !isCut(sample)).map(load)),
    belowAfter: Math.max(0, (over.at(-1)?.at ?? cutAt) - cutAt),
    used: used(busy.filter((sample) => sample.limit === limit)),
    usedHalved: used(busy.filter((sample) => sample.limit !== limit)),
  };
}
