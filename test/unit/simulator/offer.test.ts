import { expect, test } from 'vitest';
import type { InstalledProfile } from '../../../src/simulator/installed-profile.ts';
import { offerAt } from '../../../src/simulator/offer.ts';

const START = Date.parse('2026-03-02T12:00:00Z');
const transaction = { connectorId: 1, transactionId: 7, startedAt: START };

function profile(
  purpose: InstalledProfile['profile']['chargingProfilePurpose'],
  limit: number,
  more: {
    connectorId?: number;
    profile?: Partial<InstalledProfile['profile']>;
    schedule?: Partial<InstalledProfile['profile']['chargingSchedule']>;
  } = {},
): InstalledProfile {
  return {
    connectorId: more.connectorId ?? 1,
    profile: {
      chargingProfileId: 1,
      stackLevel: 0,
      chargingProfilePurpose: purpose,
      chargingProfileKind: 'Relative',
      chargingSchedule: {
        chargingRateUnit: 'A',
        chargingSchedulePeriod: [{ startPeriod: 0, limit }],
        ...more.schedule,
      },
      ...more.profile,
    },
  };
}

const current = (profiles: readonly InstalledProfile[], after = 0): number =>
  offerAt(profiles, transaction, START + after * 1000).current;

test('the TxProfile of the transaction stands above the TxDefaultProfile, and the ChargePointMaxProfile above both', () => {
  expect(current([])).toBe(Number.POSITIVE_INFINITY);
  const whole = profile('TxDefaultProfile', 6, { connectorId: 0 });
  expect(current([whole])).toBe(6);
  expect(current([whole, profile('TxDefaultProfile', 8)])).toBe(8);
  const tx = profile('TxProfile', 20, { profile: { transactionId: 7 } });
  expect(current([whole, tx])).toBe(20);
  expect(current([whole, profile('TxProfile', 20, { profile: { transactionId: 8 } })])).toBe(6);
  expect(current([tx, profile('ChargePointMaxProfile', 16, { connectorId: 0 })])).toBe(16);
});

test('the highest stack level holds while it has a period, then the next', () => {
  const base = profile('TxProfile', 10);
  const top = profile('TxProfile', 16, { profile: { stackLevel: 2 }, schedule: { duration: 60 } });
  expect([0, 59, 60].map((after) => current([base, top], after))).toEqual([16, 16, 10]);
  expect(offerAt([base, top], transaction, START).until).toBe(START + 60_000);
});

test('recurring and watts', () => {
  const daily = profile('TxDefaultProfile', 6900, {
    profile: { chargingProfileKind: 'Recurring', recurrencyKind: 'Daily' },
    schedule: {
      startSchedule: '2026-01-01T12:00:00Z',
      duration: 3600,
      chargingRateUnit: 'W',
      chargingSchedulePeriod: [
        { startPeriod: 0, limit: 6900 },
        { startPeriod: 600, limit: 2300, numberPhases: 1 },
      ],
    },
  });
  expect([0, 600, 3600].map((after) => current([daily], after))).toEqual([10, 10, Number.POSITIVE_INFINITY]);
  expect(offerAt([daily], transaction, START + 700_000)).toEqual({
    current: 10,
    numberPhases: 1,
    until: START + 3_600_000,
  });
});
