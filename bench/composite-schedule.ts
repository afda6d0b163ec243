import type { ChargingProfile, InstalledProfile } from '../src/smart-charging/charging-profile.ts';
import { compositeSchedule } from '../src/smart-charging/composite-schedule.ts';
import { compileProfiles, stackFor } from '../src/smart-charging/profile-stack.ts';
import type { Bench, Contender } from './bench.ts';

const DAY = 86_400;
const START = Date.parse('2026-03-02T12:00:00.000Z');
const RUN_MS = 1_000;

/**
 * How many composite schedules one core computes a second (target: 100,000 for 10 profiles of 3 periods over
 * 24 h, compiled).
 */
export const compositeScheduleBench: Bench = {
  name: 'composite-schedule',
  question: 'How many composite schedules a second does one core compute, over stack depth and range?',
  figures: [{ key: 'schedules', unit: 'per second', better: 'higher' }],
  prepare: () => ({
    contenders: [
      compiled(10, DAY),
      cold(10, DAY),
      compiled(1, DAY),
      compiled(3, DAY),
      compiled(30, DAY),
      compiled(10, 900),
      compiled(10, 7 * DAY),
    ],
  }),
};

function compiled(depth: number, duration: number): Contender {
  const stack = stackFor(compileProfiles(profiles(depth)), 1, 5);
  return {
    name: `compiled, ${depth} profiles, ${duration / 3600} h`,
    run: () =>
      perSecond((count) => compositeSchedule(stack, { from: START + count * 1000, duration, unit: 'A' })),
  };
}

function cold(depth: number, duration: number): Contender {
  const installed = profiles(depth);
  return {
    name: `cold, ${depth} profiles, ${duration / 3600} h`,
    note: 'parses and compiles every profile anew for each schedule',
    run: () =>
      perSecond((count) => {
        const stack = stackFor(compileProfiles(installed), 1, 5);
        return compositeSchedule(stack, { from: START + count * 1000, duration, unit: 'A' });
      }),
  };
}

/** Calls `compute` for about a second and returns the rate. */
function perSecond(compute: (count: number) => { readonly chargingSchedulePeriod: readonly unknown[] }) {
  const began = performance.now();
  let count = 0;
  let periods = 0;
  while (performance.now() - began < RUN_MS) {
    for (let inner = 0; inner < 100; inner++) periods += compute(count++).chargingSchedulePeriod.length;
  }
  if (periods < count) throw new Error('a schedule without a period was computed');
  return { schedules: (count * 1000) / (performance.now() - began) };
}

/** A stack with all purposes and kinds, three periods each, that really overlap in the range. */
function profiles(depth: number): InstalledProfile[] {
  const purposes = ['TxDefaultProfile', 'ChargePointMaxProfile', 'TxProfile'] as const;
  return Array.from({ length: depth }, (_, index): InstalledProfile => {
    const purpose = purposes[index % 3] as (typeof purposes)[number];
    const recurring = index % 2 === 0;
    const start = START + (recurring ? -3 * DAY : 0) * 1000 + index * 1_500_000;
    const profile: ChargingProfile = {
      chargingProfileId: index + 1,
      stackLevel: Math.floor(index / 3),
      chargingProfilePurpose: purpose,
      chargingProfileKind: recurring ? 'Recurring' : 'Absolute',
      ...(recurring && { recurrencyKind: 'Daily' }),
      chargingSchedule: {
        startSchedule: new Date(start).toISOString(),
        duration: 8 * 3600,
        chargingRateUnit: 'A',
        chargingSchedulePeriod: [
          { startPeriod: 0, limit: 6 + index },
          { startPeriod: 3600, limit: 10.1 + index },
          { startPeriod: 9000, limit: 16 },
        ],
      },
    };
    return { connectorId: purpose === 'ChargePointMaxProfile' ? 0 : 1, profile };
  });
}
