import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Fleet } from '../../src/simulator/fleet.ts';
import { BriskHabits } from '../support/brisk-habits.ts';
import { StrictCentralSystem } from '../support/strict-central-system.ts';
import { TallyRecorder } from '../support/tally-recorder.ts';

let central: StrictCentralSystem;
let recorder: TallyRecorder;
let fleet: Fleet;

beforeEach(async () => {
  central = await StrictCentralSystem.start();
  recorder = new TallyRecorder();
  fleet = new Fleet({
    url: central.url,
    chargePoints: 1,
    identity: () => 'CP-1',
    habits: new BriskHabits({ quiet: true, sessionMs: 60_000, hardware: { connectors: 2 } }),
    recorder,
    seed: 7,
  });
  fleet.start(0);
  await until(() => expect(central.received('StatusNotification')).toHaveLength(3));
});

afterEach(async () => {
  await fleet.stop();
  await central.close();
  // Every answer and every message passed ocpp-rpc's schemas, whatever the test was about.
  expect(central.violations).toEqual([]);
});

const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 10_000, interval: 10 });
const command = (action: string, payload: unknown = {}): Promise<unknown> =>
  central.command('CP-1', action, payload);
const statuses = (connectorId: number): (string | undefined)[] =>
  central
    .received('StatusNotification')
    .filter((call) => call.payload.connectorId === connectorId)
    .map((call) => call.payload.status);

async function startRemotely(connectorId = 1): Promise<number> {
  const before = central.received('StartTransaction').length;
  expect(await command('RemoteStartTransaction', { connectorId, idTag: 'APP-1' })).toEqual({
    status: 'Accepted',
  });
  await until(() => expect(recorder.started).toBe(before + 1));
  return before + 1;
}

test('RemoteStartTransaction: authorizes the tag, starts, charges; RemoteStopTransaction: stops with reason Remote (TC_010, TC_012)', async () => {
  const transactionId = await startRemotely();
  expect(central.received('Authorize')[0]?.payload).toEqual({ idTag: 'APP-1' });
  expect(central.received('StartTransaction')[0]?.payload).toMatchObject({ connectorId: 1, idTag: 'APP-1' });
  await until(() => expect(statuses(1).at(-1)).toBe('Charging'));
  expect(await command('RemoteStartTransaction', { connectorId: 1, idTag: 'APP-2' })).toEqual({
    status: 'Rejected',
  });

  expect(await command('RemoteStopTransaction', { transactionId: 4711 })).toEqual({ status: 'Rejected' });
  expect(await command('RemoteStopTransaction', { transactionId })).toEqual({ status: 'Accepted' });
  await until(() => expect(recorder.stopped).toBe(1));
  expect(central.received('StopTransaction')[0]?.payload).toMatchObject({ transactionId, reason: 'Remote' });
  await until(() => expect(statuses(1).slice(-2)).toEqual(['Finishing', 'Available']));
});

test('RemoteStartTransaction without connectorId takes a free connector; AuthorizeRemoteTxRequests=false asks no more (G2)', async () => {
  expect(await command('ChangeConfiguration', { key: 'authorizeremotetxrequests', value: 'false' })).toEqual({
    status: 'Accepted',
  });
  await startRemotely(1);
  expect(await command('RemoteStartTransaction', { idTag: 'APP-2' })).toEqual({ status: 'Accepted' });
  await until(() => expect(recorder.started).toBe(2));
  expect(central.received('StartTransaction')[1]?.payload.connectorId).toBe(2);
  expect(central.received('Authorize')).toEqual([]);
});

test('Reset Soft: the transaction ends as SoftReset, then the charge point comes back with a boot (TC_014, G4)', async () => {
  await startRemotely();
  expect(await command('Reset', { type: 'Soft' })).toEqual({ status: 'Accepted' });
  await until(() => expect(central.received('BootNotification')).toHaveLength(2));
  const order = central.calls.map((call) => call.action);
  expect(central.received('StopTransaction')[0]?.payload.reason).toBe('SoftReset');
  expect(order.indexOf('StopTransaction')).toBeLessThan(order.lastIndexOf('BootNotification'));
  await until(() => expect(statuses(1).at(-1)).toBe('Available'));
  expect(central.connectionCount).toBe(2);
  expect(recorder.problems).toEqual([]);
});

test('Reset Hard: does not wait; the StopTransaction is not lost (TC_013, errata 3.36)', async () => {
  await startRemotely();
  central.answer('StopTransaction', () => {
    throw new Error('not now');
  });
  expect(await command('Reset', { type: 'Hard' })).toEqual({ status: 'Accepted' });
  await until(() => expect(central.received('BootNotification')).toHaveLength(2));
  central.answer('StopTransaction', () => ({}));
  await until(() => expect(recorder.stopped).toBe(1));
  expect(central.received('StopTransaction').at(-1)?.payload.reason).toBe('HardReset');
});

test('ChangeAvailability: at once when idle, Scheduled during a transaction, 0 for the whole charge point (G6)', async () => {
  expect(await command('ChangeAvailability', { connectorId: 2, type: 'Inoperative' })).toEqual({
    status: 'Accepted',
  });
  await until(() => expect(statuses(2).at(-1)).toBe('Unavailable'));
  expect(await command('RemoteStartTransaction', { connectorId: 2, idTag: 'APP-1' })).toEqual({
    status: 'Rejected',
  });

  const transactionId = await startRemotely(1);
  expect(await command('ChangeAvailability', { connectorId: 1, type: 'Inoperative' })).toEqual({
    status: 'Scheduled',
  });
  await command('RemoteStopTransaction', { transactionId });
  await until(() => expect(statuses(1).at(-1)).toBe('Unavailable'));

  expect(await command('ChangeAvailability', { connectorId: 1, type: 'Operative' })).toEqual({
    status: 'Accepted',
  });
  await until(() => expect(statuses(1).at(-1)).toBe('Available'));
  expect(await command('ChangeAvailability', { connectorId: 0, type: 'Inoperative' })).toEqual({
    status: 'Accepted',
  });
  await until(() => expect([statuses(0).at(-1), statuses(1).at(-1)]).toEqual(['Unavailable', 'Unavailable']));
  expect(await command('ChangeAvailability', { connectorId: 9, type: 'Operative' })).toEqual({
    status: 'Rejected',
  });
});

test('configuration: all keys, one, unknown ones, read-only ones, values that make no sense (G7, G9)', async () => {
  const all = (await command('GetConfiguration')) as { configurationKey: { key: string; value?: string }[] };
  expect(all.configurationKey.length).toBeGreaterThan(25);
  expect(all.configurationKey).toContainEqual({ key: 'NumberOfConnectors', readonly: true, value: '2' });
  expect(all.configurationKey.find((key) => key.key === 'AuthorizationKey')).not.toHaveProperty('value');
  expect(await command('GetConfiguration', { key: ['HeartbeatInterval', 'Nonsense'] })).toEqual({
    configurationKey: [{ key: 'HeartbeatInterval', readonly: false, value: '300' }],
    unknownKey: ['Nonsense'],
  });
  expect(await command('ChangeConfiguration', { key: 'Nonsense', value: '1' })).toEqual({
    status: 'NotSupported',
  });
  expect(await command('ChangeConfiguration', { key: 'NumberOfConnectors', value: '3' })).toEqual({
    status: 'Rejected',
  });
  expect(await command('ChangeConfiguration', { key: 'MeterValueSampleInterval', value: '-1' })).toEqual({
    status: 'Rejected',
  });
  expect(await command('ChangeConfiguration', { key: 'WebSocketPingInterval', value: '30' })).toEqual({
    status: 'RebootRequired',
  });
});

test('a changed MeterValueSampleInterval takes effect', async () => {
  expect(await command('ChangeConfiguration', { key: 'MeterValueSampleInterval', value: '0' })).toEqual({
    status: 'Accepted',
  });
  await startRemotely();
  await until(() => expect(statuses(1).at(-1)).toBe('Charging'));
  expect(central.received('MeterValues')).toEqual([]);
});

test('TriggerMessage: the conf first, then the message, for one connector or all of them (G12)', async () => {
  for (const requestedMessage of [
    'Heartbeat',
    'DiagnosticsStatusNotification',
    'FirmwareStatusNotification',
  ]) {
    expect(await command('TriggerMessage', { requestedMessage })).toEqual({ status: 'Accepted' });
    await until(() => expect(central.received(requestedMessage)).toHaveLength(1));
  }
  const before = central.received('StatusNotification').length;
  await command('TriggerMessage', { requestedMessage: 'StatusNotification', connectorId: 2 });
  await until(() => expect(central.received('StatusNotification')).toHaveLength(before + 1));
  await command('TriggerMessage', { requestedMessage: 'StatusNotification' });
  await until(() => expect(central.received('StatusNotification')).toHaveLength(before + 4));
  await command('TriggerMessage', { requestedMessage: 'MeterValues' });
  await until(() =>
    expect(central.received('MeterValues').map((call) => call.payload.connectorId)).toEqual([1, 2]),
  );
  expect(central.received('MeterValues')[0]?.payload.meterValue?.[0]?.sampledValue[0]?.context).toBe(
    'Trigger',
  );
  expect(recorder.samples).toBe(14);
  expect(await command('TriggerMessage', { requestedMessage: 'MeterValues', connectorId: 3 })).toEqual({
    status: 'Rejected',
  });
  // Errata 3.40: an accepted charge point does not boot on request.
  expect(await command('TriggerMessage', { requestedMessage: 'BootNotification' })).toEqual({
    status: 'Rejected',
  });
});

test('reservations: made, refused, replaced under their id, used by their tag, cancelled, expired (I1, I3, I4, I6)', async () => {
  const reserve = (reservationId: number, connectorId: number, idTag: string, inMs = 60_000) =>
    command('ReserveNow', {
      reservationId,
      connectorId,
      idTag,
      expiryDate: new Date(Date.now() + inMs).toISOString(),
    });
  expect(await reserve(1, 1, 'ANNA')).toEqual({ status: 'Accepted' });
  await until(() => expect(statuses(1).at(-1)).toBe('Reserved'));
  expect(await reserve(2, 1, 'BERT')).toEqual({ status: 'Occupied' });
  expect(await reserve(1, 2, 'ANNA')).toEqual({ status: 'Accepted' });
  await until(() => expect([statuses(1).at(-1), statuses(2).at(-1)]).toEqual(['Available', 'Reserved']));

  expect(await command('RemoteStartTransaction', { connectorId: 2, idTag: 'BERT' })).toEqual({
    status: 'Rejected',
  });
  expect(await command('RemoteStartTransaction', { connectorId: 2, idTag: 'ANNA' })).toEqual({
    status: 'Accepted',
  });
  await until(() => expect(recorder.started).toBe(1));
  expect(central.received('StartTransaction')[0]?.payload).toMatchObject({ reservationId: 1, idTag: 'ANNA' });
  expect(await command('CancelReservation', { reservationId: 1 })).toEqual({ status: 'Rejected' });

  expect(await reserve(3, 0, 'CARL')).toEqual({ status: 'Accepted' });
  await until(() => expect(statuses(1).at(-1)).toBe('Reserved'));
  expect(await command('CancelReservation', { reservationId: 3 })).toEqual({ status: 'Accepted' });
  await until(() => expect(statuses(1).at(-1)).toBe('Available'));
  expect(await reserve(4, 1, 'DORA', 150)).toEqual({ status: 'Accepted' });
  await until(() => expect(statuses(1).slice(-2)).toEqual(['Reserved', 'Available']));
});

test('local list: version, full, differential, mismatch (H1, H3, H4)', async () => {
  const entry = (idTag: string) => ({ idTag, idTagInfo: { status: 'Accepted' } });
  const send = (listVersion: number, updateType: string, localAuthorizationList?: unknown) =>
    command('SendLocalList', {
      listVersion,
      updateType,
      ...(localAuthorizationList ? { localAuthorizationList } : {}),
    });
  expect(await command('GetLocalListVersion')).toEqual({ listVersion: 0 });
  expect(await send(5, 'Full', [entry('A'), entry('B')])).toEqual({ status: 'Accepted' });
  expect(await send(5, 'Differential', [{ idTag: 'a' }])).toEqual({ status: 'VersionMismatch' });
  expect(await send(6, 'Differential', [{ idTag: 'a' }, entry('C')])).toEqual({ status: 'Accepted' });
  expect(await command('GetLocalListVersion')).toEqual({ listVersion: 6 });
  expect(await send(7, 'Full', [{ idTag: 'X' }])).toEqual({ status: 'Failed' });
  expect(await send(8, 'Full')).toEqual({ status: 'Accepted' });
  expect(await command('GetLocalListVersion')).toEqual({ listVersion: 0 });
});

test('charging profiles are kept, replaced, shown and cleared', async () => {
  const profile = (chargingProfileId: number, stackLevel: number, limit: number) => ({
    chargingProfileId,
    stackLevel,
    chargingProfilePurpose: 'TxDefaultProfile',
    chargingProfileKind: 'Absolute',
    chargingSchedule: {
      chargingRateUnit: 'A',
      startSchedule: new Date(Date.now() - 60_000).toISOString(),
      chargingSchedulePeriod: [{ startPeriod: 0, limit }],
    },
  });
  const set = (csChargingProfiles: unknown) =>
    command('SetChargingProfile', { connectorId: 1, csChargingProfiles });
  expect(await command('GetCompositeSchedule', { connectorId: 7, duration: 60 })).toEqual({
    status: 'Rejected',
  });
  expect(await command('GetCompositeSchedule', { connectorId: 1, duration: 60 })).toMatchObject({
    status: 'Accepted',
    chargingSchedule: { chargingSchedulePeriod: [{ startPeriod: 0, limit: 31.8 }] },
  });
  expect(await set(profile(1, 0, 10))).toEqual({ status: 'Accepted' });
  expect(await set(profile(2, 1, 16.5))).toEqual({ status: 'Accepted' });
  expect(await set(profile(3, 1, 8.1))).toEqual({ status: 'Accepted' });
  expect(await command('GetCompositeSchedule', { connectorId: 1, duration: 60 })).toMatchObject({
    status: 'Accepted',
    chargingSchedule: { duration: 60, chargingSchedulePeriod: [{ startPeriod: 0, limit: 8.1 }] },
  });
  expect(await command('ClearChargingProfile', { id: 2 })).toEqual({ status: 'Unknown' });
  expect(await command('ClearChargingProfile', { connectorId: 1, stackLevel: 0 })).toEqual({
    status: 'Accepted',
  });
  expect(await command('ClearChargingProfile')).toEqual({ status: 'Accepted' });
  expect(await command('ClearChargingProfile')).toEqual({ status: 'Unknown' });
  const { chargingSchedule, ...rest } = profile(4, 0, 6);
  const tx = { ...rest, chargingProfilePurpose: 'TxProfile', chargingSchedule };
  expect(await set(tx)).toEqual({ status: 'Rejected' });
  await startRemotely(1);
  expect(await set(tx)).toEqual({ status: 'Accepted' });
});

test('UpdateFirmware goes through its stages with a reboot in between (K3, K4); GetDiagnostics uploads (K6)', async () => {
  const retrieveDate = new Date().toISOString();
  expect(
    await command('UpdateFirmware', { location: 'ftp://files.example/fw-7.8.9.bin', retrieveDate }),
  ).toEqual({});
  await until(() => expect(central.received('FirmwareStatusNotification')).toHaveLength(4));
  expect(central.received('FirmwareStatusNotification').map((call) => call.payload.status)).toEqual([
    'Downloading',
    'Downloaded',
    'Installing',
    'Installed',
  ]);
  const boots = central.received('BootNotification');
  expect(boots).toHaveLength(2);
  expect(boots[1]?.payload.firmwareVersion).toBe('7.8.9');
  expect(await command('GetDiagnostics', { location: 'ftp://files.example/logs' })).toEqual({
    fileName: 'CP-1-diagnostics.zip',
  });
  await until(() => expect(central.received('DiagnosticsStatusNotification')).toHaveLength(2));
  expect(central.received('DiagnosticsStatusNotification').map((call) => call.payload.status)).toEqual([
    'Uploading',
    'Uploaded',
  ]);
});

test('UnlockConnector ends the transaction with UnlockCommand (TC_018_1); ClearCache and DataTransfer are answered', async () => {
  await startRemotely();
  expect(await command('UnlockConnector', { connectorId: 1 })).toEqual({ status: 'Unlocked' });
  await until(() => expect(recorder.stopped).toBe(1));
  expect(central.received('StopTransaction')[0]?.payload.reason).toBe('UnlockCommand');
  expect(await command('UnlockConnector', { connectorId: 9 })).toEqual({ status: 'NotSupported' });
  expect(await command('ClearCache')).toEqual({ status: 'Accepted' });
  expect(await command('DataTransfer', { vendorId: 'nobody' })).toEqual({ status: 'UnknownVendorId' });
});
