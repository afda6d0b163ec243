import { describe, expect, test, vi } from 'vitest';
import type { ChargePoint } from '../../../src/central-system/charge-point.ts';
import { ocpp16 } from '../../../src/protocol/v16/dialect.ts';
import { boot, counted, idOf, result, setUp, start, stop } from './central-system-fixture.ts';

describe('boot and registration', () => {
  test('C1: a boot is answered with status, time and a whole number of seconds', async () => {
    const stand = setUp({ settings: { heartbeatInterval: 90_500 } });
    const { payload } = await stand.send(stand.central.chargePoint('CP-1', ocpp16), 'BootNotification', boot);
    expect(payload).toEqual({ status: 'Accepted', currentTime: '2026-03-01T12:00:00.000Z', interval: 91 });
  });

  test('C2: accepted means the heartbeat interval, otherwise the time until the next boot', async () => {
    const stand = setUp({ settings: { heartbeatInterval: 300_000, bootRetryInterval: 45_000 } });
    const intervals = [];
    for (const registration of ['Accepted', 'Pending', 'Rejected'] as const) {
      await stand.store.settings.put({ id: 'CP-1', registration });
      const { payload } = await stand.send(
        stand.central.chargePoint('CP-1', ocpp16),
        'BootNotification',
        boot,
      );
      intervals.push([payload.status, payload.interval]);
    }
    expect(intervals).toEqual([
      ['Accepted', 300],
      ['Pending', 45],
      ['Rejected', 45],
    ]);
  });

  test('C2: the interval is never 0, however short the setting', async () => {
    const stand = setUp({ settings: { heartbeatInterval: 200 } });
    const { payload } = await stand.send(stand.central.chargePoint('CP-1', ocpp16), 'BootNotification', boot);
    expect(payload.interval).toBe(1);
  });

  test('C3: a rejected charge point is sent no CALL', async () => {
    const stand = setUp();
    await stand.store.settings.put({ id: 'CP-1', registration: 'Rejected' });
    const chargePoint = stand.central.chargePoint('CP-1', ocpp16);
    await stand.send(chargePoint, 'BootNotification', boot);
    for (const action of ['GetConfiguration', 'TriggerMessage', 'Reset', 'RemoteStartTransaction']) {
      expect(stand.central.mayCall(chargePoint, action, {})).toBe('registration_state');
    }
  });

  test('C4: a pending charge point may be configured and triggered', async () => {
    const stand = setUp();
    await stand.store.settings.put({ id: 'CP-1', registration: 'Pending' });
    const chargePoint = stand.central.chargePoint('CP-1', ocpp16);
    await stand.send(chargePoint, 'BootNotification', boot);
    for (const action of ['GetConfiguration', 'ChangeConfiguration', 'TriggerMessage']) {
      expect(stand.central.mayCall(chargePoint, action, {})).toBeUndefined();
    }
  });

  test('C5: a pending charge point is not started or stopped remotely', async () => {
    const stand = setUp();
    await stand.store.settings.put({ id: 'CP-1', registration: 'Pending' });
    const chargePoint = stand.central.chargePoint('CP-1', ocpp16);
    await stand.send(chargePoint, 'BootNotification', boot);
    expect(stand.central.mayCall(chargePoint, 'RemoteStartTransaction', {})).toBe('registration_state');
    expect(stand.central.mayCall(chargePoint, 'RemoteStopTransaction', {})).toBe('registration_state');

    await stand.store.settings.put({ id: 'CP-1', registration: 'Accepted' });
    await stand.send(chargePoint, 'BootNotification', boot);
    expect(stand.central.mayCall(chargePoint, 'RemoteStartTransaction', {})).toBeUndefined();
    expect(stand.central.mayCall(chargePoint, 'RemoteStopTransaction', {})).toBeUndefined();
  });

  test.each(['never booted', 'Pending', 'Rejected'])(
    'C6: while %s, anything but a boot gets SecurityError and changes nothing',
    async (registration) => {
      const stand = setUp();
      const chargePoint = stand.central.chargePoint('CP-1', ocpp16);
      if (registration !== 'never booted') {
        await stand.store.settings.put({ id: 'CP-1', registration: registration as 'Pending' });
        await stand.send(chargePoint, 'BootNotification', boot);
      }
      const messages: [string, unknown][] = [
        ['Heartbeat', {}],
        ['Authorize', { idTag: 'TAG-1' }],
        ['StartTransaction', start()],
        ['StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' }],
        ['MeterValues', { connectorId: 1, meterValue: [] }],
        ['NoSuchAction', {}],
      ];
      for (const [action, payload] of messages) {
        expect((await stand.send(chargePoint, action, payload)).code).toBe('SecurityError');
      }
      expect(stand.store.transactions.openOf('CP-1')).toEqual([]);
      expect(stand.store.connectors.of('CP-1')).toEqual([]);
      expect(stand.rows('authorizations')).toEqual([]);
    },
  );

  test('C7: what a pending charge point was asked for by TriggerMessage is processed', async () => {
    const stand = setUp();
    await stand.store.settings.put({ id: 'CP-1', registration: 'Pending' });
    const chargePoint = stand.central.chargePoint('CP-1', ocpp16);
    await stand.send(chargePoint, 'BootNotification', boot);
    const status = { connectorId: 1, errorCode: 'NoError', status: 'Available' };

    const request = { requestedMessage: 'StatusNotification' };
    await stand.answered(chargePoint, 'TriggerMessage', request, result({ status: 'Rejected' }));
    expect((await stand.send(chargePoint, 'StatusNotification', status)).code).toBe('SecurityError');

    void stand.answered(chargePoint, 'TriggerMessage', request, result({ status: 'Accepted' }));
    expect((await stand.send(chargePoint, 'StatusNotification', status)).payload).toEqual({});
    // One per connector: the second one too.
    expect(
      (await stand.send(chargePoint, 'StatusNotification', { ...status, connectorId: 2 })).code,
    ).toBeUndefined();
    expect(stand.store.connectors.get('CP-1', 1)?.status).toBe('Available');
    expect((await stand.send(chargePoint, 'Heartbeat', {})).code).toBe('SecurityError');
  });

  test('C7: ExtendedTriggerMessage names some messages otherwise', async () => {
    const stand = setUp();
    await stand.store.settings.put({ id: 'CP-1', registration: 'Pending' });
    const chargePoint = stand.central.chargePoint('CP-1', ocpp16);
    await stand.send(chargePoint, 'BootNotification', boot);
    const request = { requestedMessage: 'SignChargePointCertificate' };
    void stand.answered(chargePoint, 'ExtendedTriggerMessage', request, result({ status: 'Accepted' }));
    expect((await stand.send(chargePoint, 'SignCertificate', { csr: 'x' })).payload).toEqual({
      status: 'Rejected',
    });
  });

  test('C8: a queued transaction message that is refused before acceptance leaves a copy', async () => {
    const stand = setUp();
    const chargePoint = stand.central.chargePoint('CP-1', ocpp16);
    await stand.send(chargePoint, 'StartTransaction', start());
    await stand.send(chargePoint, 'StopTransaction', stop(7));
    await stand.send(chargePoint, 'Heartbeat', {});
    const copies = stand.rows('messages');
    expect(copies).toMatchObject([
      { chargePointId: 'CP-1', action: 'StartTransaction', errorCode: 'SecurityError', direction: 'in' },
      { chargePointId: 'CP-1', action: 'StopTransaction', errorCode: 'SecurityError', receivedAt: stand.now },
    ]);
    expect(copies.map(({ payload }) => JSON.parse(payload as string))).toEqual([start(), stop(7)]);
    expect(
      counted(stand.registry, 'farad_refused_before_acceptance_total', { action: 'StartTransaction' }),
    ).toBe(1);
  });

  test('C9: an accepted charge point is not asked to boot again, an unaccepted one may be', async () => {
    const stand = setUp();
    const chargePoint = stand.central.chargePoint('CP-1', ocpp16);
    const trigger = { requestedMessage: 'BootNotification' };
    expect(stand.central.mayCall(chargePoint, 'TriggerMessage', trigger)).toBeUndefined();
    await stand.send(chargePoint, 'BootNotification', boot);
    expect(stand.central.mayCall(chargePoint, 'TriggerMessage', trigger)).toBe('registration_state');
    expect(stand.central.mayCall(chargePoint, 'ExtendedTriggerMessage', trigger)).toBe('registration_state');
    expect(
      stand.central.mayCall(chargePoint, 'TriggerMessage', { requestedMessage: 'Heartbeat' }),
    ).toBeUndefined();
  });

  test('C10: a boot in mid-transaction leaves it open, and its late stop finds it', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const transactionId = idOf(await stand.send(chargePoint, 'StartTransaction', start()));
    expect((await stand.send(chargePoint, 'BootNotification', boot)).payload.status).toBe('Accepted');
    expect(stand.store.transactions.get(transactionId)?.state).toBe('open');
    expect(chargePoint.openTransactions).toEqual([[1, transactionId]]);

    await stand.send(chargePoint, 'StopTransaction', stop(transactionId, { reason: 'PowerLoss' }));
    expect(stand.store.transactions.get(transactionId)).toMatchObject({
      state: 'stopped',
      stopReason: 'PowerLoss',
    });
  });

  test('C11: after acceptance the charge point tells the state of itself and of each connector', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    for (const connectorId of [0, 1, 2]) {
      const status = { connectorId, errorCode: 'NoError', status: 'Available' };
      expect((await stand.send(chargePoint, 'StatusNotification', status)).payload).toEqual({});
    }
    expect(stand.store.connectors.of('CP-1').map(({ connectorId }) => connectorId)).toEqual([0, 1, 2]);
    expect(stand.store.chargePoints.get('CP-1')?.numberOfConnectors).toBe(2);
  });

  test('C12: while Pending a key may be set; accepted at the boot after the operator agreed', async () => {
    const stand = setUp();
    await stand.store.settings.put({ id: 'CP-1', registration: 'Pending' });
    const chargePoint = stand.central.chargePoint('CP-1', ocpp16);
    expect((await stand.send(chargePoint, 'BootNotification', boot)).payload.status).toBe('Pending');
    const change = { key: 'AuthorizationKey', value: '0011223344' };
    expect(stand.central.mayCall(chargePoint, 'ChangeConfiguration', change)).toBeUndefined();

    await stand.store.settings.put({ id: 'CP-1', registration: 'Accepted' });
    expect(chargePoint.registration).toBe('Pending');
    expect((await stand.send(chargePoint, 'BootNotification', boot)).payload.status).toBe('Accepted');
    expect((await stand.send(chargePoint, 'Heartbeat', {})).code).toBeUndefined();
  });

  test('C13: every message is a sign of life, Heartbeat or not', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    stand.now += 60_000;
    await stand.send(chargePoint, 'Authorize', { idTag: 'TAG-1' });
    expect(chargePoint.lastSeenAt).toBe(stand.now);
    expect(await stand.central.saveLastSeen()).toBe(1);
    expect(stand.store.chargePoints.get('CP-1')?.lastSeenAt).toBe(stand.now);
    expect(await stand.central.saveLastSeen()).toBe(0);
  });

  test('C13: the last sign of life of a charge point that left is saved too', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    stand.now += 5000;
    await stand.send(chargePoint, 'NoSuchAction', {});
    const other = await stand.booted('CP-2');
    stand.central.forget(chargePoint);
    // At once, and without those that are still there.
    expect(await stand.central.saveLeft()).toBe(1);
    expect(stand.store.chargePoints.get('CP-1')?.lastSeenAt).toBe(stand.now);
    expect(await stand.central.saveLeft()).toBe(0);
    await stand.send(other, 'NoSuchAction', {});
    stand.central.forget(other);
    expect(await stand.central.saveLastSeen()).toBe(1);
  });

  test('C13: signs of life that are saved a few at a time are all saved, once, with an end of the work in between', async () => {
    const stand = setUp();
    const ids = Array.from({ length: 95 }, (_, index) => `CP-${index}`);
    const chargePoints = [];
    for (const id of ids) chargePoints.push(await stand.booted(id));
    stand.now += 60_000;
    for (const chargePoint of chargePoints) await stand.send(chargePoint, 'Authorize', { idTag: 'TAG-1' });
    const gently = stand.central.saveLastSeen({ gently: true });
    stand.central.forget(chargePoints[94] as ChargePoint);
    const atTheEnd = await stand.central.saveLastSeen();
    expect(atTheEnd + (await gently)).toBe(95);
    expect(atTheEnd).toBeGreaterThan(0);
    for (const id of ids) expect(stand.store.chargePoints.get(id)?.lastSeenAt, id).toBe(stand.now);
    expect(await stand.central.saveLastSeen()).toBe(0);
  });

  test('C13: when very many leave, their signs of life are saved a few at a time however often that is asked for', async () => {
    const stand = setUp();
    const chargePoints = [];
    for (let place = 0; place < 95; place++) chargePoints.push(await stand.booted(`CP-${place}`));
    stand.now += 60_000;
    for (const chargePoint of chargePoints) {
      await stand.send(chargePoint, 'NoSuchAction', {});
      stand.central.forget(chargePoint);
    }
    const saving = stand.central.saveLeft();
    expect(stand.central.saveLeft()).toBe(saving);
    expect(await saving).toBe(95);
    expect(await stand.central.saveLeft()).toBe(0);
  });

  test('C13: signs of life that could not be saved are due again, of those that left and of those that are there', async () => {
    const stand = setUp();
    const [gone, there] = [await stand.booted('CP-1'), await stand.booted('CP-2')];
    stand.now += 5000;
    for (const chargePoint of [gone, there]) await stand.send(chargePoint, 'NoSuchAction', {});
    stand.central.forget(gone);
    const seen = vi.spyOn(stand.store.chargePoints, 'seen').mockRejectedValue(new Error('ENOSPC'));
    await expect(stand.central.saveLeft()).rejects.toThrow('ENOSPC');
    await expect(stand.central.saveLastSeen()).rejects.toThrow('ENOSPC');
    seen.mockRestore();
    expect(await stand.central.saveLeft()).toBe(1);
    expect(await stand.central.saveLastSeen()).toBe(1);
    expect(['CP-1', 'CP-2'].map((id) => stand.store.chargePoints.get(id)?.lastSeenAt)).toEqual([
      stand.now,
      stand.now,
    ]);
    expect(await stand.central.saveLastSeen()).toBe(0);
  });

  test('C13: answering a command is remembered apart from being seen', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    stand.now += 1000;
    await stand.answered(chargePoint, 'Reset', { type: 'Soft' }, { kind: 'error', code: 'NotSupported' });
    expect(stand.store.chargePoints.get('CP-1')?.lastAnsweredAt).toBe(stand.now);
    stand.now += 1000;
    await stand.answered(chargePoint, 'Reset', { type: 'Soft' }, { kind: 'none', reason: 'timeout' });
    expect(stand.store.chargePoints.get('CP-1')?.lastAnsweredAt).toBe(stand.now - 1000);
  });

  test('C14: fractions and offsets are accepted, UTC with milliseconds and Z is sent', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const times = ['2026-03-01T12:00:00Z', '2026-03-01T13:00:00.5+01:00', '2026-03-01T12:00:00.123456Z'];
    const started = [];
    for (const [index, timestamp] of times.entries()) {
      const answer = await stand.send(
        chargePoint,
        'StartTransaction',
        start({ connectorId: index + 1, timestamp }),
      );
      started.push(stand.store.transactions.get(idOf(answer))?.startedAt);
    }
    const noon = Date.UTC(2026, 2, 1, 12);
    expect(started).toEqual([noon, noon + 500, noon + 123]);
    stand.now += 7;
    expect((await stand.send(chargePoint, 'Heartbeat', {})).payload).toEqual({
      currentTime: '2026-03-01T12:00:00.007Z',
    });
  });

  const longest = {
    chargePointVendor: 'V'.repeat(20),
    chargePointModel: 'M'.repeat(20),
    chargePointSerialNumber: 'S'.repeat(25),
    chargeBoxSerialNumber: 'B'.repeat(25),
    firmwareVersion: 'F'.repeat(50),
    iccid: 'I'.repeat(20),
    imsi: 'J'.repeat(20),
    meterType: 'T'.repeat(25),
    meterSerialNumber: 'N'.repeat(25),
  };

  test('C15: every text may be as long as its maximum, and is kept', async () => {
    const stand = setUp({ settings: { reader: 'strict' } });
    const chargePoint = stand.central.chargePoint('CP-1', ocpp16);
    expect((await stand.send(chargePoint, 'BootNotification', longest)).payload.status).toBe('Accepted');
    expect(stand.store.chargePoints.get('CP-1')?.boot).toEqual({
      vendor: longest.chargePointVendor,
      model: longest.chargePointModel,
      serialNumber: longest.chargePointSerialNumber,
      chargeBoxSerialNumber: longest.chargeBoxSerialNumber,
      firmwareVersion: longest.firmwareVersion,
      iccid: longest.iccid,
      imsi: longest.imsi,
      meterType: longest.meterType,
      meterSerialNumber: longest.meterSerialNumber,
    });
  });

  test('C15: the strict reader refuses a text beyond its maximum and names it', async () => {
    const stand = setUp({ settings: { reader: 'strict' } });
    const request = { ...longest, firmwareVersion: 'F'.repeat(51) };
    const { decision } = await stand.send(
      stand.central.chargePoint('CP-1', ocpp16),
      'BootNotification',
      request,
    );
    expect(decision).toMatchObject({ kind: 'error', code: 'PropertyConstraintViolation' });
    expect(decision).toHaveProperty('description', expect.stringContaining('firmwareVersion'));
  });

  test('C16: the lenient reader accepts an over-long boot and counts the repair by vendor and model', async () => {
    const stand = setUp();
    const chargePoint = stand.central.chargePoint('CP-1', ocpp16);
    const request = { ...boot, chargePointSerialNumber: 'S'.repeat(60) };
    expect((await stand.send(chargePoint, 'BootNotification', request)).payload.status).toBe('Accepted');
    expect(stand.store.chargePoints.get('CP-1')?.boot?.serialNumber).toBe('S'.repeat(25));
    const labels = { action: 'BootNotification', vendor: 'Farad', model: 'Test-1' };
    expect(counted(stand.registry, 'farad_repairs_total', labels)).toBe(1);
  });

  test('C16: a boot without vendor or with nonsense in it keeps no charge point offline', async () => {
    const stand = setUp();
    const request = { chargePointModel: 'Test-1', firmwareVersion: { major: 1 } };
    const { payload } = await stand.send(
      stand.central.chargePoint('CP-1', ocpp16),
      'BootNotification',
      request,
    );
    expect(payload.status).toBe('Accepted');
    expect(stand.store.chargePoints.get('CP-1')?.boot).toEqual({ vendor: '', model: 'Test-1' });
  });

  test('A8: acceptance outlives the socket and a restart of Farad', async () => {
    const first = setUp();
    const before = await first.booted();
    first.central.forget(before);
    const again = first.central.chargePoint('CP-1', ocpp16);
    expect((await first.send(again, 'Heartbeat', {})).code).toBeUndefined();
    await first.close();

    const second = setUp({ dataDir: first.dataDir });
    const after = second.central.chargePoint('CP-1', ocpp16);
    expect(after).toMatchObject({ registration: 'Accepted', vendor: 'Farad', model: 'Test-1' });
    expect((await second.send(after, 'Heartbeat', {})).code).toBeUndefined();
  });

  test('A boot that could not be stored is answered InternalError, so that it is sent again', async () => {
    const stand = setUp({
      store: (real) => ({
        chargePoints: Object.assign(Object.create(real.chargePoints), {
          update: () => Promise.reject(new Error('disk full')),
        }),
      }),
    });
    const chargePoint = stand.central.chargePoint('CP-1', ocpp16);
    expect((await stand.send(chargePoint, 'BootNotification', boot)).code).toBe('InternalError');
    expect(chargePoint.registration).toBe('Unknown');
    expect(stand.faults).toHaveLength(1);
  });
});
