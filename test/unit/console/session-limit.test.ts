import { expect, test } from 'vitest';
import type { ChargingProfile, InstalledProfile } from '../../../src/console/charging-profile.ts';
import { heldProfiles } from '../../../src/console/held-profiles.ts';
import type { Message } from '../../../src/console/model.ts';
import { limitSteps } from '../../../src/console/session-limit.ts';

const NOON = Date.parse('2026-03-01T12:00:00.000Z');
const MINUTE = 60_000;
const session = { transactionId: 7, connectorId: 1, startedAt: NOON };

function profile(
  more: Partial<ChargingProfile>,
  periods: [startPeriod: number, limit: number, phases?: number][],
  unit: 'A' | 'W' = 'A',
): ChargingProfile {
  return {
    chargingProfileId: 1,
    stackLevel: 0,
    chargingProfilePurpose: 'TxDefaultProfile',
    chargingProfileKind: 'Relative',
    ...more,
    chargingSchedule: {
      chargingRateUnit: unit,
      chargingSchedulePeriod: periods.map(([startPeriod, limit, numberPhases]) => ({
        startPeriod,
        limit,
        ...(numberPhases !== undefined && { numberPhases }),
      })),
      ...more.chargingSchedule,
    },
  };
}

function installed(connectorId: number, what: ChargingProfile, minute = -60): InstalledProfile {
  return {
    connectorId,
    chargingProfileId: what.chargingProfileId,
    purpose: what.chargingProfilePurpose,
    stackLevel: what.stackLevel,
    transactionId: null,
    profile: what,
    installedAt: new Date(NOON + minute * MINUTE).toISOString(),
    doubtfulSince: null,
  };
}

/** A command and its answer, as the log has them: newest first. */
function sent(
  minute: number,
  messageId: string,
  action: string,
  request: object,
  status = 'Accepted',
): Message[] {
  const receivedAt = new Date(NOON + minute * MINUTE).toISOString();
  const message = { messageId, action, errorCode: '', receivedAt };
  return [
    { ...message, direction: 'in', type: 'CALLRESULT', payload: JSON.stringify({ status }) },
    { ...message, direction: 'out', type: 'CALL', payload: JSON.stringify(request) },
  ];
}

function stepsOf(items: readonly InstalledProfile[], messages: readonly Message[] = []) {
  return limitSteps(heldProfiles(items, messages), session, {
    from: NOON,
    to: NOON + 60 * MINUTE,
    voltage: 230,
  }).map(({ at, limit }) => [(at - NOON) / MINUTE, limit?.watts, limit?.words]);
}

test('ampere become watts by the phases of the period, three where it does not say', () => {
  expect(
    stepsOf([
      installed(
        1,
        profile({}, [
          [0, 16],
          [600, 10, 1],
        ]),
      ),
    ]),
  ).toEqual([
    [0, 11_040, '16 A × 3'],
    [10, 2300, '10 A × 1'],
    [60, 2300, '10 A × 1'],
  ]);
});

test('the charge point as a whole caps the transaction, a TxProfile comes before a default, a default of the connector before that of all', () => {
  const items = [
    installed(0, profile({ chargingProfileId: 1 }, [[0, 6]])),
    installed(1, profile({ chargingProfileId: 2 }, [[0, 16]])),
    installed(
      0,
      profile(
        {
          chargingProfileId: 3,
          chargingProfilePurpose: 'ChargePointMaxProfile',
          chargingProfileKind: 'Absolute',
          chargingSchedule: {
            chargingRateUnit: 'W',
            startSchedule: new Date(NOON + 20 * MINUTE).toISOString(),
            chargingSchedulePeriod: [{ startPeriod: 0, limit: 9000 }],
          },
        },
        [],
      ),
    ),
    installed(
      1,
      profile({ chargingProfileId: 4, chargingProfilePurpose: 'TxProfile', transactionId: 7 }, [[0, 32]]),
      30,
    ),
    installed(
      1,
      profile(
        { chargingProfileId: 5, chargingProfilePurpose: 'TxProfile', transactionId: 8, stackLevel: 9 },
        [[0, 1]],
      ),
    ),
    installed(2, profile({ chargingProfileId: 6, stackLevel: 9 }, [[0, 2]])),
  ];
  expect(stepsOf(items)).toEqual([
    [0, 11_040, '16 A × 3'],
    [20, 9000, '9000 W'],
    [30, 9000, '9000 W'],
    [60, 9000, '9000 W'],
  ]);
});

test('the log tells what was set and cleared while the session ran; what was refused never held', () => {
  const tx = (id: number, limit: number) => ({
    connectorId: 1,
    csChargingProfiles: profile(
      { chargingProfileId: id, chargingProfilePurpose: 'TxProfile', transactionId: 7 },
      [[0, limit]],
    ),
  });
  const log = [
    ...sent(40, 'd', 'ClearChargingProfile', { id: 10 }),
    ...sent(30, 'c', 'SetChargingProfile', tx(12, 1), 'Rejected'),
    ...sent(20, 'b', 'SetChargingProfile', tx(10, 20)),
    ...sent(10, 'a', 'SetChargingProfile', tx(9, 10)),
  ];
  expect(stepsOf([], log)).toEqual([
    [0, undefined, undefined],
    [10, 6900, '10 A × 3'],
    [20, 13_800, '20 A × 3'],
    [40, undefined, undefined],
    [60, undefined, undefined],
  ]);
});

test('a daily profile begins again every day, and ends with its duration', () => {
  const daily = profile({ chargingProfileKind: 'Recurring', recurrencyKind: 'Daily' }, []);
  const item = installed(0, {
    ...daily,
    chargingSchedule: {
      chargingRateUnit: 'W',
      startSchedule: '2026-01-01T11:50:00Z',
      duration: 1800,
      chargingSchedulePeriod: [
        { startPeriod: 0, limit: 5000 },
        { startPeriod: 900, limit: 7000 },
      ],
    },
  });
  expect(stepsOf([item])).toEqual([
    [0, 5000, '5000 W'],
    [5, 7000, '7000 W'],
    [20, undefined, undefined],
    [60, undefined, undefined],
  ]);
});
