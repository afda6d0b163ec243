import { describe, expect, test } from 'vitest';
import type { ChargePoint } from '../../../src/central-system/charge-point.ts';
import { ocpp16 } from '../../../src/protocol/v16/dialect.ts';
import { ask, leave, result } from './ask.ts';
import { boot, NOON, type Stand, setUp } from './central-system-fixture.ts';

const update = { location: 'https://files.example/fw.bin', retrieveDate: '2026-03-01T12:00:00Z' };
const signed = (requestId: number) => ({
  requestId,
  firmware: {
    location: 'https://files.example/fw.bin',
    retrieveDateTime: '2026-03-01T12:00:00Z',
    signingCertificate: 'PEM',
    signature: 'c2ln',
  },
});
const getLog = (requestId: number) => ({
  logType: 'SecurityLog',
  requestId,
  log: { remoteLocation: 'https://files.example/logs' },
});

async function report(stand: Stand, chargePoint: ChargePoint, ...statuses: string[]): Promise<void> {
  for (const status of statuses) {
    stand.now += 1_000;
    const answer = await stand.send(chargePoint, 'FirmwareStatusNotification', { status });
    expect(answer.payload).toEqual({});
  }
}

const firmwareJob = (stand: Stand) => stand.store.jobs.of('CP-1', 'firmware')[0];

describe('a firmware update', () => {
  test('K1: is no more than waited for after the empty answer, until the first FirmwareStatusNotification', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const { messageId, answer } = await leave(stand, chargePoint, 'UpdateFirmware', update);
    expect(firmwareJob(stand)).toMatchObject({
      id: messageId,
      state: 'sent',
      answeredAt: null,
      startsAt: NOON,
    });
    await answer(result({}));
    expect(firmwareJob(stand)).toMatchObject({ state: 'waiting', answeredAt: NOON });
    await report(stand, chargePoint, 'Downloading');
    expect(firmwareJob(stand)).toMatchObject({ state: 'running' });
  });

  test('K1: a charge point has one running job: the next one that it takes ends the one before', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const first = await ask(stand, chargePoint, 'UpdateFirmware', update, result({}));
    await report(stand, chargePoint, 'Downloading');
    const second = await leave(stand, chargePoint, 'UpdateFirmware', update);
    await report(stand, chargePoint, 'Downloaded');
    // Until it has answered, it reports on what it did before.
    expect(stand.store.jobs.get('CP-1', 'firmware', first.messageId)?.reports).toHaveLength(2);
    await second.answer(result({}));
    await report(stand, chargePoint, 'Downloading', 'Installed');
    expect(stand.store.jobs.get('CP-1', 'firmware', first.messageId)).toMatchObject({ state: 'superseded' });
    expect(stand.store.jobs.get('CP-1', 'firmware', second.messageId)).toMatchObject({ state: 'succeeded' });
    expect(stand.store.jobs.open('CP-1', 'firmware')).toBeUndefined();
  });

  test('K3: ends as the charge point reports, its way there being kept', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    await ask(stand, chargePoint, 'UpdateFirmware', update, result({}));
    await report(stand, chargePoint, 'Downloading', 'Downloaded', 'Installing', 'Installed');
    const job = firmwareJob(stand);
    expect(job).toMatchObject({ state: 'succeeded', endedAt: stand.now });
    expect(job?.reports.map(({ status }) => status)).toEqual([
      'Downloading',
      'Downloaded',
      'Installing',
      'Installed',
    ]);
    expect(stand.store.chargePoints.get('CP-1')?.firmwareStatus).toBe('Installed');
  });

  test.each(['DownloadFailed', 'InstallationFailed'])('K3: %s ends it as failed', async (status) => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    await ask(stand, chargePoint, 'UpdateFirmware', update, result({}));
    await report(stand, chargePoint, 'Downloading', status);
    expect(firmwareJob(stand)).toMatchObject({ state: 'failed' });
  });

  test('K3: statuses may be skipped, come twice or late; none is refused and a success stays one', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    await ask(stand, chargePoint, 'UpdateFirmware', update, result({}));
    await report(
      stand,
      chargePoint,
      'Installing',
      'Installing',
      'Installed',
      'Downloaded',
      'InstallationFailed',
    );
    expect(firmwareJob(stand)).toMatchObject({ state: 'succeeded' });
    expect(firmwareJob(stand)?.reports).toHaveLength(5);
  });

  test('K3: a charge point that tries again after DownloadFailed has not failed yet', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    await ask(stand, chargePoint, 'UpdateFirmware', { ...update, retries: 2 }, result({}));
    await report(stand, chargePoint, 'Downloading', 'DownloadFailed');
    expect(firmwareJob(stand)).toMatchObject({ state: 'failed' });
    await report(stand, chargePoint, 'Downloading');
    expect(firmwareJob(stand)).toMatchObject({ state: 'running', endedAt: null });
    await report(stand, chargePoint, 'Downloaded', 'Installed');
    expect(firmwareJob(stand)).toMatchObject({ state: 'succeeded' });
  });

  test('K3: Idle, which a trigger brings, neither starts nor ends a job', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    await ask(stand, chargePoint, 'UpdateFirmware', update, result({}));
    await report(stand, chargePoint, 'Idle');
    expect(firmwareJob(stand)).toMatchObject({ state: 'waiting' });
    await report(stand, chargePoint, 'Downloading', 'Idle');
    expect(firmwareJob(stand)).toMatchObject({ state: 'running' });
    expect(stand.store.chargePoints.get('CP-1')?.firmwareStatus).toBe('Idle');
  });

  test('K3: a status without any job is answered and recorded as the state of the charge point', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    await report(stand, chargePoint, 'Downloading', 'Installed');
    expect(stand.store.jobs.of('CP-1', 'firmware')).toEqual([]);
    expect(stand.store.chargePoints.get('CP-1')?.firmwareStatus).toBe('Installed');
  });

  test('K4: survives reboot, reconnect and restarts of Farad between Installing and Installed', async () => {
    const before = setUp();
    const chargePoint = await before.booted();
    await before.send(chargePoint, 'BootNotification', { ...boot, firmwareVersion: '1.0' });
    await ask(before, chargePoint, 'UpdateFirmware', update, result({}));
    await report(before, chargePoint, 'Downloading', 'Downloaded', 'Installing');
    before.central.forget(chargePoint);
    await before.close();

    const stand = setUp({ dataDir: before.dataDir });
    stand.now = before.now + 60_000;
    const again = stand.central.chargePoint('CP-1', ocpp16);
    const answer = await stand.send(again, 'BootNotification', { ...boot, firmwareVersion: '2.0' });
    expect(answer.payload.status).toBe('Accepted');
    expect(firmwareJob(stand)).toMatchObject({ state: 'running', firmwareBefore: '1.0' });
    await report(stand, again, 'Installed');
    expect(firmwareJob(stand)).toMatchObject({
      state: 'succeeded',
      firmwareBefore: '1.0',
      firmwareAfter: '2.0',
    });
  });

  test('K5: NotSupported of a charge point that wants signed firmware ends it, with the code shown', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    await ask(stand, chargePoint, 'UpdateFirmware', update, { kind: 'error', code: 'NotSupported' });
    expect(firmwareJob(stand)).toMatchObject({ state: 'refused', answer: 'NotSupported', endedAt: NOON });
  });

  test('without an answer it is unknown whether it runs, and the first report tells', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    await ask(stand, chargePoint, 'UpdateFirmware', update, { kind: 'none', reason: 'timeout' });
    expect(firmwareJob(stand)).toMatchObject({ state: 'unknown', endedAt: null });
    await report(stand, chargePoint, 'Downloading');
    expect(firmwareJob(stand)).toMatchObject({ state: 'running' });
  });

  test('a CALL that never left is no job of the charge point', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    await ask(stand, chargePoint, 'UpdateFirmware', update, { kind: 'none', reason: 'not_sent' });
    expect(firmwareJob(stand)).toMatchObject({ state: 'not_sent', endedAt: NOON });
    await report(stand, chargePoint, 'Downloading');
    expect(firmwareJob(stand)).toMatchObject({ state: 'not_sent', reports: [] });
  });

  test('a refused update leaves the one before it running', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const first = await ask(stand, chargePoint, 'UpdateFirmware', update, result({}));
    await report(stand, chargePoint, 'Downloading');
    await ask(stand, chargePoint, 'UpdateFirmware', update, { kind: 'error', code: 'InternalError' });
    await report(stand, chargePoint, 'Downloaded', 'Installed');
    expect(stand.store.jobs.get('CP-1', 'firmware', first.messageId)).toMatchObject({ state: 'succeeded' });
  });

  test('credentials in the location are not kept', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const location = 'ftp://farad:s3cret@files.example/fw.bin?X-Amz-Signature=abcdef&part=1';
    await ask(stand, chargePoint, 'UpdateFirmware', { ...update, location }, result({}));
    const kept = JSON.stringify(firmwareJob(stand));
    expect(kept).not.toContain('s3cret');
    expect(kept).not.toContain('abcdef');
    expect(firmwareJob(stand)?.location).toContain('files.example/fw.bin');
  });

  test('a job that cannot be kept is not asked for', async () => {
    const stand = setUp({
      store: (real) => ({
        jobs: Object.assign(Object.create(real.jobs), { add: () => Promise.reject(new Error('disk full')) }),
      }),
    });
    const chargePoint = await stand.booted();
    const call = { messageId: 'm', action: 'UpdateFirmware', payload: update, sentAt: NOON };
    expect(await stand.central.beforeCall(chargePoint, call)).toBe(false);
    expect(stand.faults).toHaveLength(1);
  });
});

describe('a signed firmware update', () => {
  const signedReport = (stand: Stand, chargePoint: ChargePoint, status: string, requestId?: number) =>
    stand.send(chargePoint, 'SignedFirmwareStatusNotification', {
      status,
      ...(requestId !== undefined && { requestId }),
    });

  test.each(['Rejected', 'InvalidCertificate', 'RevokedCertificate'])('K9: %s ends it', async (status) => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    await ask(stand, chargePoint, 'SignedUpdateFirmware', signed(1), result({ status }));
    expect(firmwareJob(stand)).toMatchObject({ state: 'refused', answer: status, requestId: 1 });
  });

  test('K9: AcceptedCanceled starts it and ends the one before', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    await ask(stand, chargePoint, 'SignedUpdateFirmware', signed(1), result({ status: 'Accepted' }));
    stand.now += 1_000;
    await ask(stand, chargePoint, 'SignedUpdateFirmware', signed(2), result({ status: 'AcceptedCanceled' }));
    const states = stand.store.jobs.of('CP-1', 'firmware').map(({ requestId, state }) => [requestId, state]);
    expect(states).toEqual([
      [2, 'waiting'],
      [1, 'superseded'],
    ]);
  });

  test('K10: reports go to the job that their requestId names, in free order at the end', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    await ask(stand, chargePoint, 'SignedUpdateFirmware', signed(7), result({ status: 'Accepted' }));
    for (const status of [
      'Downloading',
      'Downloaded',
      'SignatureVerified',
      'Installing',
      'InstallRebooting',
    ]) {
      await signedReport(stand, chargePoint, status, 7);
    }
    expect(firmwareJob(stand)).toMatchObject({ state: 'running' });
    await signedReport(stand, chargePoint, 'Installed', 7);
    await stand.send(chargePoint, 'BootNotification', boot);
    expect(firmwareJob(stand)).toMatchObject({ state: 'succeeded' });
    expect(firmwareJob(stand)?.reports).toHaveLength(6);
  });

  test('K10: an unknown requestId is no error, and a triggered Idle without one changes no job', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    await ask(stand, chargePoint, 'SignedUpdateFirmware', signed(7), result({ status: 'Accepted' }));
    expect((await signedReport(stand, chargePoint, 'Installed', 99)).payload).toEqual({});
    expect((await signedReport(stand, chargePoint, 'Idle')).payload).toEqual({});
    expect(firmwareJob(stand)).toMatchObject({ state: 'waiting' });
  });

  test.each(['InvalidSignature', 'InstallVerificationFailed'])(
    'K10: %s ends it as failed',
    async (status) => {
      const stand = setUp();
      const chargePoint = await stand.booted();
      await ask(stand, chargePoint, 'SignedUpdateFirmware', signed(7), result({ status: 'Accepted' }));
      await signedReport(stand, chargePoint, status, 7);
      expect(firmwareJob(stand)).toMatchObject({ state: 'failed' });
    },
  );
});

describe('an upload of diagnostics', () => {
  const ask1 = (stand: Stand, chargePoint: ChargePoint, payload: object) =>
    ask(stand, chargePoint, 'GetDiagnostics', { location: 'ftp://files.example/diag' }, result(payload));
  const diagnosticsJob = (stand: Stand) => stand.store.jobs.of('CP-1', 'diagnostics')[0];

  test('K6: the file name is kept, and the job follows Uploading and Uploaded', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    await ask1(stand, chargePoint, { fileName: 'diag.zip' });
    expect(diagnosticsJob(stand)).toMatchObject({ state: 'waiting', fileName: 'diag.zip' });
    await stand.send(chargePoint, 'DiagnosticsStatusNotification', { status: 'Uploading' });
    expect(diagnosticsJob(stand)).toMatchObject({ state: 'running' });
    await stand.send(chargePoint, 'DiagnosticsStatusNotification', { status: 'Uploaded' });
    expect(diagnosticsJob(stand)).toMatchObject({ state: 'succeeded', fileName: 'diag.zip' });
  });

  test('K6: UploadFailed ends it as failed', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    await ask1(stand, chargePoint, { fileName: 'diag.zip' });
    await stand.send(chargePoint, 'DiagnosticsStatusNotification', { status: 'UploadFailed' });
    expect(diagnosticsJob(stand)).toMatchObject({ state: 'failed' });
  });

  test('K6: an answer without a file name means that there is nothing to upload', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    await ask1(stand, chargePoint, {});
    expect(diagnosticsJob(stand)).toMatchObject({
      state: 'nothing_to_upload',
      fileName: null,
      endedAt: NOON,
    });
  });

  test('K12: a log is named by its requestId, and does not disturb an upload of diagnostics', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    await ask1(stand, chargePoint, { fileName: 'diag.zip' });
    const answer = result({ status: 'Accepted', filename: 'security.log' });
    await ask(stand, chargePoint, 'GetLog', getLog(3), answer);
    const logJob = () => stand.store.jobs.of('CP-1', 'log')[0];
    expect(logJob()).toMatchObject({
      state: 'waiting',
      requestId: 3,
      logType: 'SecurityLog',
      fileName: 'security.log',
    });
    await stand.send(chargePoint, 'LogStatusNotification', { status: 'Uploading', requestId: 3 });
    await stand.send(chargePoint, 'LogStatusNotification', { status: 'Uploaded', requestId: 3 });
    expect(logJob()).toMatchObject({ state: 'succeeded' });
    expect(diagnosticsJob(stand)).toMatchObject({ state: 'waiting' });
  });

  test('K12: Rejected ends a log, AcceptedCanceled ends the one before', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    await ask(stand, chargePoint, 'GetLog', getLog(1), result({ status: 'Rejected' }));
    await ask(stand, chargePoint, 'GetLog', getLog(2), result({ status: 'Accepted' }));
    await ask(stand, chargePoint, 'GetLog', getLog(3), result({ status: 'AcceptedCanceled' }));
    const states = new Map(
      stand.store.jobs.of('CP-1', 'log').map(({ requestId, state }) => [requestId, state]),
    );
    expect(states).toEqual(
      new Map([
        [1, 'refused'],
        [2, 'superseded'],
        [3, 'waiting'],
      ]),
    );
  });

  test.each(['UploadFailure', 'BadMessage', 'PermissionDenied', 'NotSupportedOperation'])(
    'K13: %s ends a log as failed',
    async (status) => {
      const stand = setUp();
      const chargePoint = await stand.booted();
      await ask(stand, chargePoint, 'GetLog', getLog(3), result({ status: 'Accepted' }));
      await stand.send(chargePoint, 'LogStatusNotification', { status, requestId: 3 });
      expect(stand.store.jobs.of('CP-1', 'log')[0]).toMatchObject({ state: 'failed' });
    },
  );
});

describe('a CALL under a reference', () => {
  test('is on record before it leaves, and afterwards with what became of it', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const { messageId, answer } = await leave(stand, chargePoint, 'ClearCache', {}, 'ref-1');
    expect(stand.store.referencedCalls.get('CP-1', 'ref-1')).toEqual({
      reference: 'ref-1',
      action: 'ClearCache',
      messageId,
      sentAt: NOON,
      answer: null,
    });
    await answer({ kind: 'none', reason: 'connection_lost' });
    expect(stand.store.referencedCalls.get('CP-1', 'ref-1')?.answer).toEqual({
      kind: 'none',
      reason: 'connection_lost',
    });
  });

  test('gives its job its id', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    await ask(stand, chargePoint, 'UpdateFirmware', update, result({}), 'job-1');
    expect(firmwareJob(stand)).toMatchObject({ id: 'job-1', state: 'waiting' });
    expect(stand.store.referencedCalls.get('CP-1', 'job-1')?.answer).toEqual({ kind: 'result', payload: {} });
  });

  test('costs nothing where there is nothing to keep', async () => {
    const stand = setUp();
    const chargePoint = await stand.booted();
    const call = { messageId: 'm', action: 'ClearCache', payload: {}, sentAt: NOON };
    expect(stand.central.beforeCall(chargePoint, call)).toBeUndefined();
  });
});
