import type { ChargingProfile, InstalledProfile } from '../../../src/smart-charging/charging-profile.ts';

/**
 * The rules of OCPP 1.6 smart charging walked one second at a time, straight from the text and deliberately
 * slow: the oracle that the engine is held against. It shares nothing with the engine but the shape of a
 * profile.
 */
export interface Question {
  readonly installed: readonly InstalledProfile[];
  readonly connectorId: number;
  readonly transactionId: number | null;
  /** Epoch ms, whole seconds. */
  readonly chargingSince: number;
  readonly from: number;
  /** Seconds. */
  readonly duration: number;
  readonly unit: 'A' | 'W';
  readonly voltage: number;
  readonly txProfileGap: 'tx-default' | 'unlimited';
}

export interface Second {
  /** Tenths; Infinity where nothing limits. */
  readonly tenths: number;
  readonly phases: number;
}

/** One answer per second from `from` on; at least one, since a duration of 0 asks for the present value. */
export function walkSecondBySecond(question: Question): Second[] {
  const seconds: Second[] = [];
  instants.clear();
  const candidates = candidatesFor(question);
  for (let s = 0; s === 0 || s < question.duration; s++)
    seconds.push(limitAt(candidates, question, question.from + s * 1000));
  return seconds;
}

interface Candidates {
  readonly txProfiles: readonly InstalledProfile[];
  readonly txDefaults: readonly InstalledProfile[];
  readonly maxima: readonly InstalledProfile[];
}

function candidatesFor({ installed, connectorId, transactionId }: Question): Candidates {
  const txProfiles = installed.filter(
    ({ connectorId: on, profile }) =>
      profile.chargingProfilePurpose === 'TxProfile' &&
      transactionId !== null &&
      on === connectorId &&
      (profile.transactionId === undefined || profile.transactionId === transactionId),
  );
  const txDefaults = installed.filter(
    ({ connectorId: on, profile }) =>
      profile.chargingProfilePurpose === 'TxDefaultProfile' &&
      (on === connectorId ||
        (on === 0 &&
          !installed.some(
            (other) =>
              other.connectorId === connectorId &&
              other.profile.chargingProfilePurpose === 'TxDefaultProfile' &&
              other.profile.stackLevel === profile.stackLevel,
          ))),
  );
  const maxima = installed.filter(
    ({ connectorId: on, profile }) => on === 0 && profile.chargingProfilePurpose === 'ChargePointMaxProfile',
  );
  return { txProfiles, txDefaults, maxima };
}

function limitAt({ txProfiles, txDefaults, maxima }: Candidates, question: Question, now: number): Second {
  let transactionLimit = highest(txProfiles, question, now);
  if (transactionLimit === undefined && (txProfiles.length === 0 || question.txProfileGap === 'tx-default')) {
    transactionLimit = highest(txDefaults, question, now);
  }
  const chargePointLimit = highest(maxima, question, now);

  let tenths = Number.POSITIVE_INFINITY;
  let phases = 3;
  for (const limit of [transactionLimit, chargePointLimit]) {
    if (limit === undefined) continue;
    tenths = Math.min(tenths, limit.tenths);
    phases = Math.min(phases, limit.phases);
  }
  return { tenths, phases };
}

/** The limit of the highest stack level that has a period running now, in the asked unit. */
function highest(
  candidates: readonly InstalledProfile[],
  question: Question,
  now: number,
): Second | undefined {
  let level = -1;
  let answer: Second | undefined;
  for (const { profile } of candidates) {
    const period = periodAt(profile, question.chargingSince, now);
    if (period === undefined || profile.stackLevel <= level) continue;
    level = profile.stackLevel;
    const phases = period.numberPhases ?? 3;
    const given = Math.round(period.limit * 10);
    const unit = profile.chargingSchedule.chargingRateUnit;
    let tenths = given;
    if (unit === 'A' && question.unit === 'W') tenths = given * question.voltage * phases;
    if (unit === 'W' && question.unit === 'A') tenths = Math.floor(given / (question.voltage * phases));
    answer = { tenths, phases };
  }
  return answer;
}

function periodAt(profile: ChargingProfile, chargingSince: number, now: number) {
  if (profile.validFrom !== undefined && now < instant(profile.validFrom)) return undefined;
  if (profile.validTo !== undefined && now >= instant(profile.validTo)) return undefined;
  const schedule = profile.chargingSchedule;

  let elapsed: number;
  if (profile.chargingProfileKind === 'Relative' || schedule.startSchedule === undefined) {
    elapsed = (now - chargingSince) / 1000;
  } else {
    elapsed = (now - instant(schedule.startSchedule)) / 1000;
    if (elapsed >= 0 && profile.chargingProfileKind === 'Recurring') {
      elapsed %= profile.recurrencyKind === 'Weekly' ? 604_800 : 86_400;
    }
  }
  if (elapsed < 0) return undefined;
  if (schedule.duration !== undefined && elapsed >= schedule.duration) return undefined;

  let running: (typeof schedule.chargingSchedulePeriod)[number] | undefined;
  for (const period of schedule.chargingSchedulePeriod) {
    if (period.startPeriod <= elapsed) running = period;
  }
  return running;
}

/** Of the present question: to read each text again every second would take most of the time. */
const instants = new Map<string, number>();

function instant(text: string): number {
  let found = instants.get(text);
  if (found === undefined) {
    found = Date.parse(text);
    instants.set(text, found);
  }
  return found;
}
