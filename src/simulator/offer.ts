import type { ChargingProfile } from '../protocol/v16/generated/messages.ts';
import type { InstalledProfile } from './installed-profile.ts';

/** A running transaction as profiles see it. */
export interface RunningTransaction {
  readonly connectorId: number;
  /** Undefined while StartTransaction is unanswered. */
  readonly transactionId: number | undefined;
  /** Epoch ms. */
  readonly startedAt: number;
}

/** What a charge point may offer at a moment. */
export interface Offer {
  /** A per phase; Infinity where no profile limits it. */
  readonly current: number;
  /** Phases that the limit speaks of, where it says so (OCPP 1.6 ed. 2 §7.14). */
  readonly numberPhases: number | undefined;
  /** When it may change, epoch ms; Infinity: never by itself. */
  readonly until: number;
}

const VOLTS = 230;
const RECURRENCE_MS = { Daily: 86_400_000, Weekly: 604_800_000 } as const;

/**
 * What the installed profiles allow a connector at `at` (epoch ms): the TxProfile of its transaction, or else
 * the TxDefaultProfile, and never more than the ChargePointMaxProfile (OCPP 1.6 ed. 2 §3.13). A simulated
 * charge point's own simple reading of the rules.
 */
export function offerAt(
  profiles: readonly InstalledProfile[],
  transaction: RunningTransaction,
  at: number,
): Offer {
  let until = Number.POSITIVE_INFINITY;
  const best = (
    purpose: ChargingProfile['chargingProfilePurpose'],
    connectorId: number,
  ): Moment | undefined => {
    let top: Moment | undefined;
    let level = -1;
    for (const { connectorId: on, profile } of profiles) {
      if (on !== connectorId || profile.chargingProfilePurpose !== purpose) continue;
      const { transactionId } = profile;
      if (transactionId !== undefined && transactionId !== transaction.transactionId) continue;
      const moment = momentOf(profile, transaction.startedAt, at);
      until = Math.min(until, moment.until);
      if (moment.current === undefined || profile.stackLevel <= level) continue;
      top = moment;
      level = profile.stackLevel;
    }
    return top;
  };
  const { connectorId } = transaction;
  const most = best('ChargePointMaxProfile', 0);
  const own =
    best('TxProfile', connectorId) ?? best('TxDefaultProfile', connectorId) ?? best('TxDefaultProfile', 0);
  const current = Math.min(
    own?.current ?? Number.POSITIVE_INFINITY,
    most?.current ?? Number.POSITIVE_INFINITY,
  );
  return { current, numberPhases: own?.numberPhases, until };
}

interface Moment {
  /** Undefined: no period is active. */
  readonly current: number | undefined;
  readonly numberPhases: number | undefined;
  readonly until: number;
}

function momentOf(profile: ChargingProfile, startedAt: number, at: number): Moment {
  const {
    chargingSchedule: schedule,
    validFrom,
    validTo,
    chargingProfileKind: kind,
    recurrencyKind,
  } = profile;
  const inactive = (until: number): Moment => ({ current: undefined, numberPhases: undefined, until });
  const from = validFrom === undefined ? Number.NEGATIVE_INFINITY : Date.parse(validFrom);
  const to = validTo === undefined ? Number.POSITIVE_INFINITY : Date.parse(validTo);
  if (at < from) return inactive(from);
  if (at >= to) return inactive(Number.POSITIVE_INFINITY);
  const start =
    kind === 'Relative' || schedule.startSchedule === undefined
      ? startedAt
      : Date.parse(schedule.startSchedule);
  if (at < start) return inactive(Math.min(start, to));
  const cycle = recurrencyKind === undefined ? Number.POSITIVE_INFINITY : RECURRENCE_MS[recurrencyKind];
  const elapsed = cycle === Number.POSITIVE_INFINITY ? at - start : (at - start) % cycle;
  const begin = at - elapsed;
  const length = Math.min(cycle, (schedule.duration ?? Number.POSITIVE_INFINITY) * 1000);
  if (elapsed >= length) return inactive(Math.min(begin + cycle, to));
  const periods = schedule.chargingSchedulePeriod;
  const place = periods.findLastIndex(({ startPeriod }) => startPeriod * 1000 <= elapsed);
  const period = periods[place];
  if (period === undefined) return inactive(to);
  const next = periods[place + 1];
  const until =
    begin + Math.min(length, next === undefined ? Number.POSITIVE_INFINITY : next.startPeriod * 1000);
  const phases = period.numberPhases ?? 3;
  const current = schedule.chargingRateUnit === 'A' ? period.limit : period.limit / (VOLTS * phases);
  return { current, numberPhases: period.numberPhases, until: Math.min(until, to) };
}
