import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { normalisePem, writePem } from '../../src/certificates/pem.ts';
import { type ControlUnderTest, startControl } from '../support/control-under-test.ts';
import { RSA } from '../support/firmware-signers.ts';
import { type ScriptedEdge, scriptedEdge } from '../support/scripted-edge.ts';
import { createTestAuthority } from '../support/test-certificates.ts';
import { until } from '../support/until.ts';

const path = '/api/v1/campaigns';
const clearCache = { action: 'ClearCache', payload: {} };

describe('campaigns', () => {
  let control: ControlUnderTest;
  let edge: ScriptedEdge;

  beforeEach(async () => {
    control = await startControl();
    edge = scriptedEdge(control);
    for (const id of ['CP-1', 'CP-2', 'CP-3'])
      await edge.boot(id, { firmwareVersion: id === 'CP-3' ? '2' : '1' });
  });
  afterEach(() => control.close());

  const create = (json: object) =>
    control.send('POST', path, { json: { name: 'test', task: clearCache, targets: { all: true }, ...json } });
  const get = async (id: string) => (await control.send('GET', `${path}/${id}`)).body;
  const command = (id: string, name: string) => control.send('POST', `${path}/${id}/${name}`);
  const ended = (id: string) =>
    until('the campaign has ended', async () => {
      const campaign = await get(id);
      return campaign.state === 'finished' && campaign;
    });

  test('G14: ask every charge point once and show its answer, a CALLERROR included', async () => {
    edge.chargePoints.script = ({ chargePointId }) =>
      chargePointId === 'CP-2' ? { error: 'NotSupported' } : { result: { status: 'Accepted' } };
    const created = await create({ atOnce: 2 });
    expect(created).toMatchObject({
      status: 201,
      body: {
        name: 'test',
        state: 'running',
        atOnce: 2,
        itemTimeout: 86_400,
        endAt: null,
        counts: { total: 3 },
      },
    });
    const { id } = created.body;
    expect((await ended(id)).counts).toMatchObject({ succeeded: 2, failed: 1, pending: 0, total: 3 });
    const { items } = (await control.send('GET', `${path}/${id}/results`)).body;
    expect(items).toMatchObject([
      { chargePointId: 'CP-1', state: 'succeeded', reason: 'Accepted', attempts: 1, jobId: null },
      { chargePointId: 'CP-2', state: 'failed', reason: 'NotSupported', answer: { kind: 'error' } },
      { chargePointId: 'CP-3', state: 'succeeded' },
    ]);
    expect(edge.chargePoints.asked).toHaveLength(3);
  });

  test('G11: Rejected to ClearCache, from a charge point without a cache, is a result like any other', async () => {
    edge.chargePoints.script = () => ({ result: { status: 'Rejected' } });
    const call = await control.send('POST', '/api/v1/charge-points/CP-1/calls/ClearCache', { json: {} });
    expect(call).toMatchObject({ status: 200, body: { outcome: 'result', payload: { status: 'Rejected' } } });
    const { id } = (await create({ targets: { ids: ['CP-2'] } })).body;
    await ended(id);
    expect((await control.send('GET', `${path}/${id}/results`)).body.items).toMatchObject([
      { chargePointId: 'CP-2', state: 'failed', reason: 'Rejected' },
    ]);
    expect(edge.chargePoints.asked).toHaveLength(2);
  });

  test('have results that are paged and chosen by state', async () => {
    edge.chargePoints.script = ({ chargePointId }) =>
      chargePointId === 'CP-2' ? { error: 'NotSupported' } : { result: { status: 'Accepted' } };
    const { id } = (await create({})).body;
    await ended(id);
    const page = (await control.send('GET', `${path}/${id}/results?limit=2`)).body;
    expect(page.items).toHaveLength(2);
    const rest = (await control.send('GET', `${path}/${id}/results?limit=2&cursor=${page.next}`)).body;
    expect(rest).toMatchObject({ items: [{ chargePointId: 'CP-3' }], next: null });
    const failed = (await control.send('GET', `${path}/${id}/results?state=failed`)).body;
    expect(failed.items).toMatchObject([{ chargePointId: 'CP-2' }]);
  });

  test('of firmware follow the job of each charge point, which is linked', async () => {
    edge.chargePoints.script = () => ({ result: {} });
    const task = {
      action: 'UpdateFirmware',
      payload: { location: 'https://u:s3cret@files.example/2.bin', retrieveDate: '2026-03-01T12:00:00Z' },
    };
    const created = await create({ task, targets: { firmwareVersion: '1' }, atOnce: 1 });
    expect(JSON.stringify(created.body)).not.toContain('s3cret');
    const { id } = created.body;
    await until('the first one is asked', () => edge.chargePoints.asked.length === 1);
    expect(edge.chargePoints.asked[0]?.payload.location).toContain('s3cret');
    await edge.send('CP-1', 'FirmwareStatusNotification', { status: 'Installed' });
    await until('the second one is asked', () => edge.chargePoints.asked.length === 2);
    await edge.send('CP-2', 'FirmwareStatusNotification', { status: 'InstallationFailed' });
    expect((await ended(id)).counts).toMatchObject({ succeeded: 1, failed: 1, total: 2 });
    const { items } = (await control.send('GET', `${path}/${id}/results`)).body;
    const job = await control.send('GET', `/api/v1/charge-points/CP-1/firmware-jobs/${items[0].jobId}`);
    expect(job.body).toMatchObject({ state: 'succeeded', status: 'Installed' });
  });

  test('tell whom a filter finds before they begin, and do not begin for nobody', async () => {
    const match = (query: string) => control.send('GET', `${path}/matches${query}`);
    expect(await match('?all=true')).toMatchObject({
      status: 200,
      body: { total: 3, sample: ['CP-1', 'CP-2', 'CP-3'] },
    });
    expect((await match('?firmwareVersion=1&idPrefix=CP-2')).body).toEqual({ total: 1, sample: ['CP-2'] });
    expect((await match('?group=nowhere')).body).toEqual({ total: 0, sample: [] });
    expect((await match('?all=false')).status).toBe(400);
    const refused = await create({ targets: { group: 'nowhere' } });
    expect(refused).toMatchObject({ status: 409, body: { error: { code: 'no_matching_charge_points' } } });
    expect((await control.send('GET', path)).body.items).toEqual([]);
  });

  test('find charge points by a tag', async () => {
    await control.send('PATCH', '/api/v1/charge-points/CP-2', { json: { tags: ['DC', 'north'] } });
    const { body } = await control.send('GET', `${path}/matches?tag=dc`);
    expect(body).toEqual({ total: 1, sample: ['CP-2'] });
  });

  test('end once so many have failed, and do the same again for those that did', async () => {
    edge.chargePoints.script = () => ({ error: 'NotSupported' });
    const { id, stopAfterFailed } = (await create({ atOnce: 1, stopAfterFailed: 2 })).body;
    expect(stopAfterFailed).toBe(2);
    await until('it has ended', async () => (await get(id)).state === 'aborted');
    expect(await get(id)).toMatchObject({
      endReason: 'too_many_failures',
      counts: { failed: 2, pending: 1, total: 3 },
    });
    expect(edge.chargePoints.asked).toHaveLength(2);

    edge.chargePoints.script = () => ({ result: { status: 'Accepted' } });
    const retry = (states: readonly string[]) =>
      control.send('POST', `${path}/${id}/retry`, { json: { states } });
    expect((await retry(['unknown'])).body.error.code).toBe('no_matching_charge_points');
    expect((await retry(['succeeded'])).status).toBe(422);
    const again = await retry(['failed']);
    expect(again).toMatchObject({
      status: 201,
      body: { name: 'test, again', task: clearCache, stopAfterFailed: 2, atOnce: 1, counts: { total: 2 } },
    });
    await ended(again.body.id);
    const rest = await retry(['pending']);
    expect((await ended(rest.body.id)).counts).toMatchObject({ succeeded: 1, total: 1 });
    const asked = edge.chargePoints.asked.map(({ chargePointId }) => chargePointId);
    expect(new Set(asked.slice(2, 4))).toEqual(new Set(asked.slice(0, 2)));
    expect(asked).toHaveLength(5);
  });

  test('are not retried while they run, nor without the secret that they had', async () => {
    edge.chargePoints.script = () => ({ result: { status: 'Rejected' } });
    const task = { action: 'ChangeConfiguration', payload: { key: 'WifiPassword', value: 'a-secret-word' } };
    const { id } = (await create({ task, startAt: '2099-01-01T00:00:00Z' })).body;
    const retry = () => control.send('POST', `${path}/${id}/retry`, { json: { states: ['pending'] } });
    expect((await retry()).body.error).toMatchObject({
      code: 'campaign_state',
      message: expect.stringContaining('it cannot be retried'),
    });
    await command(id, 'abort');
    expect((await retry()).body.error.code).toBe('campaign_secret_gone');
  });

  test('give a retried CALL a requestId of its own', async () => {
    edge.chargePoints.script = () => ({ result: { status: 'Rejected' } });
    const log = { remoteLocation: 'https://files.example/' };
    const task = { action: 'GetLog', payload: { logType: 'DiagnosticsLog', log } };
    const { id } = (await create({ task, targets: { ids: ['CP-1'] } })).body;
    await ended(id);
    await control.send('POST', `${path}/${id}/retry`, { json: { states: ['failed'] } });
    await until('it is asked again', () => edge.chargePoints.asked.length === 2);
    const [first, second] = edge.chargePoints.asked.map(({ payload }) => Number(payload.requestId));
    expect(second).toBeGreaterThan(first ?? Number.POSITIVE_INFINITY);
  });

  test('have their results as a file, which no spreadsheet takes for formulas', async () => {
    await edge.boot('=CP,1', {});
    edge.chargePoints.script = ({ chargePointId }) =>
      chargePointId === 'CP-2' ? { error: 'NotSupported' } : { result: { status: 'Accepted' } };
    const { id } = (await create({})).body;
    await ended(id);
    const { body: text, headers } = await control.send('GET', `${path}/${id}/results?format=csv&limit=1`);
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(headers.get('content-disposition')).toBe(`attachment; filename="farad-campaign-${id}.csv"`);
    const [head, first, ...others] = text.split('\r\n');
    expect(head).toBe('chargePointId,state,reason,attempts,askedAt,endedAt,jobId,answer');
    expect(first).toMatch(
      /^"'=CP,1",succeeded,Accepted,1,\d{4}-\d\d-\d\dT[\d:.]+Z,[^,]+,,"\{""kind"":""result""/,
    );
    expect(others.map((line: string) => line.split(',').slice(0, 3).join(' '))).toEqual([
      'CP-1 succeeded Accepted',
      'CP-2 failed NotSupported',
      'CP-3 succeeded Accepted',
      '',
    ]);
    const failed = await control.send('GET', `${path}/${id}/results?format=csv&state=failed`);
    expect(failed.body.trim().split('\r\n')).toHaveLength(2);
  });

  test('fill in the requestId that signed updates and logs need', async () => {
    const firmware = {
      location: 'https://files.example/2.bin',
      retrieveDateTime: '2026-03-01T12:00:00Z',
      ...RSA,
    };
    await create({
      task: { action: 'SignedUpdateFirmware', payload: { firmware } },
      targets: { ids: ['CP-1'] },
    });
    await until('it is asked', () => edge.chargePoints.asked.length === 1);
    expect(edge.chargePoints.asked[0]?.payload.requestId).toBeGreaterThan(0);
  });

  test('with an Idempotency-Key one is begun once, however often it is asked for', async () => {
    const again = (name: string) =>
      control.send('POST', path, {
        json: { name, task: clearCache, targets: { all: true }, startAt: '2099-01-01T00:00:00Z' },
        headers: { 'idempotency-key': 'k-1' },
      });
    const [first, second] = [await again('once'), await again('once')];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect((await control.send('GET', path)).body.items).toHaveLength(1);
    expect(await again('other')).toMatchObject({
      status: 422,
      body: { error: { code: 'idempotency_key_reused' } },
    });
  });

  test('are paused, resumed and aborted', async () => {
    const { id } = (await create({ startAt: '2099-01-01T00:00:00Z' })).body;
    expect((await get(id)).state).toBe('scheduled');
    expect(await command(id, 'pause')).toMatchObject({ status: 200, body: { state: 'paused' } });
    expect(await command(id, 'pause')).toMatchObject({
      status: 409,
      body: { error: { code: 'campaign_state' } },
    });
    expect((await command(id, 'resume')).body.state).toBe('scheduled');
    expect((await command(id, 'abort')).body).toMatchObject({ state: 'aborted', counts: { pending: 3 } });
    expect((await command(id, 'resume')).status).toBe(409);
    expect(edge.chargePoints.asked).toEqual([]);
    const list = await control.send('GET', `${path}?limit=1`);
    expect(list.body.items).toMatchObject([{ id }]);
  });

  test('bring local lists up to date', async () => {
    edge.chargePoints.script = ({ action }) =>
      ({
        GetConfiguration: { result: { unknownKey: ['SendLocalListMaxLength', 'LocalAuthListMaxLength'] } },
        GetLocalListVersion: { result: { listVersion: 0 } },
      })[action] ?? { result: { status: 'Accepted' } };
    const json = { scope: { chargePointId: 'CP-1' }, entries: [] };
    await control.send('PUT', '/api/v1/local-lists/own', { json });
    const { id } = (await create({ task: { localList: 'full' }, targets: { ids: ['CP-1', 'CP-2'] } })).body;
    await ended(id);
    expect((await control.send('GET', `${path}/${id}/results`)).body.items).toMatchObject([
      { chargePointId: 'CP-1', state: 'succeeded', reason: 'synced' },
      { chargePointId: 'CP-2', state: 'failed', reason: 'no_list' },
    ]);
  });

  test.each([
    ['an unknown action', { task: { action: 'Explode', payload: {} } }, 'invalid_body'],
    [
      'a payload that breaks its schema',
      { task: { action: 'Reset', payload: { type: 'Gentle' } } },
      'invalid_payload',
    ],
    ['two tasks', { task: { ...clearCache, localList: 'auto' } }, 'invalid_body'],
    ['nobody', { targets: {} }, 'invalid_body'],
    ['a name and a filter', { targets: { ids: ['CP-1'], group: 'x' } }, 'invalid_body'],
    ['charge points that nobody knows', { targets: { ids: ['CP-1', 'NOBODY'] } }, 'invalid_body'],
    ['a time without zone', { startAt: '2026-03-01T12:00:00' }, 'invalid_body'],
    ['nobody at a time', { atOnce: 0 }, 'invalid_body'],
  ])('refuse %s', async (_what, json, code) => {
    const answer = await create(json);
    expect(answer).toMatchObject({ status: 422, body: { error: { code } } });
    expect((await control.send('GET', path)).body.items).toEqual([]);
  });

  test('that nobody created are 404', async () => {
    expect((await control.send('GET', `${path}/none`)).body.error.code).toBe('unknown_campaign');
    expect((await control.send('GET', `${path}/none/results`)).status).toBe(404);
    expect((await command('none', 'pause')).status).toBe(404);
  });

  test('L5, L9: of security take a charge point through their steps, which are shown without the password', async () => {
    const { store } = control;
    edge.chargePoints.script = ({ chargePointId, payload }) =>
      chargePointId === 'CP-2' && (payload as { key?: string }).key === 'SecurityProfile'
        ? { result: { status: 'Rejected' } }
        : { result: { status: 'Accepted' } };
    const created = await create({
      task: { security: 'raise-profile', profile: 1 },
      targets: { ids: ['CP-1', 'CP-2'] },
    });
    expect(created).toMatchObject({ status: 201, body: { task: { security: 'raise-profile', profile: 1 } } });
    const { id } = created.body;
    const keys = () => edge.chargePoints.asked.map(({ payload }) => payload.key);
    await until('both have a password', async () => keys().length === 2);
    for (const one of ['CP-1', 'CP-2']) await edge.boot(one);
    await until('both were told to use the profile', async () => keys().length === 4);
    expect(keys().slice(2)).toEqual(['SecurityProfile', 'SecurityProfile']);
    await store.security.connected('CP-1', store.settings.get('CP-1'), 1, Date.now());
    await ended(id);
    const { items } = (await control.send('GET', `${path}/${id}/results`)).body;
    expect(items).toMatchObject([
      { chargePointId: 'CP-1', state: 'succeeded', reason: 'reached', jobId: null, attempts: 2 },
      { chargePointId: 'CP-2', state: 'failed', reason: 'security_profile: Rejected' },
    ]);
    expect(items[0].steps).toMatchObject([
      { name: 'authorization_key', answer: { kind: 'result', payload: { status: 'Accepted' } } },
      { name: 'security_profile' },
    ]);
    const password = String(edge.chargePoints.asked[0]?.payload.value);
    expect(JSON.stringify([items, created.body, control.log])).not.toContain(password);
  });

  test('L26: a root goes out as charge points know PEM, and has to fit into InstallCertificate like that', async () => {
    const { certificate } = await createTestAuthority();
    const given = `Certificate:\n${' '.repeat(5500)}\n${certificate.replaceAll('\n', '\r\n')}`;
    const withRoot = (rootCertificate: string) =>
      create({ task: { security: 'raise-profile', profile: 1, rootCertificate } });
    expect((await withRoot(given)).body.task.rootCertificate).toBe(normalisePem(certificate, 'CERTIFICATE'));
    const tooLong = writePem('CERTIFICATE', Buffer.alloc(4500));
    expect((await withRoot(tooLong)).body.error.code).toBe('invalid_payload');
  });

  test.each([
    [{ security: 'raise-profile' }, 'invalid_body'],
    [{ security: 'raise-profile', profile: 0 }, 'invalid_body'],
    [{ security: 'rotate-password', profile: 1 }, 'invalid_body'],
    [{ security: 'renew-certificate', rootCertificate: 'x' }, 'invalid_body'],
    [{ security: 'raise-profile', profile: 2 }, 'likely_refused'],
    [{ security: 'raise-profile', profile: 1, rootCertificate: 'x' }, 'likely_refused'],
    [{ security: 'lower-profile' }, 'invalid_body'],
  ])('of security refuse %j', async (task, code) => {
    expect((await create({ task })).body.error.code).toBe(code);
    expect(edge.chargePoints.asked).toEqual([]);
  });
});
