import { describe, expect, test } from 'vitest';
import type { ChargingProfile } from '../../../src/smart-charging/charging-profile.ts';
import { planSchedule, type ScheduleTask } from '../../../src/smart-charging/planned-schedule.ts';
import { convertPeriods, scheduleDifferences } from '../../../src/smart-charging/schedule-difference.ts';
import planSchedules from '../../../src/workers/schedules.ts';

const NOON = Date.UTC(2026, 2, 1, 12);

const absolute = (
  stackLevel: number,
  duration: number,
  steps: readonly (readonly [number, number])[],
): ChargingProfile => ({
  chargingProfileId: stackLevel + 1,
  stackLevel,
  chargingProfilePurpose: 'TxDefaultProfile',
  chargingProfileKind: 'Absolute',
  chargingSchedule: {
    startSchedule: '2026-03-01T12:00:00Z',
    duration,
    chargingRateUnit: 'A',
    chargingSchedulePeriod: steps.map(([startPeriod, limit]) => ({ startPeriod, limit })),
  },
});
const task = (more: Partial<ScheduleTask> = {}): ScheduleTask => ({
  profiles: [
    {
      connectorId: 1,
      profile: absolute(0, 400, [
        [0, 6],
        [100, 8],
        [200, 10],
      ]),
    },
    {
      connectorId: 1,
      profile: absolute(1, 150, [
        [0, 7],
        [100, 9],
      ]),
    },
  ],
  connectors: [{ connectorId: 1, transactionId: null, chargingSince: null }],
  connectorId: 1,
  from: NOON,
  duration: 350,
  unit: 'A',
  voltage: 230,
  txProfileGap: 'tx-default',
  ...more,
});
const steps = (of: ScheduleTask) =>
  planSchedule(of).chargingSchedulePeriod.map(({ startPeriod, limit }) => [startPeriod, limit]);

describe('planned schedules', () => {
  test('J.3-2: a level whose duration ends gives way to the lower one at its own elapsed time (TC_072)', () => {
    expect(steps(task({ from: NOON + 20_000 }))).toEqual([
      [0, 7],
      [80, 9],
      [130, 8],
      [180, 10],
    ]);
  });

  test('in W the same limits are those of three phases', () => {
    expect(steps(task({ unit: 'W', duration: 50 }))).toEqual([[0, 7 * 230 * 3]]);
  });

  test('connector 0 is the sum of all connectors, each with its own profiles', () => {
    const connectors = [1, 2].map((connectorId) => ({
      connectorId,
      transactionId: null,
      chargingSince: null,
    }));
    const profiles = [
      { connectorId: 0, profile: absolute(0, 400, [[0, 6]]) },
      { connectorId: 2, profile: absolute(1, 400, [[0, 10]]) },
    ];
    expect(steps(task({ connectorId: 0, connectors, profiles, duration: 60 }))).toEqual([[0, 16]]);
  });

  test('a connector that nobody has heard of is planned for, and so is a charge point without any', () => {
    const profiles = [{ connectorId: 0, profile: absolute(0, 400, [[0, 6]]) }];
    expect(steps(task({ connectorId: 5, connectors: [], profiles, duration: 60 }))).toEqual([[0, 6]]);
    expect(steps(task({ connectorId: 0, connectors: [], profiles, duration: 60 }))).toEqual([[0, 6]]);
  });

  test('a TxProfile counts for its transaction only, a Relative one from where charging began', () => {
    const tx: ChargingProfile = {
      ...absolute(0, 400, [
        [0, 20],
        [600, 10],
      ]),
      chargingProfilePurpose: 'TxProfile',
      chargingProfileKind: 'Relative',
      transactionId: 7,
      chargingSchedule: {
        chargingRateUnit: 'A',
        chargingSchedulePeriod: [
          { startPeriod: 0, limit: 20 },
          { startPeriod: 600, limit: 10 },
        ],
      },
    };
    const profiles = [{ connectorId: 1, profile: tx }];
    const since = (transactionId: number) => [
      { connectorId: 1, transactionId, chargingSince: NOON - 590_000 },
    ];
    expect(steps(task({ profiles, connectors: since(7), duration: 60 }))).toEqual([
      [0, 20],
      [10, 10],
    ]);
    expect(steps(task({ profiles, connectors: since(8), duration: 60 }))).toEqual([[0, null]]);
  });

  test('a profile that cannot be read spoils only the schedule of its own charge point', () => {
    const broken = absolute(0, 400, [[0, 6]]);
    const profiles = [{ connectorId: 1, profile: { ...broken, validFrom: '0' } }];
    expect(planSchedules([task({ profiles }), task()])).toMatchObject([
      { ok: false, reason: expect.stringContaining('"0"') },
      { ok: true, schedule: { connectorId: 1 } },
    ]);
  });
});

describe('differences between plan and report', () => {
  const exact = { duration: 300, tolerance: 0, toleranceTenths: 0 };
  const periods = (...pairs: readonly (readonly [number, number | null])[]) =>
    pairs.map(([startPeriod, limit]) => ({ startPeriod, limit }));

  test('equal schedules have none, however they are cut into periods', () => {
    const planned = periods([0, 8.1], [100, 6]);
    expect(scheduleDifferences(planned, periods([0, 8.1], [50, 8.1], [100, 6]), exact)).toEqual([]);
  });

  test('every stretch with another limit is one, merged where it goes on', () => {
    const planned = periods([0, 16], [100, 10], [200, 16]);
    expect(scheduleDifferences(planned, periods([0, 16], [50, 12], [150, 12]), exact)).toEqual([
      { from: 50, to: 100, planned: 16, reported: 12 },
      { from: 100, to: 200, planned: 10, reported: 12 },
      { from: 200, to: 300, planned: 16, reported: 12 },
    ]);
  });

  test('a report that begins late or is empty says nothing there', () => {
    expect(scheduleDifferences(periods([0, 16]), periods([100, 16]), exact)).toEqual([
      { from: 0, to: 100, planned: 16, reported: null },
    ]);
    expect(scheduleDifferences(periods([0, 16]), [], exact)).toEqual([
      { from: 0, to: 300, planned: 16, reported: null },
    ]);
  });

  test('where nothing is planned the hardware of the charge point may limit', () => {
    expect(scheduleDifferences(periods([0, null]), periods([0, 32]), exact)).toEqual([]);
  });

  test('clocks that differ by seconds and conversions that round make none', () => {
    const planned = periods([0, 16], [100, 10]);
    const tolerant = { duration: 300, tolerance: 5, toleranceTenths: 1 };
    expect(scheduleDifferences(planned, periods([0, 16], [104, 9.9]), tolerant)).toEqual([]);
    expect(scheduleDifferences(planned, periods([0, 16], [106, 10]), tolerant)).toHaveLength(1);
    expect(scheduleDifferences(planned, periods([0, 16], [100, 9.8]), tolerant)).toHaveLength(1);
  });

  test('a duration of 0 compares the present values', () => {
    const now = { duration: 0, tolerance: 5, toleranceTenths: 0 };
    expect(scheduleDifferences(periods([0, 16]), periods([0, 10]), now)).toEqual([
      { from: 0, to: 0, planned: 16, reported: 10 },
    ]);
    expect(scheduleDifferences(periods([0, 16]), periods([0, 16]), now)).toEqual([]);
  });

  test('J11: A is per phase and W the total; without numberPhases it is three', () => {
    const inA = [
      { startPeriod: 0, limit: 10 },
      { startPeriod: 60, limit: 10, numberPhases: 1 },
      { startPeriod: 90, limit: null },
    ];
    const inW = convertPeriods(inA, 'A', 'W', 230);
    expect(inW.map(({ limit }) => limit)).toEqual([6900, 2300, null]);
    expect(convertPeriods(inW, 'W', 'A', 230)).toEqual(inA);
    expect(convertPeriods([{ startPeriod: 0, limit: 6999 }], 'W', 'A', 230)[0]?.limit).toBe(10.1);
  });
});
