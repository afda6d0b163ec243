import type { ChargingProfile, HeldProfile } from './charging-profile.ts';

/** Phases that a period counts on where it does not say (OCPP 1.6 ed. 2 §7.14). */
const PHASES = 3;
const DAY_MS = 86_400_000;
const CYCLE_MS = { Daily: DAY_MS, Weekly: 7 * DAY_MS } as const;

export interface LimitedSession {
  readonly transactionId: number;
  readonly connectorId: number;
  /** Epoch ms. */
  readonly startedAt: number;
}

/** What profiles allow from a moment on. */
export interface LimitStep {
  /** Epoch ms. */
  readonly at: number;
  /** Undefined where nothing limits. */
  readonly limit: Limit | undefined;
}

export interface Limit {
  readonly watts: number;
  /** As the profile says it, for example `16 A × 3`. */
  readonly words: string;
}

/**
 * The limit of a session from `from` to `to` (epoch ms), a step wherever it may change. `voltage`: V between
 * phase and neutral, for limits in A.
 */
export function limitSteps(
  profiles: readonly HeldProfile[],
  session: LimitedSession,
  { from, to, voltage }: { readonly from: number; readonly to: number; readonly voltage: number },
): LimitStep[] {
  const relevant = profiles.filter((one) => concerns(one, session));
  const moments = relevant.flatMap((one) => [
    one.from,
    one.until,
    timeOf(one.profile.validFrom, from),
    timeOf(one.profile.validTo, to),
    ...changesOf(one.profile, session, from, to),
  ]);
  const begins = [...new Set([from, ...moments])].filter((at) => at >= from && at < to).sort((a, b) => a - b);
  return [...begins, to].map((at) => ({ at, limit: limitAt(relevant, session, at, voltage) }));
}

/**
 * The lower one of what the transaction may take (its TxProfile before the default) and of what the charge
 * point may; of each purpose the highest stack level with a schedule for the moment counts
 * (OCPP 1.6 ed. 2 §3.13.2, §3.13.3).
 */
function limitAt(
  profiles: readonly HeldProfile[],
  session: LimitedSession,
  at: number,
  voltage: number,
): Limit | undefined {
  const leading = (purpose: ChargingProfile['chargingProfilePurpose'], connectorId: number) =>
    profiles
      .filter((one) => one.connectorId === connectorId && one.profile.chargingProfilePurpose === purpose)
      .sort((a, b) => b.profile.stackLevel - a.profile.stackLevel)
      .map((one) => limitOf(one, session, at, voltage))
      .find((limit) => limit !== undefined);
  const own =
    leading('TxProfile', session.connectorId) ??
    leading('TxDefaultProfile', session.connectorId) ??
    leading('TxDefaultProfile', 0);
  const all = leading('ChargePointMaxProfile', 0);
  return own && all ? (own.watts <= all.watts ? own : all) : (own ?? all);
}

function limitOf(
  { profile, from, until }: HeldProfile,
  session: LimitedSession,
  at: number,
  voltage: number,
): Limit | undefined {
  if (at < from || at >= until) return undefined;
  if (at < timeOf(profile.validFrom, at) || at >= timeOf(profile.validTo, Infinity)) return undefined;
  const begin = beginOf(profile, session, at);
  const elapsed = (at - begin) / 1000;
  const { duration = Infinity, chargingRateUnit: unit, chargingSchedulePeriod } = profile.chargingSchedule;
  if (elapsed < 0 || elapsed >= duration) return undefined;
  const period = chargingSchedulePeriod.findLast(({ startPeriod }) => startPeriod <= elapsed);
  if (!period) return undefined;
  const { limit, numberPhases = PHASES } = period;
  return unit === 'W'
    ? { watts: limit, words: `${limit} W` }
    : { watts: limit * numberPhases * voltage, words: `${limit} A × ${numberPhases}` };
}

/** When the schedule that holds at a moment began, epoch ms. */
function beginOf(profile: ChargingProfile, { startedAt }: LimitedSession, at: number): number {
  const { chargingProfileKind: kind, recurrencyKind = 'Daily', chargingSchedule } = profile;
  const start = timeOf(chargingSchedule.startSchedule, startedAt);
  if (kind !== 'Recurring') return kind === 'Relative' ? startedAt : start;
  const cycle = CYCLE_MS[recurrencyKind];
  return start + Math.floor((at - start) / cycle) * cycle;
}

/** Where periods of a profile begin between two moments, and where its schedule ends. */
function changesOf(profile: ChargingProfile, session: LimitedSession, from: number, to: number): number[] {
  const { duration, chargingSchedulePeriod } = profile.chargingSchedule;
  const seconds = [
    ...chargingSchedulePeriod.map(({ startPeriod }) => startPeriod),
    ...(duration === undefined ? [] : [duration]),
  ];
  const cycle =
    profile.chargingProfileKind === 'Recurring' ? CYCLE_MS[profile.recurrencyKind ?? 'Daily'] : Infinity;
  const changes: number[] = [];
  for (let begin = beginOf(profile, session, from); begin < to; begin += cycle)
    changes.push(...seconds.map((second) => begin + second * 1000));
  return changes;
}

function concerns({ connectorId, profile, from }: HeldProfile, session: LimitedSession): boolean {
  if (profile.chargingProfilePurpose !== 'TxProfile')
    return connectorId === 0 || connectorId === session.connectorId;
  if (connectorId !== session.connectorId) return false;
  return profile.transactionId === undefined
    ? from >= session.startedAt
    : profile.transactionId === session.transactionId;
}

function timeOf(text: string | undefined, byDefault: number): number {
  return text === undefined ? byDefault : Date.parse(text);
}
