import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChargingProfile, InstalledProfile } from '../../../src/smart-charging/charging-profile.ts';
import { compositeSchedule } from '../../../src/smart-charging/composite-schedule.ts';
import { compileProfiles, stackFor } from '../../../src/smart-charging/profile-stack.ts';
import { type Question, type Second, walkSecondBySecond } from './second-by-second.ts';

const EPOCH = Date.parse('2026-03-29T00:00:00.000Z');
const HOUR = 3600;

/** Random stacks of profiles whose times lie around the range that is asked for, all on whole seconds. */
function question(maxDuration: number): fc.Arbitrary<Question> {
  const around = fc.integer({ min: -2 * maxDuration - 60, max: maxDuration + 60 });
  const iso = (seconds: number) => new Date(EPOCH + seconds * 1000).toISOString();
  const periods = fc
    .tuple(
      fc.boolean(),
      fc.uniqueArray(
        fc.record({
          startPeriod: fc.integer({ min: 0, max: maxDuration }),
          tenths: fc.integer({ min: 0, max: 400 }),
          numberPhases: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
        }),
        { minLength: 1, maxLength: 4, selector: (period) => period.startPeriod },
      ),
    )
    .map(([fromZero, list]) =>
      list
        .sort((a, b) => a.startPeriod - b.startPeriod)
        .map(({ startPeriod, tenths, numberPhases }, index) => ({
          startPeriod: fromZero && index === 0 ? 0 : startPeriod,
          limit: tenths / 10,
          ...(numberPhases !== undefined && { numberPhases }),
        })),
    );
  const installed: fc.Arbitrary<InstalledProfile> = fc
    .record({
      connectorId: fc.integer({ min: 0, max: 2 }),
      purpose: fc.constantFrom('ChargePointMaxProfile', 'TxDefaultProfile', 'TxProfile'),
      stackLevel: fc.integer({ min: 0, max: 6 }),
      kind: fc.constantFrom('Absolute', 'Recurring', 'Relative'),
      recurrency: fc.constantFrom('Daily', 'Weekly'),
      start: fc.option(around, { nil: undefined, freq: 6 }),
      daysBack: fc.integer({ min: 0, max: 20 }),
      validFrom: fc.option(around, { nil: undefined, freq: 2 }),
      validTo: fc.option(around, { nil: undefined, freq: 2 }),
      duration: fc.option(fc.integer({ min: 0, max: 2 * maxDuration }), { nil: undefined }),
      unit: fc.constantFrom('A', 'W'),
      transactionId: fc.constantFrom(undefined, 1, 2),
      periods,
    })
    .map((given): InstalledProfile => {
      const recurring = given.kind === 'Recurring';
      const start =
        given.start === undefined ? undefined : given.start - (recurring ? given.daysBack * 86_400 : 0);
      const tx = given.purpose === 'TxProfile';
      return {
        connectorId:
          given.purpose === 'ChargePointMaxProfile'
            ? 0
            : tx
              ? Math.max(1, given.connectorId)
              : given.connectorId,
        profile: {
          chargingProfileId: 1,
          stackLevel: given.stackLevel,
          chargingProfilePurpose: given.purpose as ChargingProfile['chargingProfilePurpose'],
          chargingProfileKind: given.kind as ChargingProfile['chargingProfileKind'],
          ...(recurring && { recurrencyKind: given.recurrency as 'Daily' | 'Weekly' }),
          ...(tx && given.transactionId !== undefined && { transactionId: given.transactionId }),
          ...(given.validFrom !== undefined && { validFrom: iso(given.validFrom) }),
          ...(given.validTo !== undefined && { validTo: iso(given.validTo) }),
          chargingSchedule: {
            ...(start !== undefined && given.kind !== 'Relative' && { startSchedule: iso(start) }),
            ...(given.duration !== undefined && { duration: given.duration }),
            chargingRateUnit: given.unit as 'A' | 'W',
            chargingSchedulePeriod: given.periods.map((period) => ({
              ...period,
              limit: given.unit === 'W' ? Math.round(period.limit * 5000) / 10 : period.limit,
            })),
          },
        },
      };
    });
  return fc.record({
    // One profile per connector, purpose, level and transaction: a second one would have replaced it
    // (§3.13.2).
    installed: fc.uniqueArray(installed, {
      maxLength: 12,
      selector: ({ connectorId, profile }) =>
        `${connectorId} ${profile.chargingProfilePurpose} ${profile.stackLevel}`,
    }),
    connectorId: fc.constantFrom(1, 2),
    transactionId: fc.constantFrom(null, 1, 2),
    chargingSince: around.map((seconds) => EPOCH + Math.min(seconds, 0) * 1000),
    from: fc.integer({ min: 0, max: 60 }).map((seconds) => EPOCH + seconds * 1000),
    duration: fc.integer({ min: 0, max: maxDuration }),
    unit: fc.constantFrom('A' as const, 'W' as const),
    voltage: fc.constantFrom(230, 120, 277),
    txProfileGap: fc.constantFrom('tx-default' as const, 'unlimited' as const),
  });
}

/** The engine's answer spread over the seconds of the range. */
function engineSeconds(asked: Question): Second[] {
  const stack = stackFor(compileProfiles(asked.installed), asked.connectorId, asked.transactionId);
  const { chargingSchedulePeriod: periods } = compositeSchedule(stack, asked);
  const seconds: Second[] = [];
  let running = 0;
  for (let s = 0; s === 0 || s < asked.duration; s++) {
    while (running + 1 < periods.length && (periods[running + 1]?.startPeriod ?? Infinity) <= s) running++;
    const period = periods[running];
    if (period === undefined) throw new Error('a composite schedule has at least one period');
    seconds.push({
      tenths: period.limit === null ? Number.POSITIVE_INFINITY : Math.round(period.limit * 10),
      phases: period.numberPhases,
    });
  }
  return seconds;
}

function agree(asked: Question): void {
  const expected = walkSecondBySecond(asked);
  const answered = engineSeconds(asked);
  const differs = expected.findIndex(
    (second, index) => second.tenths !== answered[index]?.tenths || second.phases !== answered[index]?.phases,
  );
  if (differs >= 0)
    expect({ second: differs, ...answered[differs] }).toEqual({ second: differs, ...expected[differs] });
  expect(answered).toHaveLength(expected.length);
}

describe('engine against the second-by-second oracle', () => {
  const seed = Number(process.env.FARAD_TEST_SEED ?? Date.now() % 2 ** 31);

  it(`agrees on 10,000 random stacks over up to 2 h (FARAD_TEST_SEED=${seed})`, { timeout: 300_000 }, () => {
    console.info(`smart charging oracle: FARAD_TEST_SEED=${seed}`);
    const mostlyShort = fc.oneof(
      { weight: 6, arbitrary: question(300) },
      { weight: 3, arbitrary: question(1200) },
      { weight: 1, arbitrary: question(2 * HOUR) },
    );
    fc.assert(fc.property(mostlyShort, agree), {
      numRuns: 10_000,
      seed,
      interruptAfterTimeLimit: 240_000,
      markInterruptAsFailure: true,
    });
  });

  it(`agrees on 40 random stacks over 48 h (FARAD_TEST_SEED=${seed})`, { timeout: 300_000 }, () => {
    fc.assert(
      fc.property(
        question(2 * 24 * HOUR).map((asked) => ({ ...asked, duration: 48 * HOUR })),
        agree,
      ),
      { numRuns: 40, seed, interruptAfterTimeLimit: 240_000, markInterruptAsFailure: true },
    );
  });
});
