import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ChargePointCall, Disconnect } from '../../src/link/methods.ts';
import { type ControlUnderTest, startControl } from '../support/control-under-test.ts';
import { until } from '../support/until.ts';

const path = '/api/v1/charge-points/CP-1';
const key = 'sixteen-bytes-ok';

const certificate = {
  sha256: 'ab',
  serial: '1',
  chargePointId: 'CP-1',
  commonName: 'SN-1',
  organization: 'Acme',
  authority: null,
  notBefore: 0,
  notAfter: Date.now() + 60_000,
  pem: 'x',
  issuedAt: 1,
  installedAt: null,
  revokedAt: null,
  reason: null,
  closing: false,
} as const;

/** A request that nobody goes on with while the test looks at it. */
const SIGNING = {
  csr: 'x',
  receivedAt: Date.now(),
  state: 'received',
  problem: null,
  attempts: 0,
  sendings: 0,
  nextAt: Number.MAX_SAFE_INTEGER,
  reference: null,
  sentAt: null,
  sha256: null,
  chain: null,
  endedAt: null,
} as const;

describe('security of a charge point', () => {
  let control: ControlUnderTest;
  let calls: ChargePointCall[];
  let closed: Disconnect[];

  const start = async (endpoints: readonly string[] = []): Promise<void> => {
    control = await startControl((config) => ({ ...config, ocpp: { ...config.ocpp, endpoints } }));
    calls = [];
    closed = [];
    const edge = control.process('edge-0');
    edge.serve('edge.disconnect', (request) => {
      closed.push(request);
      return { closed: true };
    });
    edge.serve('edge.call', (call) => {
      calls.push(call);
      return { outcome: 'result', messageId: 'm', payload: { status: 'Accepted' }, durationMs: 1 };
    });
    await control.store.chargePoints.register('CP-1', 1, 10);
  };
  beforeEach(() => start());
  afterEach(() => control.close());

  const send = (method: string, at: string, json?: unknown, headers = {}) =>
    control.send(method, `${path}${at}`, { ...(json !== undefined && { json }), headers });
  const connectedOn = (securityProfile: 0 | 1 | 2 | 3) =>
    control.store.sessions.claim({
      chargePointId: 'CP-1',
      edge: 'edge-0',
      connectedAt: 1_750_000_000_000,
      remoteAddress: '192.0.2.1',
      securityProfile,
    });
  const change = (value: string, name = 'SecurityProfile', query = '') =>
    send('PUT', `/configuration/${encodeURIComponent(name)}${query}`, { value });
  const code = ({ status, body }: { status: number; body: { error?: { code: string } } }) =>
    `${status} ${body.error?.code ?? 'ok'}`;
  const operator = async () => {
    const made = await control.send('POST', '/api/v1/api-keys', { json: { id: 'op', role: 'operator' } });
    return { authorization: `Bearer ${made.body.key}` };
  };

  test('shows profile, what is pending, connection, age of the password and what each profile lacks', async () => {
    const before = Date.now();
    await send('PUT', '', { key, serialNumber: 'SN-1' });
    await connectedOn(1);
    await control.store.security.leaving('CP-1', control.store.settings.get('CP-1'), {
      profile: 2,
      messageId: 'm',
      since: 5,
    });
    const { body } = await send('GET', '/security');
    expect(body).toMatchObject({
      profile: null,
      profileFrom: null,
      pending: [{ profile: 2, accepted: false }],
      connection: { profile: 1, certificate: null },
      serialNumber: 'SN-1',
      password: { state: 'held', setBy: 'operator' },
      certificates: [],
      missing: [
        { profile: 1, items: [] },
        { profile: 2, items: [{ code: 'tls_endpoint' }, { code: 'central_system_root' }] },
        {
          profile: 3,
          items: [{ code: 'tls_endpoint' }, { code: 'central_system_root' }, { code: 'client_certificate' }],
        },
      ],
    });
    expect(Date.parse(body.password.setAt)).toBeGreaterThanOrEqual(before);
    expect(JSON.stringify(body)).not.toMatch(/hmac|sixteen/);
    await control.store.givenKeys.leaving('CP-1', control.store.settings.get('CP-1'), 'm2', ['hash'], 7);
    expect((await send('GET', '/security')).body.password).toEqual({
      state: 'changing',
      setAt: '1970-01-01T00:00:00.007Z',
      setBy: 'ocpp',
    });
    expect(code(await control.send('GET', '/api/v1/charge-points/NOBODY/security'))).toBe(
      '404 unknown_charge_point',
    );
  });

  test('L3: a SecurityProfile that is not higher never leaves, whichever way it is asked for', async () => {
    await send('PUT', '', { key, securityProfile: 1 });
    for (const [value, name] of [
      ['1'],
      ['0'],
      ['01'],
      [' 2'],
      ['', 'securityprofile'],
      ['1', ' SECURITYPROFILE '],
    ]) {
      const answer = await change(value as string, name);
      expect(code(answer), `${name}=${value}`).toBe('409 security_profile_not_raised');
      expect(answer.body.error.details).toEqual({ current: 1 });
    }
    expect(code(await change('1', 'SecurityProfile', '?force=true'))).toBe('409 security_profile_not_raised');
    const raw = await send('POST', '/calls/ChangeConfiguration?force=true', {
      key: 'SecurityProfile',
      value: '0',
    });
    expect(code(raw)).toBe('409 security_profile_not_raised');
    expect(calls).toEqual([]);
    // Connected with 2 and not fixed: that is not to be lowered either.
    await send('PUT', '/security', { profile: null, reason: 'to see' });
    await connectedOn(2);
    expect(code(await change('2'))).toBe('409 security_profile_not_raised');
  });

  test('the fleet is counted by profile, and found by profile and by the end of certificates', async () => {
    await send('PUT', '', { key });
    await connectedOn(1);
    await control.send('PUT', '/api/v1/charge-points/CP-2', { json: { key, securityProfile: 2 } });
    await control.send('PUT', '/api/v1/charge-points/CP-3', { json: {} });
    const { store } = control;
    await store.security.leaving('CP-1', store.settings.get('CP-1'), {
      profile: 2,
      messageId: 'm',
      since: 5,
    });
    const soon = Date.now() + 20 * 24 * 3_600_000;
    const late = Date.now() + 90 * 24 * 3_600_000;
    const put = (sha256: string, notAfter: number, state: 'installed' | 'issued' | 'revoked', cp = 'CP-2') =>
      store.certificates.put({ ...certificate, chargePointId: cp, sha256, serial: sha256, notAfter, state });
    await put('a1', soon, 'installed');
    // Nobody knows whether it has this one, and that one is gone.
    await put('a2', late, 'issued');
    await put('a3', late, 'revoked');
    await put('b1', late, 'issued', 'CP-3');
    const signing = { ...SIGNING, chargePointId: 'CP-3', id: 's', seq: 1 };
    await store.signings.add(signing);
    const counts = await until('they are counted', async () => {
      const { body } = await control.send('GET', '/api/v1/security');
      return body.chargePoints === 3 && body.certificates.good === 1 && body;
    });
    expect(counts).toMatchObject({
      profiles: { 0: 0, 1: 1, 2: 1, 3: 0, unknown: 1 },
      pending: 1,
      minProfile: 0,
      certificates: { good: 1, expiring: 1, expired: 0 },
      requests: { open: 1, failed: 0 },
    });
    const found = async (query: string) =>
      (await control.send('GET', `/api/v1/charge-points?${query}`)).body.items.map(
        (one: { id: string }) => one.id,
      );
    expect(await found('securityProfile=2')).toEqual(['CP-2']);
    expect(await found('securityProfile=unknown')).toEqual(['CP-3']);
    expect(await found('certificateExpiresWithin=30')).toEqual(['CP-2']);
    expect(await found('sort=-certificateExpiresAt')).toEqual(['CP-1', 'CP-3', 'CP-2']);
    const { body: shown } = await control.send('GET', '/api/v1/charge-points/CP-2');
    expect(shown.security).toEqual({
      profile: 2,
      pending: false,
      certificateExpiresAt: new Date(soon).toISOString(),
    });

    const requests = async (which: string) =>
      (await control.send('GET', `/api/v1/certificate-requests?which=${which}`)).body.items.map(
        (one: { id: string }) => one.id,
      );
    expect([await requests('open'), await requests('failed')]).toEqual([['s'], []]);
    await store.signings.change('s', ['received'], { state: 'refused', problem: 'no' });
    expect([await requests('open'), await requests('failed')]).toEqual([[], ['s']]);
    const both = await control.send('GET', '/api/v1/certificate-requests?which=open&chargePointId=CP-3');
    expect(code(both)).toBe('400 invalid_parameter');
  });

  test('L5: what a profile lacks is named, and with force it is sent all the same', async () => {
    expect(await change('1')).toMatchObject({
      status: 409,
      body: {
        error: {
          code: 'security_prerequisites_missing',
          message: expect.stringContaining('no key is set'),
          details: { missing: [{ code: 'authorization_key' }] },
        },
      },
    });
    const two = await send('POST', '/calls/ChangeConfiguration', { key: 'SecurityProfile', value: '2' });
    expect(two.body.error.details.missing.map((one: { code: string }) => one.code)).toEqual([
      'authorization_key',
      'tls_endpoint',
      'central_system_root',
    ]);
    expect(calls).toEqual([]);
    expect(code(await change('2', 'SecurityProfile', '?force=true'))).toBe('200 ok');
    await send('PUT', '', { key });
    expect(code(await change('1'))).toBe('200 ok');
    expect(calls.map(({ payload }) => (payload as { value: string }).value)).toEqual(['2', '1']);
    expect(code(await change('3600', 'HeartbeatInterval'))).toBe('200 ok');
  });

  test('L5: with an endpoint, a root and a certificate nothing is missing', async () => {
    await control.close();
    await start(['wss://127.0.0.1:0']);
    await send('PUT', '', { key });
    await control.store.installedCertificates.installed('CP-1', 'CentralSystemRootCertificate', {
      pem: 'x',
      at: 1,
    });
    expect(code(await change('2'))).toBe('200 ok');
    const three = await change('3');
    expect(three.body.error.details.missing).toMatchObject([{ code: 'client_certificate' }]);
    await control.store.certificates.put({ ...certificate, state: 'revoked' });
    expect(code(await change('3'))).toBe('409 security_prerequisites_missing');
    await control.store.certificates.put({ ...certificate, state: 'issued' });
    expect(code(await change('3'))).toBe('200 ok');
    expect((await send('GET', '/security')).body.certificates).toMatchObject([
      { sha256: 'ab', state: 'issued' },
    ]);
  });

  test('L3: lowering takes an admin, a reason and one charge point, and is in the audit trail', async () => {
    await send('PUT', '', { key, securityProfile: 1 });
    await connectedOn(1);
    const op = await operator();
    expect(code(await send('PUT', '/security', { profile: 0, reason: 'x' }, op))).toBe('403 forbidden');
    expect(code(await send('PUT', '/security', { profile: null, reason: 'x' }, op))).toBe('403 forbidden');
    expect(code(await send('PUT', '/security', { profile: 0 }))).toBe('409 reason_missing');
    for (const method of ['PUT', 'PATCH']) {
      expect(code(await send(method, '', { securityProfile: 0 }))).toBe('409 security_profile_lowered');
      expect(code(await send(method, '', { securityProfile: null }))).toBe('409 security_profile_lowered');
    }
    await send('PUT', '', { note: 'other' });
    expect((await send('GET', '/security')).body.profile).toBe(1);
    expect(closed).toHaveLength(1);
    const lowered = await send('PUT', '/security', { profile: 0, reason: 'modem without a password' });
    expect(lowered).toMatchObject({ status: 200, body: { profile: 0, profileFrom: 'operator' } });
    expect(closed.at(-1)).toMatchObject({ chargePointId: 'CP-1', reason: 'security profile changed' });
    const { body } = await control.send('GET', '/api/v1/audit?operation=putChargePointSecurity');
    expect(body.items[0]).toMatchObject({
      operation: 'putChargePointSecurity',
      target: { id: 'CP-1' },
      request: expect.stringContaining('modem without a password'),
      status: 200,
    });
    // Nothing was sent to the charge point.
    expect(calls).toEqual([]);
  });

  test('L3: what was reached over OCPP is not lowered by settings, of a charge point without any either', async () => {
    await control.store.security.leaving('CP-1', undefined, { profile: 2, messageId: 'm', since: 5 });
    await control.store.security.connected('CP-1', undefined, 2, 6);
    expect(code(await send('PUT', '', { securityProfile: 1 }))).toBe('409 security_profile_lowered');
    expect(code(await send('PUT', '', { note: 'x' }))).toBe('201 ok');
    expect((await send('GET', '/security')).body).toMatchObject({
      profile: 2,
      profileFrom: 'charge-point',
      reachedAt: '1970-01-01T00:00:00.006Z',
    });
  });

  test('what is pending is withdrawn by a decision, and an operator may raise', async () => {
    await send('PUT', '', { key });
    const op = await operator();
    const settings = () => control.store.settings.get('CP-1');
    await control.store.security.leaving('CP-1', settings(), { profile: 2, messageId: 'm', since: 5 });
    expect((await send('GET', '/security')).body.pending).toHaveLength(1);
    const withdrawn = await send('PUT', '/security', { profile: null }, op);
    expect(withdrawn).toMatchObject({ status: 200, body: { profile: null, pending: [] } });
    expect(control.store.keys.verify(Buffer.from(key), settings()?.keyHash)).toBe(true);
    expect(await send('PUT', '/security', { profile: 1 }, op)).toMatchObject({
      status: 200,
      body: { profile: 1 },
    });
    expect(code(await send('PUT', '/security', { profile: 2 }, op))).toBe(
      '409 security_prerequisites_missing',
    );
    expect(await send('PUT', '/security?force=true', { profile: 2 }, op)).toMatchObject({ status: 200 });
    expect(code(await send('PATCH', '', { serialNumber: 'SN-9' }, op))).toBe('403 forbidden');
  });

  test.each([
    { profile: 4 },
    { profile: '2' },
    {},
    { profile: 1, reason: '' },
    { profile: 1, colour: 'red' },
  ])('refuses %j', async (decision) => {
    expect(code(await send('PUT', '/security', decision))).toBe('422 invalid_body');
  });

  test('L3, L5: a campaign sends no profile that is not higher or lacks something, and says so per charge point', async () => {
    await send('PUT', '', { key, securityProfile: 1 });
    await connectedOn(1);
    const campaign = async (value: string, query = '') => {
      const created = await control.send('POST', `/api/v1/campaigns${query}`, {
        json: {
          name: 'raise',
          task: { action: 'ChangeConfiguration', payload: { key: 'SecurityProfile', value } },
          targets: { ids: ['CP-1'] },
        },
      });
      let item = { state: '', reason: null };
      await until('the charge point has a result', async () => {
        const { body } = await control.send('GET', `/api/v1/campaigns/${created.body.id}/results`);
        item = body.items[0];
        return item !== undefined && item.state !== 'pending' && item.state !== 'asking';
      });
      return `${item.state} ${item.reason}`;
    };
    expect(await campaign('1', '?force=true')).toBe('failed security_profile_not_raised');
    expect(await campaign('2')).toBe('failed security_prerequisites_missing');
    expect(calls).toEqual([]);
    expect(await campaign('2', '?force=true')).toBe('succeeded Accepted');
    expect(calls).toMatchObject([{ payload: { key: 'SecurityProfile', value: '2' } }]);
  });
});
