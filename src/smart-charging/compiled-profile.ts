import { readTimestamp } from '../protocol/timestamp.ts';
import type { ChargingProfile, ChargingProfilePurpose, ChargingRateUnit } from './charging-profile.ts';
import { DEFAULT_PHASES, toTenths } from './rate.ts';

const DAY_MS = 86_400_000;
const RECURRENCE_MS = { Daily: DAY_MS, Weekly: 7 * DAY_MS } as const;

/**
 * A charging profile with its times as epoch ms and its limits as whole tenths, ready to be asked for any
 * instant.
 */
export interface CompiledProfile {
  readonly id: number;
  readonly connectorId: number;
  readonly purpose: ChargingProfilePurpose;
  readonly stackLevel: number;
  /** Null where the profile is for whatever transaction runs. */
  readonly transactionId: number | null;
  readonly unit: ChargingRateUnit;
  /** First instant of the validity, epoch ms; -Infinity where open. */
  readonly validFrom: number;
  /** First instant after the validity, epoch ms; Infinity where open. */
  readonly validTo: number;
  /**
   * Where elapsed time counts from, epoch ms; NaN: from the start of charging (Relative, or no startSchedule;
   * §7.9, §7.13).
   */
  readonly anchor: number;
  /** Length of one recurrence, ms; Infinity for a profile that does not recur (errata 3.56, 3.79). */
  readonly recurrence: number;
  /**
   * How long the schedule runs from its anchor (each time, if recurring), ms: the duration cut at the
   * recurrence (errata 3.44).
   */
  readonly runs: number;
  /** Start of each period, ms after the anchor, ascending. */
  readonly starts: readonly number[];
  /** Limit of each period in tenths of `unit`. */
  readonly limits: readonly number[];
  readonly phases: readonly number[];
}

/**
 * Compiles a profile that was set on `connectorId`. Throws RangeError where a timestamp cannot be read or no
 * period is given: both break the schema, which is checked before.
 */
export function compileProfile(connectorId: number, profile: ChargingProfile): CompiledProfile {
  const schedule = profile.chargingSchedule;
  const periods = [...schedule.chargingSchedulePeriod].sort((a, b) => a.startPeriod - b.startPeriod);
  if (periods.length === 0)
    throw new RangeError(`charging profile ${profile.chargingProfileId} has no period`);
  const relative = profile.chargingProfileKind === 'Relative' || schedule.startSchedule === undefined;
  const recurrence =
    profile.chargingProfileKind === 'Recurring' && !relative
      ? RECURRENCE_MS[profile.recurrencyKind ?? 'Daily']
      : Number.POSITIVE_INFINITY;
  const duration = schedule.duration === undefined ? Number.POSITIVE_INFINITY : schedule.duration * 1000;
  return {
    id: profile.chargingProfileId,
    connectorId,
    purpose: profile.chargingProfilePurpose,
    stackLevel: profile.stackLevel,
    transactionId: profile.transactionId ?? null,
    unit: schedule.chargingRateUnit,
    validFrom: epochMs(profile.validFrom, Number.NEGATIVE_INFINITY),
    validTo: epochMs(profile.validTo, Number.POSITIVE_INFINITY),
    anchor: relative ? Number.NaN : epochMs(schedule.startSchedule, Number.NaN),
    recurrence,
    runs: Math.min(duration, recurrence),
    starts: periods.map((period) => period.startPeriod * 1000),
    limits: periods.map((period) => toTenths(period.limit)),
    phases: periods.map((period) => period.numberPhases ?? DEFAULT_PHASES),
  };
}

function epochMs(text: string | undefined, absent: number): number {
  if (text === undefined) return absent;
  const reading = readTimestamp(text);
  if (reading === undefined)
    throw new RangeError(`unreadable timestamp ${JSON.stringify(text)} in a charging profile`);
  return reading.epochMs;
}
