import { describe, expect, test } from 'vitest';
import { boot, idOf, result, type Stand, setUp, start, stop } from './central-system-fixture.ts';

const accepted = result({ status: 'Accepted' });

const profile = (chargingProfileId: number, chargingProfilePurpose: string, more: object = {}) => ({
  chargingProfileId,
  stackLevel: 0,
  chargingProfilePurpose,
  chargingProfileKind: 'Relative',
  chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }] },
  ...more,
});
const set = (connectorId: number, csChargingProfiles: object) => ({ connectorId, csChargingProfiles });
const held = (stand: Stand) =>
  stand.store.chargingProfiles.of('CP-1').map(({ chargingProfileId }) => chargingProfileId);

describe('charging profiles', () => {
  test('J19: only Accepted installs; Rejected, NotSupported and CALLERRORs change nothing', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const request = set(0, profile(1, 'TxDefaultProfile'));
    const tell = (answer: ReturnType<typeof result>) =>
      stand.answered(chargePoint, 'SetChargingProfile', request, answer);
    await tell(result({ status: 'Rejected' }));
    await tell(result({ status: 'NotSupported' }));
    await tell({ kind: 'error', code: 'NotSupported' });
    await tell({ kind: 'error', code: 'PropertyConstraintViolation' });
    await tell({ kind: 'none', reason: 'not_sent' });
    expect(held(stand)).toEqual([]);
    await tell(accepted);
    expect(stand.store.chargingProfiles.of('CP-1')).toMatchObject([
      { connectorId: 0, chargingProfileId: 1, profile: request.csChargingProfiles, doubtfulSince: null },
    ]);
  });

  test('J6, J3: what is set replaces by id and by level, per connector', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    for (const [connectorId, id, level] of [
      [0, 1, 0],
      [1, 2, 0],
      [1, 3, 1],
      [1, 4, 0],
      [2, 3, 5],
    ] as const) {
      const request = set(connectorId, profile(id, 'TxDefaultProfile', { stackLevel: level }));
      await stand.answered(chargePoint, 'SetChargingProfile', request, accepted);
    }
    expect(held(stand)).toEqual([1, 4, 3]);
  });

  test('J.2: what is cleared is gone, also when the charge point knows nothing that fits', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    for (const id of [1, 2, 3]) {
      const request = set(1, profile(id, 'TxDefaultProfile', { stackLevel: id - 1 }));
      await stand.answered(chargePoint, 'SetChargingProfile', request, accepted);
    }
    const clear = (request: object, answer: ReturnType<typeof result>) =>
      stand.answered(chargePoint, 'ClearChargingProfile', request, answer);
    await clear({}, { kind: 'error', code: 'NotSupported' });
    await clear({ stackLevel: 0 }, accepted);
    expect(held(stand)).toEqual([2, 3]);
    await clear({ id: 3 }, result({ status: 'Unknown' }));
    expect(held(stand)).toEqual([2]);
    await clear({}, { kind: 'none', reason: 'timeout' });
    expect(stand.store.chargingProfiles.of('CP-1')).toMatchObject([{ doubtfulSince: stand.now }]);
  });

  test('J18: profiles outlive a boot, TxProfiles die with their transaction', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const first = idOf(await stand.send(chargePoint, 'StartTransaction', start()));
    const second = idOf(await stand.send(chargePoint, 'StartTransaction', start({ connectorId: 2 })));
    const install = (connectorId: number, installed: object) =>
      stand.answered(chargePoint, 'SetChargingProfile', set(connectorId, installed), accepted);
    await install(0, profile(1, 'ChargePointMaxProfile'));
    await install(1, profile(2, 'TxDefaultProfile'));
    await install(1, profile(3, 'TxProfile', { transactionId: first }));
    await install(2, profile(4, 'TxProfile'));
    expect(stand.store.chargingProfiles.of('CP-1').map(({ transactionId }) => transactionId)).toEqual([
      null,
      null,
      first,
      second,
    ]);
    await stand.send(chargePoint, 'BootNotification', boot);
    expect(held(stand)).toEqual([1, 2, 3, 4]);
    await stand.send(chargePoint, 'StopTransaction', stop(first));
    expect(held(stand)).toEqual([1, 2, 4]);
    await stand.send(chargePoint, 'StopTransaction', stop(second));
    expect(held(stand)).toEqual([1, 2]);
  });

  test('J18: a transaction that another one follows on its connector takes its profiles along', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const first = idOf(await stand.send(chargePoint, 'StartTransaction', start()));
    const request = set(1, profile(3, 'TxProfile', { transactionId: first }));
    await stand.answered(chargePoint, 'SetChargingProfile', request, accepted);
    await stand.send(chargePoint, 'StartTransaction', start({ timestamp: '2026-03-01T12:05:00Z' }));
    expect(held(stand)).toEqual([]);
    // The answer may be noted after the transaction has ended.
    await stand.answered(chargePoint, 'SetChargingProfile', request, accepted);
    expect(held(stand)).toEqual([]);
  });

  test('G1, J4: the profile of a remote start is that of the transaction which follows', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const request = { idTag: 'TAG-1', chargingProfile: profile(9, 'TxProfile') };
    await stand.answered(chargePoint, 'RemoteStartTransaction', request, accepted);
    expect(held(stand)).toEqual([]);
    const transactionId = idOf(await stand.send(chargePoint, 'StartTransaction', start({ connectorId: 2 })));
    await expect
      .poll(() => stand.store.chargingProfiles.of('CP-1'))
      .toMatchObject([
        { connectorId: 2, chargingProfileId: 9, transactionId, source: 'RemoteStartTransaction' },
      ]);
    await stand.send(chargePoint, 'StopTransaction', stop(transactionId));
    expect(held(stand)).toEqual([]);
  });

  test('the newest composite schedule of each connector is kept, as far as it can be read', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const ask = (connectorId: number, payload: unknown) =>
      stand.answered(
        chargePoint,
        'GetCompositeSchedule',
        { connectorId, duration: 350, chargingRateUnit: 'A' },
        result(payload),
      );
    const schedule = {
      chargingRateUnit: 'A',
      chargingSchedulePeriod: [
        { startPeriod: 0, limit: 7 },
        { startPeriod: 50, limit: 8.1, numberPhases: 1 },
      ],
    };
    await ask(1, {
      status: 'Accepted',
      connectorId: 1,
      scheduleStart: '0',
      chargingSchedule: {
        ...schedule,
        chargingSchedulePeriod: [...schedule.chargingSchedulePeriod, { limit: '9' }],
      },
    });
    await ask(0, { status: 'Rejected' });
    expect(stand.store.reportedSchedules.get('CP-1', 1)).toMatchObject({
      duration: 350,
      unit: 'A',
      status: 'Accepted',
      scheduleStart: '0',
      schedule,
      reportedAt: stand.now,
    });
    expect(stand.store.reportedSchedules.get('CP-1', 0)).toMatchObject({
      status: 'Rejected',
      schedule: null,
    });
    await ask(1, { status: 'Accepted', chargingSchedule: 'nonsense' });
    expect(stand.store.reportedSchedules.get('CP-1', 1)).toMatchObject({ schedule: null });
  });
});
