import type { CompositeSchedule } from '../smart-charging/composite-schedule.ts';
import { DEFAULT_PHASES } from '../smart-charging/rate.ts';
import {
  convertPeriods,
  type LimitPeriod,
  type ScheduleDifference,
  scheduleDifferences,
} from '../smart-charging/schedule-difference.ts';
import type { ReportedScheduleRecord } from '../store/reported-schedules.ts';

/** A limit in one unit and in the other. */
export interface ComparedPeriod {
  /** Seconds after the start. */
  readonly startPeriod: number;
  readonly limit: number | null;
  readonly numberPhases: number;
  /** The same limit in the other unit. */
  readonly converted: number | null;
}

/** Differences that last no longer do not count: two clocks never agree, s. */
const TOLERANCE_S = 5;

/** What a conversion may lose, in tenths of an ampere. */
const ROUNDING_TENTHS_OF_A = 1;

/** The plan with its limits in both units. */
export function plannedPeriods(plan: CompositeSchedule, voltage: number): ComparedPeriod[] {
  return inBothUnits(plan.chargingSchedulePeriod, plan.chargingRateUnit, voltage);
}

/**
 * A report in the unit of the plan, with its limits in both; null where the charge point told no schedule.
 */
export function reportedPeriods(
  { schedule }: ReportedScheduleRecord,
  unit: 'A' | 'W',
  voltage: number,
): ComparedPeriod[] | null {
  if (schedule === null) return null;
  const periods = convertPeriods(schedule.chargingSchedulePeriod, schedule.chargingRateUnit, unit, voltage);
  return inBothUnits(periods, unit, voltage);
}

/**
 * Where the charge point's answer, asked for a moment ago, differs from the plan; null where it told no
 * schedule.
 */
export function compareSchedules(
  plan: CompositeSchedule,
  report: ReportedScheduleRecord,
  voltage: number,
): ScheduleDifference[] | null {
  const { chargingRateUnit: unit, chargingSchedulePeriod: planned } = plan;
  const reported = reportedPeriods(report, unit, voltage);
  if (reported === null) return null;
  const isConverted = report.schedule?.chargingRateUnit !== unit;
  const rounding = unit === 'A' ? ROUNDING_TENTHS_OF_A : ROUNDING_TENTHS_OF_A * voltage * DEFAULT_PHASES;
  return scheduleDifferences(planned, reported, {
    duration: Math.min(plan.duration, report.duration),
    tolerance: TOLERANCE_S,
    toleranceTenths: isConverted ? rounding : 0,
  });
}

function inBothUnits(periods: readonly LimitPeriod[], unit: 'A' | 'W', voltage: number): ComparedPeriod[] {
  const converted = convertPeriods(periods, unit, unit === 'A' ? 'W' : 'A', voltage);
  return periods.map(({ startPeriod, limit, numberPhases }, index) => ({
    startPeriod,
    limit,
    numberPhases: numberPhases ?? DEFAULT_PHASES,
    converted: converted[index]?.limit ?? null,
  }));
}
