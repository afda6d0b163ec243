import { expect, test } from 'vitest';
import { profileLimits, warningsBeforeSetting } from '../../../src/operations/profile-situation.ts';
import type { SetChargingProfileRequest } from '../../../src/protocol/v16/generated/messages.ts';
import type { Store } from '../../../src/store/store.ts';
import { scratchStore } from '../store/scratch.ts';

const NOON = Date.UTC(2026, 2, 1, 12);

const request = (
  more: Partial<SetChargingProfileRequest['csChargingProfiles']> = {},
): SetChargingProfileRequest => ({
  connectorId: 1,
  csChargingProfiles: {
    chargingProfileId: 1,
    stackLevel: 0,
    chargingProfilePurpose: 'TxDefaultProfile',
    chargingProfileKind: 'Relative',
    chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }] },
    ...more,
  },
});
const told = (store: Store, keys: Record<string, string>) =>
  store.configurations.told(
    'CP-1',
    Object.entries(keys).map(([key, value]) => ({ key, value, readonly: true })),
    [],
    NOON,
  );
const codes = (store: Store, of = request()) =>
  warningsBeforeSetting(
    store,
    'CP-1',
    { connectorId: of.connectorId, profile: of.csChargingProfiles },
    NOON,
  ).map(({ code }) => code);
const install = (store: Store, of: SetChargingProfileRequest) =>
  store.chargingProfiles.installed({
    chargePointId: 'CP-1',
    connectorId: of.connectorId,
    profile: of.csChargingProfiles,
    transactionId: null,
    source: 'SetChargingProfile',
    messageId: 'm',
    at: NOON,
  });

test('J5, J9, J10, J20: limits are read from the configuration that the charge point told', async () => {
  const store = scratchStore();
  expect(profileLimits(store, 'CP-1')).toEqual({
    maxStackLevel: null,
    maxPeriods: null,
    maxInstalled: null,
    units: null,
  });
  await told(store, {
    chargeprofilemaxstacklevel: '0',
    ChargingScheduleMaxPeriods: ' 5 ',
    MaxChargingProfilesInstalled: '10',
    ChargingScheduleAllowedChargingRateUnit: 'Current,Power',
  });
  expect(profileLimits(store, 'CP-1')).toEqual({
    maxStackLevel: 0,
    maxPeriods: 5,
    maxInstalled: 10,
    units: ['A', 'W'],
  });
  expect(codes(store, request({ stackLevel: 1 }))).toEqual(['stack_level_too_high']);
});

test('what cannot be read limits nothing', async () => {
  const store = scratchStore();
  await told(store, {
    ChargeProfileMaxStackLevel: '',
    ChargingScheduleMaxPeriods: '-1',
    MaxChargingProfilesInstalled: 'many',
    ChargingScheduleAllowedChargingRateUnit: '?',
  });
  expect(codes(store, request({ stackLevel: 90 }))).toEqual([]);
});

test('J6, J20: a profile that replaces another takes no more room, wherever that lies', async () => {
  const store = scratchStore();
  await told(store, { MaxChargingProfilesInstalled: '1' });
  await install(store, { ...request(), connectorId: 2 });
  expect(codes(store, request({ chargingProfileId: 9 }))).toEqual(['too_many_profiles']);
  expect(codes(store)).toEqual([]);
});

test('J2: the transaction that runs on the connector is looked up', async () => {
  const store = scratchStore();
  const tx = (transactionId: number) => request({ chargingProfilePurpose: 'TxProfile', transactionId });
  expect(codes(store, tx(1))).toEqual(['no_transaction']);
  const { transaction } = await store.transactions.start({
    chargePointId: 'CP-1',
    connectorId: 1,
    idTag: 'TAG',
    timestamp: '2026-03-01T12:00:00Z',
    startedAt: NOON,
    timestampPlausible: true,
    meterStart: 0,
    reservationId: null,
    flags: [],
    rawStart: '{}',
    receivedAt: NOON,
    authorize: () => ({ status: 'Accepted', parentIdTag: '' }),
  });
  expect(codes(store, tx(transaction.transactionId))).toEqual([]);
  expect(codes(store, tx(4711))).toEqual(['other_transaction']);
});
