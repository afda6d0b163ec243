import { readTimestamp } from '../protocol/timestamp.ts';
import type { ChargingProfile, ChargingRateUnit, InstalledProfile } from './charging-profile.ts';

/**
 * What a charge point told of its limits (OCPP 1.6 ed. 2 §9.4); null where it did not, or nothing that can be
 * read.
 */
export interface ProfileLimits {
  readonly maxStackLevel: number | null;
  readonly maxPeriods: number | null;
  readonly maxInstalled: number | null;
  readonly units: readonly ChargingRateUnit[] | null;
}

/** What is known about where a profile is to be set. */
export interface ProfileSituation {
  readonly limits: ProfileLimits;
  readonly installed: readonly InstalledProfile[];
  /** Those of `installed` that the profile would replace. */
  readonly replaced: readonly InstalledProfile[];
  /** The transaction that runs on the connector, or null. */
  readonly transactionId: number | null;
  /** Epoch ms. */
  readonly now: number;
}

export interface ProfileWarning {
  readonly code: ProfileWarningCode;
  readonly message: string;
  /**
   * True: the charge point is expected to refuse the profile. False: it is legal and perhaps not what was
   * meant.
   */
  readonly refusal: boolean;
}

export type ProfileWarningCode =
  | 'connector_not_zero'
  | 'connector_zero'
  | 'no_transaction'
  | 'other_transaction'
  | 'transaction_id_missing'
  | 'transaction_id_misplaced'
  | 'stack_level_negative'
  | 'stack_level_too_high'
  | 'recurrency_kind_missing'
  | 'recurrency_kind_misplaced'
  | 'start_schedule_missing'
  | 'start_schedule_misplaced'
  | 'validity_empty'
  | 'validity_over'
  | 'first_period_not_zero'
  | 'periods_not_ascending'
  | 'too_many_periods'
  | 'number_phases'
  | 'rate_unit'
  | 'duration_cut'
  | 'too_many_profiles'
  | 'hides_lower_levels'
  | 'gap';

const RECURRENCE_S = { Daily: 86_400, Weekly: 7 * 86_400 } as const;

/**
 * What a charge point may make of a profile that is to be set on `connectorId`, by the rules of the standard
 * (OCPP 1.6 ed. 2 §3.13, §5.16) and what it told of itself. Nothing here is for Farad to refuse: the charge
 * point decides.
 */
export function profileWarnings(
  connectorId: number,
  profile: ChargingProfile,
  situation: ProfileSituation,
): ProfileWarning[] {
  return [
    ...aboutPlace(connectorId, profile, situation),
    ...aboutTime(profile, situation),
    ...aboutPeriods(profile, situation),
    ...aboutOthers(connectorId, profile, situation),
  ];
}

function aboutPlace(
  connectorId: number,
  { chargingProfilePurpose: purpose, transactionId, stackLevel }: ChargingProfile,
  { limits, transactionId: running }: ProfileSituation,
): ProfileWarning[] {
  const warnings: ProfileWarning[] = [];
  const refused = refusalsInto(warnings);
  if (purpose === 'ChargePointMaxProfile' && connectorId !== 0) {
    refused('connector_not_zero', 'a ChargePointMaxProfile is for connector 0 only');
  }
  if (purpose === 'TxProfile') {
    if (connectorId === 0) refused('connector_zero', 'a TxProfile is for a connector, not for 0');
    else if (running === null)
      refused('no_transaction', `no transaction is known to run on connector ${connectorId}`);
    else if (transactionId === undefined)
      refused('transaction_id_missing', `a TxProfile names its transaction: ${running}`);
    else if (transactionId !== running)
      refused('other_transaction', `transaction ${running} runs on connector ${connectorId}`);
  } else if (transactionId !== undefined) {
    refused('transaction_id_misplaced', 'transactionId goes with a TxProfile only');
  }
  if (stackLevel < 0) refused('stack_level_negative', 'stack levels begin at 0');
  const { maxStackLevel } = limits;
  if (maxStackLevel !== null && stackLevel > maxStackLevel) {
    refused(
      'stack_level_too_high',
      `the highest stack level is ${maxStackLevel} (ChargeProfileMaxStackLevel)`,
    );
  }
  return warnings;
}

function aboutTime(profile: ChargingProfile, { now }: ProfileSituation): ProfileWarning[] {
  const warnings: ProfileWarning[] = [];
  const refused = refusalsInto(warnings);
  const { chargingProfileKind: kind, recurrencyKind, chargingSchedule: schedule } = profile;
  if (kind === 'Recurring' && recurrencyKind === undefined) {
    refused('recurrency_kind_missing', 'a Recurring profile needs a recurrencyKind');
  }
  if (kind !== 'Recurring' && recurrencyKind !== undefined) {
    refused('recurrency_kind_misplaced', 'recurrencyKind goes with a Recurring profile only');
  }
  if (kind !== 'Relative' && schedule.startSchedule === undefined) {
    refused('start_schedule_missing', `an ${kind} profile needs a startSchedule`);
  }
  if (kind === 'Relative' && schedule.startSchedule !== undefined) {
    refused('start_schedule_misplaced', 'a Relative profile has no startSchedule');
  }
  const from = instantOf(profile.validFrom) ?? Number.NEGATIVE_INFINITY;
  const to = instantOf(profile.validTo) ?? Number.POSITIVE_INFINITY;
  if (to <= from) refused('validity_empty', 'validTo is not after validFrom');
  else if (to <= now) refused('validity_over', 'validTo is past');
  if (kind === 'Recurring' && recurrencyKind !== undefined && schedule.duration !== undefined) {
    const longest = RECURRENCE_S[recurrencyKind];
    if (schedule.duration > longest) {
      warnings.push(note('duration_cut', `what lies beyond ${longest} s is cut at the next recurrence`));
    }
  }
  return warnings;
}

function aboutPeriods(
  { chargingSchedule }: ChargingProfile,
  { limits: { maxPeriods, units } }: ProfileSituation,
): ProfileWarning[] {
  const warnings: ProfileWarning[] = [];
  const refused = refusalsInto(warnings);
  const { chargingSchedulePeriod: periods, chargingRateUnit: unit } = chargingSchedule;
  if (periods[0]?.startPeriod !== 0) refused('first_period_not_zero', 'the first startPeriod has to be 0');
  if (periods.some(({ startPeriod }, at) => at > 0 && startPeriod <= (periods[at - 1]?.startPeriod ?? 0))) {
    refused('periods_not_ascending', 'periods have to be in the order of their startPeriod');
  }
  if (maxPeriods !== null && periods.length > maxPeriods) {
    refused('too_many_periods', `a schedule has at most ${maxPeriods} periods (ChargingScheduleMaxPeriods)`);
  }
  if (periods.some(({ numberPhases = 3 }) => numberPhases < 1 || numberPhases > 3)) {
    refused('number_phases', 'numberPhases is 1, 2 or 3');
  }
  if (units !== null && !units.includes(unit)) {
    refused(
      'rate_unit',
      `limits are taken in ${units.join(' and ')} only (ChargingScheduleAllowedChargingRateUnit)`,
    );
  }
  return warnings;
}

function aboutOthers(
  connectorId: number,
  { chargingProfilePurpose: purpose, stackLevel, chargingSchedule }: ChargingProfile,
  { limits: { maxInstalled }, installed, replaced, now }: ProfileSituation,
): ProfileWarning[] {
  const warnings: ProfileWarning[] = [];
  if (maxInstalled !== null && installed.length - replaced.length >= maxInstalled) {
    const message = `${maxInstalled} profiles are installed, no more fit (MaxChargingProfilesInstalled)`;
    warnings.push({ code: 'too_many_profiles', message, refusal: true });
  }
  const lower = installed.filter(
    (held) =>
      !replaced.includes(held) &&
      held.connectorId === connectorId &&
      held.profile.chargingProfilePurpose === purpose &&
      held.profile.stackLevel < stackLevel,
  );
  if (chargingSchedule.duration === undefined && lower.length > 0) {
    const levels = lower.map(({ profile }) => profile.stackLevel).join(', ');
    warnings.push(note('hides_lower_levels', `without a duration it hides what lies on level ${levels}`));
  }
  const start = instantOf(chargingSchedule.startSchedule);
  if (start !== undefined && start > now && replaced.length > 0) {
    warnings.push(note('gap', 'it replaces a profile now and begins later: nothing limits in between'));
  }
  return warnings;
}

function refusalsInto(warnings: ProfileWarning[]): (code: ProfileWarningCode, message: string) => void {
  return (code, message) => void warnings.push({ code, message, refusal: true });
}

function note(code: ProfileWarningCode, message: string): ProfileWarning {
  return { code, message, refusal: false };
}

function instantOf(timestamp: string | undefined): number | undefined {
  return timestamp === undefined ? undefined : readTimestamp(timestamp)?.epochMs;
}
