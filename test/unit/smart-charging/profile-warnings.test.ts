import { describe, expect, test } from 'vitest';
import type { ChargingProfile } from '../../../src/smart-charging/charging-profile.ts';
import { type ProfileSituation, profileWarnings } from '../../../src/smart-charging/profile-warnings.ts';

const NOON = Date.UTC(2026, 2, 1, 12);

const profile = (more: Partial<ChargingProfile> = {}): ChargingProfile => ({
  chargingProfileId: 1,
  stackLevel: 0,
  chargingProfilePurpose: 'TxDefaultProfile',
  chargingProfileKind: 'Relative',
  chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }] },
  ...more,
});
const schedule = (more: Partial<ChargingProfile['chargingSchedule']>) => ({
  chargingSchedule: { ...profile().chargingSchedule, ...more },
});
const situation = (more: Partial<ProfileSituation> = {}): ProfileSituation => ({
  limits: { maxStackLevel: null, maxPeriods: null, maxInstalled: null, units: null },
  installed: [],
  replaced: [],
  transactionId: null,
  now: NOON,
  ...more,
});
const limits = (more: Partial<ProfileSituation['limits']>) => ({
  limits: { ...situation().limits, ...more },
});
const codes = (connectorId: number, of: ChargingProfile, at: ProfileSituation = situation()) =>
  profileWarnings(connectorId, of, at).map(({ code }) => code);

describe('what a charge point is expected to refuse', () => {
  test('nothing, where all is as it should be and no limit is known', () => {
    expect(codes(0, profile())).toEqual([]);
    expect(codes(3, profile({ stackLevel: 99 }))).toEqual([]);
    expect(codes(0, profile({ chargingProfilePurpose: 'ChargePointMaxProfile' }))).toEqual([]);
  });

  test('J1: a ChargePointMaxProfile on a connector', () => {
    expect(codes(1, profile({ chargingProfilePurpose: 'ChargePointMaxProfile' }))).toEqual([
      'connector_not_zero',
    ]);
  });

  test('J2: a TxProfile on connector 0, without a transaction, or without naming it', () => {
    const tx = (transactionId?: number) =>
      profile({ chargingProfilePurpose: 'TxProfile', ...(transactionId !== undefined && { transactionId }) });
    expect(codes(0, tx(7), situation({ transactionId: 7 }))).toEqual(['connector_zero']);
    expect(codes(1, tx(7))).toEqual(['no_transaction']);
    expect(codes(1, tx(), situation({ transactionId: 7 }))).toEqual(['transaction_id_missing']);
    expect(codes(1, tx(8), situation({ transactionId: 7 }))).toEqual(['other_transaction']);
    expect(codes(1, tx(7), situation({ transactionId: 7 }))).toEqual([]);
  });

  test('J4: a transactionId with another purpose', () => {
    expect(codes(1, profile({ transactionId: 7 }))).toEqual(['transaction_id_misplaced']);
  });

  test('J5, Q42: a stack level below 0 or above ChargeProfileMaxStackLevel', () => {
    expect(codes(0, profile({ stackLevel: -1 }))).toEqual(['stack_level_negative']);
    const at = situation(limits({ maxStackLevel: 2 }));
    expect([codes(0, profile({ stackLevel: 2 }), at), codes(0, profile({ stackLevel: 3 }), at)]).toEqual([
      [],
      ['stack_level_too_high'],
    ]);
    expect(codes(0, profile({ stackLevel: 1 }), situation(limits({ maxStackLevel: 0 })))).toEqual([
      'stack_level_too_high',
    ]);
  });

  test('J7: recurrencyKind without Recurring, and Recurring without it', () => {
    expect(codes(0, profile({ recurrencyKind: 'Daily' }))).toEqual(['recurrency_kind_misplaced']);
    const start = schedule({ startSchedule: '2026-03-01T00:00:00Z' });
    expect(codes(0, profile({ chargingProfileKind: 'Recurring', ...start }))).toEqual([
      'recurrency_kind_missing',
    ]);
  });

  test('a start that is missing, or that a Relative profile has', () => {
    expect(codes(0, profile({ chargingProfileKind: 'Absolute' }))).toEqual(['start_schedule_missing']);
    expect(codes(0, profile(schedule({ startSchedule: '2026-03-01T00:00:00Z' })))).toEqual([
      'start_schedule_misplaced',
    ]);
  });

  test('J8: a validity that never is or is over; for all purposes it is fine otherwise', () => {
    const valid = (validFrom: string, validTo: string) =>
      codes(
        1,
        profile({ chargingProfilePurpose: 'TxProfile', transactionId: 7, validFrom, validTo }),
        situation({ transactionId: 7 }),
      );
    expect(valid('2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z')).toEqual([]);
    expect(valid('2026-03-02T00:00:00Z', '2026-03-02T00:00:00Z')).toEqual(['validity_empty']);
    expect(valid('2026-02-01T00:00:00Z', '2026-03-01T12:00:00Z')).toEqual(['validity_over']);
  });

  test('J9: periods that do not begin at 0, do not ascend, or are too many', () => {
    const periods = (...starts: number[]) =>
      profile(schedule({ chargingSchedulePeriod: starts.map((startPeriod) => ({ startPeriod, limit: 6 })) }));
    expect(codes(0, periods(10))).toEqual(['first_period_not_zero']);
    expect(codes(0, periods(0, 60, 60))).toEqual(['periods_not_ascending']);
    const at = situation(limits({ maxPeriods: 2 }));
    expect([codes(0, periods(0, 60), at), codes(0, periods(0, 60, 120), at)]).toEqual([
      [],
      ['too_many_periods'],
    ]);
  });

  test('J10, Q43: a unit that ChargingScheduleAllowedChargingRateUnit does not list', () => {
    expect(codes(0, profile(), situation(limits({ units: ['W'] })))).toEqual(['rate_unit']);
    expect(codes(0, profile(), situation(limits({ units: ['A', 'W'] })))).toEqual([]);
  });

  test('J11: phases that no charge point has', () => {
    const phases = (numberPhases: number) =>
      codes(0, profile(schedule({ chargingSchedulePeriod: [{ startPeriod: 0, limit: 6, numberPhases }] })));
    expect([phases(0), phases(1), phases(3), phases(4)]).toEqual([
      ['number_phases'],
      [],
      [],
      ['number_phases'],
    ]);
  });

  test('J20: more profiles than MaxChargingProfilesInstalled, unless one is replaced', () => {
    const held = { connectorId: 0, profile: profile() };
    const full = situation({ ...limits({ maxInstalled: 1 }), installed: [held] });
    expect(codes(1, profile({ chargingProfileId: 2 }), full)).toEqual(['too_many_profiles']);
    expect(codes(0, profile(), { ...full, replaced: [held] })).toEqual([]);
  });
});

describe('what is legal and perhaps not meant', () => {
  const all = (connectorId: number, of: ChargingProfile, at: ProfileSituation) =>
    profileWarnings(connectorId, of, at).map(({ code, refusal }) => [code, refusal]);

  test('J13: a duration beyond the recurrence', () => {
    const daily = { chargingProfileKind: 'Recurring', recurrencyKind: 'Daily' } as const;
    const start = { startSchedule: '2026-03-01T00:00:00Z' };
    expect(all(0, profile({ ...daily, ...schedule({ ...start, duration: 86_401 }) }), situation())).toEqual([
      ['duration_cut', false],
    ]);
    expect(all(0, profile({ ...daily, ...schedule({ ...start, duration: 86_400 }) }), situation())).toEqual(
      [],
    );
  });

  test('J14: a profile without duration hides the levels below', () => {
    const lower = { connectorId: 1, profile: profile({ chargingProfileId: 5 }) };
    const at = situation({ installed: [lower] });
    expect(all(1, profile({ stackLevel: 1 }), at)).toEqual([['hides_lower_levels', false]]);
    expect(all(1, profile({ stackLevel: 1, ...schedule({ duration: 60 }) }), at)).toEqual([]);
    expect(all(2, profile({ stackLevel: 1 }), at)).toEqual([]);
  });

  test('J15: a replacement that begins later leaves a gap, one that began a bit ago does not', () => {
    const held = { connectorId: 0, profile: profile() };
    const at = situation({ installed: [held], replaced: [held] });
    const from = (startSchedule: string) =>
      all(0, profile({ chargingProfileKind: 'Absolute', ...schedule({ startSchedule }) }), at);
    expect(from('2026-03-01T12:01:00Z')).toEqual([['gap', false]]);
    expect(from('2026-03-01T11:59:50Z')).toEqual([]);
  });
});
