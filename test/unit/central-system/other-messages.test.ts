import { describe, expect, test } from 'vitest';
import { ocpp16 } from '../../../src/protocol/v16/dialect.ts';
import { boot, counted, setUp } from './central-system-fixture.ts';

describe('DataTransfer', () => {
  test('F12: an unknown vendor gets UnknownVendorId without data, an unknown message UnknownMessageId', async () => {
    const stand = setUp();
    stand.vendors.register('com.example', 'hello', (_, data) => ({ status: 'Accepted', data: `${data}!` }));
    stand.vendors.register('com.example', undefined, () => ({ status: 'Rejected' }));
    const chargePoint = await stand.booted();
    const transfer = async (payload: object) =>
      (await stand.send(chargePoint, 'DataTransfer', payload)).payload;
    expect(await transfer({ vendorId: 'org.stranger', data: 'x' })).toEqual({ status: 'UnknownVendorId' });
    expect(await transfer({ vendorId: 'com.example', messageId: 'other' })).toEqual({
      status: 'UnknownMessageId',
    });
    expect(await transfer({ vendorId: 'COM.EXAMPLE', messageId: 'Hello', data: 'ab' })).toEqual({
      status: 'Accepted',
      data: 'ab!',
    });
    expect(await transfer({ vendorId: 'com.example' })).toEqual({ status: 'Rejected' });
  });

  test('F12: a vendor handler that fails answers InternalError and nobody else suffers', async () => {
    const stand = setUp();
    stand.vendors.register('com.example', 'sync', () => {
      throw new Error('broken');
    });
    stand.vendors.register('com.example', 'async', () => Promise.reject(new Error('broken too')));
    const chargePoint = await stand.booted();
    for (const messageId of ['sync', 'async']) {
      const answer = await stand.send(chargePoint, 'DataTransfer', { vendorId: 'com.example', messageId });
      expect(answer.code).toBe('InternalError');
    }
    expect(stand.faults).toHaveLength(2);
    expect((await stand.send(chargePoint, 'Heartbeat', {})).code).toBeUndefined();
  });
});

describe('notifications', () => {
  test('K3: firmware states are answered and recorded in any order', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    for (const status of ['Installed', 'Downloading', 'InstallationFailed', 'Idle']) {
      expect((await stand.send(chargePoint, 'FirmwareStatusNotification', { status })).payload).toEqual({});
      expect(stand.store.chargePoints.get('CP-1')?.firmwareStatus).toBe(status);
    }
  });

  test('K6: diagnostics states are answered and recorded', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    for (const status of ['Uploading', 'UploadFailed', 'Idle']) {
      expect((await stand.send(chargePoint, 'DiagnosticsStatusNotification', { status })).payload).toEqual(
        {},
      );
      expect(stand.store.chargePoints.get('CP-1')?.diagnosticsStatus).toBe(status);
    }
  });

  test('K10: a signed firmware state is recorded, with and without a request id', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    for (const payload of [{ status: 'InstallVerificationFailed', requestId: 4 }, { status: 'Idle' }]) {
      expect((await stand.send(chargePoint, 'SignedFirmwareStatusNotification', payload)).payload).toEqual(
        {},
      );
      expect(stand.store.chargePoints.get('CP-1')?.firmwareStatus).toBe(payload.status);
    }
  });

  test('K13: a log state is answered', async () => {
    const stand = setUp();
    const answer = await stand.send(await stand.booted(), 'LogStatusNotification', {
      status: 'UploadFailure',
      requestId: 1,
    });
    expect(answer.payload).toEqual({});
  });

  test('L31: a security event is always answered, its type being free text', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const event = { type: 'SomethingOfMyOwn', timestamp: '2026-03-01T11:00:00Z', techInfo: 'x' };
    for (const more of [{}, { techInfo: 'y'.repeat(500) }, { timestamp: 'then' }, { type: 'T'.repeat(60) }]) {
      const answer = await stand.send(chargePoint, 'SecurityEventNotification', { ...event, ...more });
      expect(answer.payload).toEqual({});
      expect(answer.code).toBeUndefined();
    }
  });

  test('L31: a security event is kept with both times, and says whether it is critical', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const event = { type: 'TamperDetectionActivated', timestamp: '2026-03-01T11:00:00Z', techInfo: 'lid' };
    for (const more of [{}, { type: 'InvalidMessages', techInfo: undefined }, { type: 'Mine' }]) {
      await stand.send(chargePoint, 'SecurityEventNotification', { ...event, ...more });
    }
    const kept = {
      chargePointId: chargePoint.id,
      source: 'charge-point',
      type: event.type,
      critical: true,
      reason: '',
      techInfo: 'lid',
      remoteAddress: '',
      reportedAt: Date.UTC(2026, 2, 1, 11),
      rawTimestamp: event.timestamp,
      receivedAt: stand.now,
    };
    expect(stand.rows('security_events')).toEqual([
      kept,
      { ...kept, type: 'InvalidMessages', critical: false, techInfo: '' },
      { ...kept, type: 'Mine', critical: null },
    ]);
  });

  test('L31: whatever a security event holds, what can be read of it is kept, and no secret', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const event = { type: 'Odd', timestamp: '2026-03-01T11:00:00Z' };
    for (const more of [
      { timestamp: 'then' },
      { timestamp: `2026-03-01T11:00:00${'0'.repeat(500)}`, techInfo: 'y'.repeat(5000) },
      { type: 'T'.repeat(500), techInfo: null },
      { type: '__proto__\u0000\ud800', techInfo: { deep: [1] } },
      { techInfo: 'AuthorizationKey: 0011223344 at ftp://me:pass@host/x' },
    ]) {
      expect(
        (await stand.send(chargePoint, 'SecurityEventNotification', { ...event, ...more })).payload,
      ).toEqual({});
    }
    const rows = stand.rows('security_events');
    expect(rows).toMatchObject([
      { rawTimestamp: 'then', reportedAt: stand.now },
      { techInfo: expect.stringMatching(/^y{255,2000}$/) },
      { type: 'T'.repeat(255), critical: null },
      { type: '__proto__\u0000\ud800', techInfo: '' },
      { type: 'Odd' },
    ]);
    expect(String(rows[1]?.rawTimestamp).length).toBe(64);
    expect(JSON.stringify(rows)).not.toMatch(/0011223344|pass@/);
  });

  test('L20: without a certificate authority a signing request is Rejected, not refused', async () => {
    const stand = setUp();
    const answer = await stand.send(await stand.booted(), 'SignCertificate', { csr: 'x' });
    expect(answer.payload).toEqual({ status: 'Rejected' });
  });

  test('A heartbeat is answered at once with the time, written once per millisecond', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const one = await stand.send(chargePoint, 'Heartbeat', {});
    const same = await stand.send(chargePoint, 'Heartbeat', {});
    stand.now += 1;
    const next = await stand.send(chargePoint, 'Heartbeat', {});
    expect(one.immediate).toBe(true);
    expect(same.decision).toBe(one.decision);
    expect([one, next].map(({ payload }) => payload.currentTime)).toEqual([
      '2026-03-01T12:00:00.000Z',
      '2026-03-01T12:00:00.001Z',
    ]);
  });
});

describe('what is no message for the Central System', () => {
  test.each([
    ['B14: an action that nobody knows', 'NoSuchAction', 'NotImplemented'],
    ['B14: a known action in other case', 'heartbeat', 'NotImplemented'],
    ['an action of 2.0.1', 'NotifyReport', 'NotImplemented'],
    ['a name of JavaScript', 'constructor', 'NotImplemented'],
    ['an action of the other direction', 'RemoteStartTransaction', 'NotSupported'],
  ])('%s is refused with the code for it', async (_, action, code) => {
    const stand = setUp();
    expect((await stand.send(await stand.booted(), action, {})).code).toBe(code);
  });
});

describe('the lenient and the strict reader', () => {
  const odd = {
    connectorId: '1',
    errorCode: 'NoError',
    status: 'available\n',
    extra: 1,
    timestamp: '2026-03-01T12:00:00',
  };

  test('The lenient reader repairs, handles and counts each repair by vendor and model', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    expect((await stand.send(chargePoint, 'StatusNotification', odd)).payload).toEqual({});
    expect(stand.store.connectors.get('CP-1', 1)?.status).toBe('Available');
    const labels = {
      action: 'StatusNotification',
      vendor: boot.chargePointVendor,
      model: boot.chargePointModel,
    };
    for (const repair of [
      'connectorId: text-for-number',
      'status: spelling',
      'payload: unknown-member',
      'timestamp: no-zone',
    ]) {
      expect(counted(stand.registry, 'farad_repairs_total', { ...labels, repair })).toBe(1);
    }
  });

  test('What no repair makes whole is refused for what is left of it', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const { decision } = await stand.send(chargePoint, 'StatusNotification', { ...odd, status: 'Bored' });
    expect(decision).toMatchObject({ kind: 'error', description: expect.stringMatching(/^status: /) });
    expect(stand.store.connectors.of('CP-1')).toEqual([]);
    expect(counted(stand.registry, 'farad_repairs_total', {})).toBe(0);
  });

  test('The strict reader refuses what the lenient one repairs, set globally or per charge point', async () => {
    const stand = setUp({ settings: { reader: 'strict' } });
    await stand.store.settings.put({ id: 'CP-2', reader: 'lenient' });
    const [strict, lenient] = [await stand.booted('CP-1'), await stand.booted('CP-2')];
    expect((await stand.send(strict, 'StatusNotification', odd)).code).toBe('FormationViolation');
    expect((await stand.send(lenient, 'StatusNotification', odd)).code).toBeUndefined();

    await stand.store.settings.put({ id: 'CP-1', reader: 'lenient' });
    stand.central.refresh(strict);
    expect((await stand.send(strict, 'StatusNotification', odd)).code).toBeUndefined();
  });
});

describe('the charge points at hand', () => {
  test('All sockets of an identity share one charge point until the last has closed', async () => {
    const stand = setUp();
    const one = await stand.booted();
    const two = stand.central.chargePoint('CP-1', ocpp16);
    expect(two).toBe(one);
    const other = { ...ocpp16 };
    stand.central.forget(stand.central.chargePoint('CP-1', other));
    expect(one.dialect, 'that of the newest socket').toBe(other);
    stand.central.forget(one);
    expect(stand.central.chargePoint('CP-1', ocpp16)).toBe(one);
    stand.central.forget(one);
    stand.central.forget(two);
    expect(stand.central.chargePoint('CP-1', ocpp16)).not.toBe(one);
  });
});
