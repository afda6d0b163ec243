import { expect, onTestFinished, test } from 'vitest';
import { Schedules } from '../../../src/operations/schedules.ts';
import type { ChargingProfile } from '../../../src/smart-charging/charging-profile.ts';
import type { Store } from '../../../src/store/store.ts';
import { scratchStore } from '../store/scratch.ts';

const NOON = Date.UTC(2026, 2, 1, 12);
const settings = {
  nominalVoltage: 230,
  txProfileGap: 'tx-default',
  threads: 1,
  fleetConcurrency: 10,
} as const;

const limit = (amperes: number, more: Partial<ChargingProfile> = {}): ChargingProfile => ({
  chargingProfileId: 1,
  stackLevel: 0,
  chargingProfilePurpose: 'TxDefaultProfile',
  chargingProfileKind: 'Relative',
  chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: amperes }] },
  ...more,
});
const installed = (connectorId: number, profile: ChargingProfile, transactionId: number | null) => ({
  chargePointId: 'CP-1',
  connectorId,
  profile,
  transactionId,
  source: 'SetChargingProfile' as const,
  messageId: 'm',
  at: NOON,
});
const start = (store: Store, connectorId: number) =>
  store.transactions.start({
    chargePointId: 'CP-1',
    connectorId,
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

function schedulesOf(store: Store): Schedules {
  const schedules = new Schedules(store, settings);
  onTestFinished(() => schedules.close());
  return schedules;
}

test('J16: the plan follows what is installed and what runs; in doubt a profile does not count', async () => {
  const store = scratchStore();
  const schedules = schedulesOf(store);
  const { transaction } = await start(store, 2);
  const { transactionId } = transaction;
  const { chargingProfiles } = store;
  const max = limit(40, { chargingProfileId: 9, chargingProfilePurpose: 'ChargePointMaxProfile' });
  const tx = limit(32, { chargingProfileId: 2, chargingProfilePurpose: 'TxProfile' });
  await chargingProfiles.installed(installed(0, max, null));
  await chargingProfiles.installed(installed(0, limit(10), null));
  await chargingProfiles.installed(installed(2, tx, transactionId));
  await chargingProfiles.perhapsInstalled(
    installed(1, limit(6, { chargingProfileId: 3, stackLevel: 5 }), null),
  );
  const ask = { chargePointId: 'CP-1', from: NOON, duration: 60, unit: 'A' } as const;
  const planned = async () =>
    (await schedules.plan([0, 1, 2, 3].map((connectorId) => ({ ...ask, connectorId })))).map(
      (answer) => answer.ok && answer.schedule.chargingSchedulePeriod.map((period) => period.limit),
    );
  // 10 A on connector 1 and 32 A on connector 2 are more than the 40 A of the charge point.
  expect(await planned()).toEqual([[40], [10], [32], [10]]);
  await chargingProfiles.cleared('CP-1', { id: 2 });
  expect(await planned()).toEqual([[20], [10], [10], [10]]);
});

test('a thousand charge points are planned on threads, in the order of the questions', async () => {
  const store = scratchStore();
  const schedules = schedulesOf(store);
  await store.chargingProfiles.installed(installed(1, limit(16), null));
  const questions = Array.from({ length: 1000 }, (_, index) => ({
    chargePointId: index === 777 ? 'CP-1' : `CP-${index + 2000}`,
    connectorId: 1,
    from: NOON,
    duration: 3600,
    unit: 'W' as const,
  }));
  const answers = await schedules.plan(questions);
  const limited = answers.flatMap((answer, index) =>
    answer.ok && answer.schedule.chargingSchedulePeriod[0]?.limit !== null ? [index] : [],
  );
  expect([answers.length, limited]).toEqual([1000, [777]]);
});
