import type { ChargingRateUnit } from './charging-profile.ts';
import { convertTenths, DEFAULT_PHASES, fromTenths, toTenths } from './rate.ts';

/** A limit from `startPeriod` (seconds after the start of the schedule) until the next one. */
export interface LimitPeriod {
  readonly startPeriod: number;
  /** Null where nothing limits. */
  readonly limit: number | null;
  readonly numberPhases?: number;
}

/** A stretch of time in which two schedules allow different limits. */
export interface ScheduleDifference {
  /** Seconds after the start. */
  readonly from: number;
  /** Seconds after the start, exclusive. */
  readonly to: number;
  readonly planned: number;
  /** Null where the report says nothing. */
  readonly reported: number | null;
}

export interface DifferenceOptions {
  /** Seconds that both schedules are compared for; 0 compares the present values. */
  readonly duration: number;
  /** Seconds; shorter differences do not count, since two clocks never agree. */
  readonly tolerance: number;
  /** Smallest difference of limits that counts, in tenths: conversions round. */
  readonly toleranceTenths: number;
}

/** `periods` with every limit in another unit (OCPP 1.6 ed. 2 §7.12); from W to A it rounds down. */
export function convertPeriods<Period extends LimitPeriod>(
  periods: readonly Period[],
  from: ChargingRateUnit,
  to: ChargingRateUnit,
  voltage: number,
): Period[] {
  return periods.map((period) => {
    if (period.limit === null) return period;
    const phases = period.numberPhases ?? DEFAULT_PHASES;
    return {
      ...period,
      limit: fromTenths(convertTenths(toTenths(period.limit), from, to, phases, voltage)),
    };
  });
}

/**
 * Where a reported schedule differs from the planned one; both in one unit, each counted from its own start.
 * Where the plan has no limit a charge point reports what its hardware allows, which is no difference.
 */
export function scheduleDifferences(
  planned: readonly LimitPeriod[],
  reported: readonly LimitPeriod[],
  { duration, tolerance, toleranceTenths }: DifferenceOptions,
): ScheduleDifference[] {
  const end = Math.max(duration, Number.MIN_VALUE);
  const steps = [...new Set([0, ...planned.map(startOf), ...reported.map(startOf)])]
    .filter((step) => step >= 0 && step < end)
    .sort((a, b) => a - b);
  const differences: ScheduleDifference[] = [];
  for (const [index, from] of steps.entries()) {
    const to = steps[index + 1] ?? duration;
    const plan = limitAt(planned, from);
    const report = limitAt(reported, from);
    if (plan === null) continue;
    if (report !== null && Math.abs(toTenths(plan) - toTenths(report)) <= toleranceTenths) continue;
    const last = differences.at(-1);
    if (last !== undefined && last.to === from && last.planned === plan && last.reported === report) {
      differences[differences.length - 1] = { ...last, to };
    } else {
      differences.push({ from, to, planned: plan, reported: report });
    }
  }
  return differences.filter(({ from, to }) => duration === 0 || to - from > tolerance);
}

function startOf({ startPeriod }: LimitPeriod): number {
  return startPeriod;
}

/** Null where nothing limits or no period has begun. */
function limitAt(periods: readonly LimitPeriod[], instant: number): number | null {
  let found: LimitPeriod | undefined;
  for (const period of periods) {
    if (period.startPeriod <= instant && (found === undefined || period.startPeriod >= found.startPeriod)) {
      found = period;
    }
  }
  return found?.limit ?? null;
}
