import type { ChargingRateUnit } from './charging-profile.ts';

/** One number for each of L1, L2, L3. */
export type PerPhase = readonly [l1: number, l2: number, l3: number];

/** What a part of a site may take: A or W per phase, always the same or by a schedule. */
export interface GroupLimit {
  readonly unit: ChargingRateUnit;
  /** Ascending, the first at 0. One period is a constant limit. */
  readonly periods: readonly LimitPeriod[];
  /** What `startPeriod` counts from, epoch ms. */
  readonly startSchedule: number;
  /** Without recurrence the first period also holds before `startSchedule`, and the last one for ever. */
  readonly recurrence: 'none' | 'daily' | 'weekly';
}

export interface LimitPeriod {
  /** Seconds. */
  readonly startPeriod: number;
  readonly perPhase: PerPhase;
}

const PERIOD_MS = { daily: 86_400_000, weekly: 604_800_000 } as const;

/**
 * The lowest limit between two times (epoch ms, both included), in tenths of an ampere per phase. Looking
 * ahead by the time that vehicles need to follow keeps a site below a limit that is about to fall.
 */
export function lowestLimit(limit: GroupLimit, from: number, to: number, voltage: number): PerPhase {
  const lowest: [number, number, number] = [...tenthsOf(limit, limitPeriodAt(limit, from), voltage)];
  for (let at = nextLimitChange(limit, from); at !== undefined && at <= to; at = nextLimitChange(limit, at)) {
    const then = tenthsOf(limit, limitPeriodAt(limit, at), voltage);
    for (const phase of [0, 1, 2] as const) lowest[phase] = Math.min(lowest[phase], then[phase]);
  }
  return lowest;
}

/** When the limit next changes after `at`, epoch ms; undefined where it never does. */
export function nextLimitChange(limit: GroupLimit, at: number): number | undefined {
  if (limit.periods.length < 2) return undefined;
  const { elapsed, length } = place(limit, at);
  const next = limit.periods.find(({ startPeriod }) => startPeriod * 1000 > elapsed);
  if (next !== undefined && next.startPeriod * 1000 < length) return at + next.startPeriod * 1000 - elapsed;
  return length === Number.POSITIVE_INFINITY ? undefined : at + length - elapsed;
}

function limitPeriodAt(limit: GroupLimit, at: number): LimitPeriod {
  const { elapsed } = place(limit, at);
  const [first] = limit.periods;
  if (first === undefined) throw new RangeError('a limit has at least one period');
  return limit.periods.findLast(({ startPeriod }) => startPeriod * 1000 <= elapsed) ?? first;
}

/** How far into its recurrence a schedule is, and how long that is, ms. */
function place({ startSchedule, recurrence }: GroupLimit, at: number): { elapsed: number; length: number } {
  const since = at - startSchedule;
  if (recurrence === 'none') return { elapsed: since, length: Number.POSITIVE_INFINITY };
  const length = PERIOD_MS[recurrence];
  return { elapsed: ((since % length) + length) % length, length };
}

/** Rounded down: a limit never grows by a conversion. */
function tenthsOf({ unit }: GroupLimit, { perPhase }: LimitPeriod, voltage: number): PerPhase {
  const tenths = (value: number): number =>
    unit === 'A' ? Math.floor(value * 10 + 1e-6) : Math.floor((value * 10) / voltage + 1e-6);
  return [tenths(perPhase[0]), tenths(perPhase[1]), tenths(perPhase[2])];
}
