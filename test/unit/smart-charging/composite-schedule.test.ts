import { describe, expect, it } from 'vitest';
import type { ChargingProfile, InstalledProfile } from '../../../src/smart-charging/charging-profile.ts';
import {
  type CompositeOptions,
  type CompositeSchedule,
  chargePointSchedule,
  compositeSchedule,
} from '../../../src/smart-charging/composite-schedule.ts';
import { compileProfiles, stackFor } from '../../../src/smart-charging/profile-stack.ts';

const NOON = Date.parse('2026-03-02T12:00:00.000Z');
let nextId = 1;

function profile(given: {
  purpose?: ChargingProfile['chargingProfilePurpose'];
  level?: number;
  kind?: ChargingProfile['chargingProfileKind'];
  recurrency?: ChargingProfile['recurrencyKind'];
  start?: number;
  validFrom?: number;
  validTo?: number;
  duration?: number;
  unit?: 'A' | 'W';
  transactionId?: number;
  periods: [start: number, limit: number, phases?: number][];
}): ChargingProfile {
  return {
    chargingProfileId: nextId++,
    stackLevel: given.level ?? 0,
    chargingProfilePurpose: given.purpose ?? 'TxDefaultProfile',
    chargingProfileKind: given.kind ?? 'Absolute',
    ...(given.recurrency !== undefined && { recurrencyKind: given.recurrency }),
    ...(given.transactionId !== undefined && { transactionId: given.transactionId }),
    ...(given.validFrom !== undefined && { validFrom: new Date(given.validFrom).toISOString() }),
    ...(given.validTo !== undefined && { validTo: new Date(given.validTo).toISOString() }),
    chargingSchedule: {
      ...(given.start !== undefined && { startSchedule: new Date(given.start).toISOString() }),
      ...(given.duration !== undefined && { duration: given.duration }),
      chargingRateUnit: given.unit ?? 'A',
      chargingSchedulePeriod: given.periods.map(([startPeriod, limit, numberPhases]) => ({
        startPeriod,
        limit,
        ...(numberPhases !== undefined && { numberPhases }),
      })),
    },
  };
}

const on = (connectorId: number, given: Parameters<typeof profile>[0]): InstalledProfile => ({
  connectorId,
  profile: profile(given),
});

function ask(
  installed: InstalledProfile[],
  options: Partial<CompositeOptions> & { transactionId?: number } = {},
) {
  const { transactionId, ...rest } = options;
  const stack = stackFor(compileProfiles(installed), 1, transactionId ?? null);
  return steps(compositeSchedule(stack, { from: NOON, duration: 600, unit: 'A', ...rest }));
}

const steps = (schedule: CompositeSchedule) =>
  schedule.chargingSchedulePeriod.map((period) => [period.startPeriod, period.limit]);

describe('composite schedule of one connector', () => {
  for (const [unit, factor] of [
    ['A', 1],
    ['W', 1000],
  ] as const) {
    it(`J.3-1, J.3-2, J.3-10: stacking in ${unit}: the lower profile goes on at its own elapsed time when the upper one ends (TC_072)`, () => {
      const installed = [
        on(1, {
          level: 0,
          start: NOON,
          duration: 400,
          unit,
          periods: [
            [0, 6 * factor],
            [100, 8 * factor],
            [200, 10 * factor],
          ],
        }),
        on(1, {
          level: 1,
          start: NOON,
          duration: 150,
          unit,
          periods: [
            [0, 7 * factor],
            [100, 9 * factor],
          ],
        }),
      ];
      const x = 20;
      expect(ask(installed, { from: NOON + x * 1000, duration: 350, unit })).toEqual([
        [0, 7 * factor],
        [100 - x, 9 * factor],
        [150 - x, 8 * factor],
        [200 - x, 10 * factor],
      ]);
    });
  }

  it('J.3-7: no profile at all is no limit', () => {
    expect(ask([])).toEqual([[0, null]]);
  });

  it('J.3-9: a duration of 0 still yields the present value', () => {
    expect(ask([on(1, { start: NOON - 1000, periods: [[0, 13]] })], { duration: 0 })).toEqual([[0, 13]]);
  });

  it('J.3-9: a schedule that starts later inside the range counts', () => {
    expect(ask([on(1, { start: NOON + 60_000, periods: [[0, 10]] })])).toEqual([
      [0, null],
      [60, 10],
    ]);
  });

  it('J7: a daily schedule recurs every 24 h from its start, not from midnight', () => {
    const installed = [
      on(1, {
        kind: 'Recurring',
        recurrency: 'Daily',
        start: NOON - 3 * 86_400_000 - 3_600_000,
        duration: 7200,
        periods: [
          [0, 6],
          [3600 + 300, 16],
        ],
      }),
    ];
    expect(ask(installed, { duration: 86_400 })).toEqual([
      [0, 6],
      [300, 16],
      [3600, null],
      [82_800, 6],
    ]);
  });

  it('J13: what lies beyond the recurrence period is cut', () => {
    const installed = [
      on(1, {
        kind: 'Recurring',
        recurrency: 'Daily',
        start: NOON - 86_400_000 + 60_000,
        duration: 200_000,
        periods: [
          [0, 6],
          [86_399, 9],
          [90_000, 30],
        ],
      }),
    ];
    expect(ask(installed, { duration: 120 })).toEqual([
      [0, 6],
      [59, 9],
      [60, 6],
    ]);
  });

  it('J14: without duration the last period goes on and hides every lower level', () => {
    const installed = [
      on(1, {
        level: 3,
        start: NOON,
        periods: [
          [0, 20],
          [30, 10],
        ],
      }),
      on(1, { level: 1, start: NOON, periods: [[0, 32]] }),
    ];
    expect(ask(installed)).toEqual([
      [0, 20],
      [30, 10],
    ]);
  });

  it('J3: a TxDefaultProfile of the connector stands in for the one of connector 0 at its level, for that connector only', () => {
    const installed = [
      on(0, { level: 0, start: NOON, periods: [[0, 16]] }),
      on(1, { level: 0, start: NOON, duration: 60, periods: [[0, 24]] }),
    ];
    const compiled = compileProfiles(installed);
    const of = (connectorId: number) =>
      steps(
        compositeSchedule(stackFor(compiled, connectorId, null), { from: NOON, duration: 600, unit: 'A' }),
      );
    expect(of(1)).toEqual([
      [0, 24],
      [60, null],
    ]);
    expect(of(2)).toEqual([[0, 16]]);
  });

  it('J.3-4: a gap in the TxProfile falls to TxDefaultProfile, or to no limit where so set', () => {
    const installed = [
      on(1, { purpose: 'TxProfile', transactionId: 7, start: NOON, duration: 60, periods: [[0, 30]] }),
      on(0, { start: NOON - 1000, periods: [[0, 8]] }),
    ];
    expect(ask(installed, { transactionId: 7 })).toEqual([
      [0, 30],
      [60, 8],
    ]);
    expect(ask(installed, { transactionId: 7, txProfileGap: 'unlimited' })).toEqual([
      [0, 30],
      [60, null],
    ]);
  });

  it('J2: a TxProfile of another transaction does not count', () => {
    const installed = [on(1, { purpose: 'TxProfile', transactionId: 7, start: NOON, periods: [[0, 30]] })];
    expect(ask(installed, { transactionId: 8 })).toEqual([[0, null]]);
    expect(ask(installed)).toEqual([[0, null]]);
  });

  it('J.3-5: the lower of transaction limit and charge point limit holds at each instant', () => {
    const installed = [
      on(1, {
        start: NOON,
        periods: [
          [0, 16],
          [300, 4],
        ],
      }),
      on(0, {
        purpose: 'ChargePointMaxProfile',
        start: NOON,
        periods: [
          [0, 10],
          [200, 12],
          [400, 3.5],
        ],
      }),
    ];
    expect(ask(installed)).toEqual([
      [0, 10],
      [200, 12],
      [300, 4],
      [400, 3.5],
    ]);
  });

  it('J11, J.3-8: mixed units are converted with nominal voltage and phases, rounding down', () => {
    const installed = [
      on(1, { start: NOON, unit: 'A', periods: [[0, 16]] }),
      on(0, {
        purpose: 'ChargePointMaxProfile',
        start: NOON,
        unit: 'W',
        periods: [
          [0, 10_000],
          [60, 3_000, 1],
        ],
      }),
    ];
    expect(ask(installed)).toEqual([
      [0, 14.4],
      [60, 13],
    ]);
    expect(ask(installed, { unit: 'W' })).toEqual([
      [0, 10_000],
      [60, 3_000],
    ]);
  });

  it('J12: a limit is applied as given, however many phases it speaks of', () => {
    const phases = on(1, {
      start: NOON,
      periods: [
        [0, 16, 3],
        [60, 14, 1],
      ],
    });
    const max = on(0, { purpose: 'ChargePointMaxProfile', start: NOON, periods: [[0, 15, 1]] });
    expect(ask([phases])).toEqual([
      [0, 16],
      [60, 14],
    ]);
    expect(ask([phases, max])).toEqual([
      [0, 15],
      [60, 14],
    ]);
  });

  it('J10: steps of 0.1 are exact, whatever their binary form', () => {
    for (let tenths = 0; tenths <= 400; tenths++) {
      const limit = tenths / 10;
      expect(ask([on(1, { start: NOON, periods: [[0, limit]] })])).toEqual([[0, limit]]);
    }
    expect(ask([on(1, { start: NOON, periods: [[0, 0.1 + 0.2]] })])).toEqual([[0, 0.3]]);
  });

  it('J.3-3: a Relative schedule counts from the start of charging', () => {
    const installed = [
      on(1, {
        kind: 'Relative',
        duration: 500,
        periods: [
          [0, 6],
          [120, 12],
        ],
      }),
    ];
    expect(ask(installed, { chargingSince: NOON - 60_000 })).toEqual([
      [0, 6],
      [60, 12],
      [440, null],
    ]);
  });

  it('J8: validity bounds any purpose, exclusive at its end', () => {
    const installed = [
      on(1, {
        start: NOON - 10_000,
        validFrom: NOON + 5_000,
        validTo: NOON + 9_000,
        periods: [
          [0, 6],
          [17, 7],
        ],
      }),
    ];
    expect(ask(installed)).toEqual([
      [0, null],
      [5, 6],
      [7, 7],
      [9, null],
    ]);
  });

  it('falsy values are values: level 0, limit 0', () => {
    const installed = [on(0, { level: 0, start: NOON, periods: [[0, 0]] })];
    expect(ask(installed)).toEqual([[0, 0]]);
  });

  it('merges equal neighbours', () => {
    expect(
      ask([
        on(1, {
          start: NOON,
          periods: [
            [0, 9],
            [10, 9],
            [20, 8],
          ],
        }),
      ]),
    ).toEqual([
      [0, 9],
      [20, 8],
    ]);
  });
});

describe('composite schedule of the charge point', () => {
  it('J.3-6: connector 0 is the sum over connectors, capped by the charge point limit', () => {
    const compiled = compileProfiles([
      on(1, { start: NOON, periods: [[0, 10]] }),
      on(2, {
        start: NOON,
        periods: [
          [0, 16],
          [60, 4],
        ],
      }),
      on(0, {
        purpose: 'ChargePointMaxProfile',
        start: NOON,
        periods: [
          [0, 20],
          [120, 12],
        ],
      }),
    ]);
    const stacks = [stackFor(compiled, 1, null), stackFor(compiled, 2, null)];
    const schedule = chargePointSchedule(stacks, { from: NOON, duration: 600, unit: 'A' }, [
      undefined,
      undefined,
    ]);
    expect(schedule.connectorId).toBe(0);
    expect(steps(schedule)).toEqual([
      [0, 20],
      [60, 14],
      [120, 12],
    ]);
  });

  it('an unlimited connector leaves only the charge point limit', () => {
    const compiled = compileProfiles([on(1, { start: NOON, duration: 60, periods: [[0, 10]] })]);
    const stacks = [stackFor(compiled, 1, null), stackFor(compiled, 2, null)];
    const schedule = chargePointSchedule(stacks, { from: NOON, duration: 600, unit: 'A' }, []);
    expect(steps(schedule)).toEqual([[0, null]]);
  });
});
