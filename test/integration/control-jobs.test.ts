import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ControlUnderTest, startControl } from '../support/control-under-test.ts';
import { ELLIPTIC } from '../support/firmware-signers.ts';
import { type ScriptedEdge, scriptedEdge } from '../support/scripted-edge.ts';

const location = 'https://farad:s3cret@files.example/fw.bin';

/** No root of a manufacturer is known. */
const UNCHECKED = { code: 'certificate', refusal: false };

describe('jobs', () => {
  let control: ControlUnderTest;
  let edge: ScriptedEdge;

  beforeEach(async () => {
    control = await startControl();
    edge = scriptedEdge(control);
    await edge.boot('CP 1', { firmwareVersion: '1.0' });
    edge.chargePoints.script = () => ({ result: {} });
  });
  afterEach(() => control.close());

  const path = (resource: string, id = 'CP 1') =>
    `/api/v1/charge-points/${encodeURIComponent(id)}/${resource}`;
  const create = (resource: string, json: object, id?: string) =>
    control.send('POST', path(resource, id), { json });
  const job = async (resource: string, id: string) =>
    (await control.send('GET', `${path(resource)}/${id}`)).body;

  test('K1, K2: an update is sent with what OCPP demands, and waits for its first report', async () => {
    const { status, body } = await create('firmware-jobs', { location, retries: 2, retryInterval: 60 });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      kind: 'firmware',
      action: 'UpdateFirmware',
      state: 'waiting',
      status: null,
      firmwareBefore: '1.0',
      answer: null,
      endedAt: null,
      warnings: [],
    });
    const [sent] = edge.chargePoints.asked;
    expect(sent).toMatchObject({
      action: 'UpdateFirmware',
      payload: { location, retries: 2, retryInterval: 60 },
    });
    expect(sent?.payload.retrieveDate).toMatch(/^\d{4}-.*Z$/);
    expect(Object.keys(sent?.payload ?? {}).sort()).toEqual([
      'location',
      'retries',
      'retrieveDate',
      'retryInterval',
    ]);

    await edge.send('CP 1', 'FirmwareStatusNotification', { status: 'Downloading' });
    expect(await job('firmware-jobs', body.id)).toMatchObject({ state: 'running', status: 'Downloading' });
    await edge.boot('CP 1', { firmwareVersion: '2.0' });
    await edge.send('CP 1', 'FirmwareStatusNotification', { status: 'Installed' });
    const done = await job('firmware-jobs', body.id);
    expect(done).toMatchObject({ state: 'succeeded', firmwareBefore: '1.0', firmwareAfter: '2.0' });
    expect(done.reports.map(({ status: word }: { status: string }) => word)).toEqual([
      'Downloading',
      'Installed',
    ]);
  });

  test('credentials of a location are shown nowhere', async () => {
    const { body } = await create('firmware-jobs', { location });
    expect(body.location).toBe('https://farad:[redacted]@files.example/fw.bin');
    expect(JSON.stringify(await control.send('GET', path('firmware-jobs')))).not.toContain('s3cret');
    expect(control.log.join('')).not.toContain('s3cret');
  });

  test('K1: while one runs another is not asked for, unless it shall take its place', async () => {
    const first = await create('firmware-jobs', { location });
    expect(await create('firmware-jobs', { location })).toMatchObject({
      status: 409,
      body: { error: { code: 'job_running', details: { jobId: first.body.id } } },
    });
    expect(edge.chargePoints.asked).toHaveLength(1);
    const second = await create('firmware-jobs', { location, replace: true });
    expect(second.status).toBe(201);
    const { items } = (await control.send('GET', path('firmware-jobs'))).body;
    expect(items.map(({ id, state }: { id: string; state: string }) => [id, state])).toEqual([
      [second.body.id, 'waiting'],
      [first.body.id, 'superseded'],
    ]);
    // Another kind is another job.
    edge.chargePoints.script = () => ({ result: { fileName: 'd.zip' } });
    expect((await create('diagnostics-jobs', { location })).status).toBe(201);
  });

  test('K1: with an Idempotency-Key one is begun once, also where nobody knows what became of it', async () => {
    edge.chargePoints.script = () => 'timeout';
    const again = () =>
      control.send('POST', path('firmware-jobs'), {
        json: { location },
        headers: { 'idempotency-key': 'k-1' },
      });
    const [first, second] = [await again(), await again()];
    expect([first.status, first.body.state, second.status]).toEqual([201, 'unknown', 201]);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(edge.chargePoints.asked).toHaveLength(1);
  });

  test('K5: a charge point that wants signed firmware refuses, and the answer says what to do', async () => {
    edge.chargePoints.script = () => ({ error: 'NotSupported' });
    const { status, body } = await create('firmware-jobs', { location });
    expect(status).toBe(201);
    expect(body).toMatchObject({ state: 'refused', answer: 'NotSupported' });
    expect(body.warnings).toEqual([expect.stringContaining('signed')]);
  });

  test('K7: a scheme that the charge point does not know is worth a word, and no refusal', async () => {
    const keys = [{ key: 'SupportedFileTransferProtocols', value: 'FTP, HTTP', readonly: true }];
    await control.store.configurations.told('CP 1', keys, [], Date.now());
    const { status, body } = await create('firmware-jobs', { location });
    expect(status).toBe(201);
    expect(body.warnings).toEqual([expect.stringContaining('without HTTPS')]);
    const fitting = await create('firmware-jobs', { location: 'ftp://files.example/fw.bin', replace: true });
    expect(fitting.body.warnings).toEqual([]);
  });

  test('K8, K9, K10: a signed update has a requestId of its own by which its reports find it', async () => {
    edge.chargePoints.script = () => ({ result: { status: 'Accepted' } });
    const signed = { ...ELLIPTIC, installAt: '2026-03-02T01:00:00+01:00' };
    const { body } = await create('firmware-jobs', { location, signed, retrieveAt: '2026-03-01T12:00:00Z' });
    expect(body).toMatchObject({ action: 'SignedUpdateFirmware', state: 'waiting', answer: 'Accepted' });
    const { payload } = edge.chargePoints.asked[0] ?? {};
    expect(payload).toEqual({
      requestId: body.requestId,
      firmware: {
        location,
        retrieveDateTime: '2026-03-01T12:00:00.000Z',
        installDateTime: '2026-03-02T00:00:00.000Z',
        ...ELLIPTIC,
      },
    });
    const report = { status: 'InvalidSignature', requestId: body.requestId };
    await edge.send('CP 1', 'SignedFirmwareStatusNotification', report);
    expect(await job('firmware-jobs', body.id)).toMatchObject({
      state: 'failed',
      status: 'InvalidSignature',
    });
    const next = await create('firmware-jobs', { location, signed });
    expect(next.body.requestId).not.toBe(body.requestId);
  });

  test('K11: firmware whose certificate or signature no charge point would take is sent only by force, or as a raw call', async () => {
    edge.chargePoints.script = () => ({ result: { status: 'InvalidCertificate' } });
    const signed = { ...ELLIPTIC, signature: 'c2ln' };
    const refused = await create('firmware-jobs', { location, signed });
    expect(refused).toMatchObject({
      status: 422,
      body: { error: { code: 'likely_refused', details: { warnings: [UNCHECKED, { code: 'signature' }] } } },
    });
    const task = {
      action: 'SignedUpdateFirmware',
      payload: { firmware: { location, retrieveDateTime: '2026-03-01T12:00:00Z', ...signed } },
    };
    const campaign = { name: 'wrong', task, targets: { all: true } };
    expect(await control.send('POST', '/api/v1/campaigns', { json: campaign })).toMatchObject({
      status: 422,
      body: { error: { code: 'likely_refused' } },
    });
    expect(edge.chargePoints.asked).toEqual([]);

    const forced = await control.send('POST', `${path('firmware-jobs')}?force=true`, {
      json: { location, signed },
    });
    expect([forced.status, forced.body.state]).toEqual([201, 'refused']);
    expect(forced.body.warnings).toEqual([
      expect.stringMatching(/^No root of a manufacturer is known/),
      expect.stringMatching(/^The signature is none .*\.$/),
    ]);
    const raw = { ...task.payload, requestId: 7 };
    expect((await control.send('POST', path('calls/SignedUpdateFirmware'), { json: raw })).status).toBe(200);
    expect(edge.chargePoints.asked).toHaveLength(2);
  });

  test('K6: diagnostics are asked for with their range; the file name shows, and its absence ends the job', async () => {
    edge.chargePoints.script = () => ({ result: { fileName: 'diag.zip' } });
    const range = { from: '2026-03-01T00:00:00Z', to: '2026-03-01T06:00:00Z' };
    const { body } = await create('diagnostics-jobs', { location: 'ftp://files.example/d', ...range });
    expect(body).toMatchObject({ kind: 'diagnostics', state: 'waiting', fileName: 'diag.zip' });
    expect(edge.chargePoints.asked[0]?.payload).toEqual({
      location: 'ftp://files.example/d',
      startTime: '2026-03-01T00:00:00.000Z',
      stopTime: '2026-03-01T06:00:00.000Z',
    });
    await edge.send('CP 1', 'DiagnosticsStatusNotification', { status: 'UploadFailed' });
    expect(await job('diagnostics-jobs', body.id)).toMatchObject({ state: 'failed' });
    edge.chargePoints.script = () => ({ result: {} });
    expect((await create('diagnostics-jobs', { location })).body).toMatchObject({
      state: 'nothing_to_upload',
    });
  });

  test('K12, K13: a log is asked for with GetLog and listed beside the diagnostics', async () => {
    edge.chargePoints.script = () => ({ result: { status: 'Accepted', filename: 's.log' } });
    const asked = { location: 'https://files.example/l', log: 'SecurityLog', from: '2026-03-01T00:00:00Z' };
    const { body } = await create('diagnostics-jobs', asked);
    expect(body).toMatchObject({ kind: 'log', action: 'GetLog', logType: 'SecurityLog', fileName: 's.log' });
    expect(edge.chargePoints.asked[0]?.payload).toMatchObject({
      logType: 'SecurityLog',
      log: { remoteLocation: 'https://files.example/l', oldestTimestamp: '2026-03-01T00:00:00.000Z' },
    });
    await edge.send('CP 1', 'LogStatusNotification', { status: 'UploadFailure', requestId: body.requestId });
    expect((await control.send('GET', path('diagnostics-jobs'))).body.items).toMatchObject([
      { state: 'failed' },
    ]);
  });

  test('that began with a raw call are there, too', async () => {
    const payload = { location, retrieveDate: '2026-03-01T12:00:00Z' };
    const call = await control.send('POST', path('calls/UpdateFirmware'), { json: payload });
    await edge.send('CP 1', 'FirmwareStatusNotification', { status: 'DownloadFailed' });
    expect(await job('firmware-jobs', call.body.messageId)).toMatchObject({ state: 'failed' });
  });

  test('without an answer exist as unknown; where nothing was sent there is none', async () => {
    edge.chargePoints.script = () => 'timeout';
    expect(await create('firmware-jobs', { location })).toMatchObject({
      status: 201,
      body: { state: 'unknown' },
    });
    edge.chargePoints.script = () => 'not_connected';
    const refused = await create('firmware-jobs', { location, replace: true });
    expect(refused).toMatchObject({ status: 409, body: { error: { code: 'not_connected' } } });
    expect((await control.send('GET', path('firmware-jobs'))).body.items).toHaveLength(1);
  });

  test('of nobody, or with nonsense, are refused', async () => {
    expect((await create('firmware-jobs', { location }, 'NOBODY')).body.error.code).toBe(
      'unknown_charge_point',
    );
    expect((await control.send('GET', path('firmware-jobs', 'NOBODY'))).status).toBe(404);
    expect((await control.send('GET', `${path('firmware-jobs')}/no-such-job`)).body.error.code).toBe(
      'unknown_job',
    );
    for (const json of [
      {},
      { location: 'not a uri' },
      { location, retries: -1 },
      { location, colour: 'red' },
    ]) {
      expect((await create('firmware-jobs', json)).status).toBe(422);
    }
    expect(edge.chargePoints.asked).toEqual([]);
  });
});
