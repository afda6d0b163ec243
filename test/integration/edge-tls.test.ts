import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionOptions, SecureVersion } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EdgeUnderTest, startEdgeUnderTest } from '../support/edge-under-test.ts';
import { OcppClient } from '../support/ocpp-client.ts';
import {
  createTestAuthority,
  type TestAuthority,
  type TestCertificate,
  writePem,
} from '../support/test-certificates.ts';
import { shakeHands } from '../support/tls-clients.ts';
import { until } from '../support/until.ts';

const directory = mkdtempSync(join(tmpdir(), 'farad-tls-'));
let authority: TestAuthority;
let edge: EdgeUnderTest;

const ports = (): number[] => edge.edge.endpoints.map(({ url }) => Number(new URL(url).port));
const secure = (): number => ports()[1] as number;
const trusting = (more: ConnectionOptions = {}): ConnectionOptions => ({
  ca: authority.certificate,
  ...more,
});

beforeAll(async () => {
  authority = await createTestAuthority();
  const pairs = { ec: await authority.issue(), rsa: await authority.issue({ algorithm: 'rsa' }) };
  const files = Object.entries(pairs).map(([name, { certificate, key }]) => ({
    certificate: writePem(directory, `${name}.pem`, certificate),
    key: writePem(directory, `${name}.key`, key),
  }));
  edge = await startEdgeUnderTest({
    flags: {
      'ocpp-endpoints': 'ws://127.0.0.1:0,wss://127.0.0.1:0?transport=ws',
      'ocpp-tls-certificates': files.map(({ certificate }) => certificate).join(),
      'ocpp-tls-keys': files.map(({ key }) => key).join(),
    },
  });
});
afterAll(async () => {
  await edge.close();
  rmSync(directory, { recursive: true, force: true });
});

test('plain and TLS stand side by side: a charge point is served on either, and the newest connection wins', async () => {
  const [plain] = ports();
  expect(edge.edge.endpoints.map(({ url }) => url)).toEqual([
    `ws://127.0.0.1:${plain}/ocpp`,
    `wss://127.0.0.1:${secure()}/ocpp`,
  ]);
  const first = await OcppClient.connect(plain as number, 'CP-1');
  await first.boot();
  const second = await OcppClient.connect(secure(), 'CP-1', { tls: trusting() });
  expect(await second.request('Heartbeat', {})).toHaveProperty('currentTime');
  expect(await first.closed).toMatchObject({ reason: 'replaced by a newer connection' });
  await second.close();
  expect(edge.metric('farad_tls_handshakes_total', { result: 'full' })).toBe(1);
});

test('L12: TLS 1.2 and 1.3 are spoken, 1.1 and 1.0 are not', async () => {
  const speak = async (version: SecureVersion): Promise<string | null> => {
    // Only at security level 0 does the client itself speak the old ones.
    const legacy = { minVersion: version, maxVersion: version, ciphers: 'ALL:@SECLEVEL=0' };
    const socket = await shakeHands(secure(), trusting(legacy));
    const spoken = socket.getProtocol();
    socket.destroy();
    return spoken;
  };
  expect(await speak('TLSv1.3')).toBe('TLSv1.3');
  expect(await speak('TLSv1.2')).toBe('TLSv1.2');
  for (const old of ['TLSv1.1', 'TLSv1'] as const) {
    await expect(speak(old)).rejects.toMatchObject({ code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' });
  }
});

test.each([
  ['ECDHE-ECDSA-AES128-GCM-SHA256'],
  ['ECDHE-ECDSA-AES256-GCM-SHA384'],
  ['AES128-GCM-SHA256'],
  ['AES256-GCM-SHA384'],
])('L13: the suite %s is spoken', async (ciphers) => {
  const socket = await shakeHands(secure(), trusting({ ciphers, maxVersion: 'TLSv1.2' }));
  expect(socket.getCipher().name).toBe(ciphers);
  socket.destroy();
});

test.each([['AES128-SHA'], ['ECDHE-RSA-AES128-SHA'], ['ECDHE-ECDSA-AES256-SHA384'], ['AECDH-NULL-SHA']])(
  'L12: the weak suite %s is refused',
  async (suite) => {
    const weak = { ciphers: `${suite}:@SECLEVEL=0`, maxVersion: 'TLSv1.2' as const };
    await expect(shakeHands(secure(), trusting(weak))).rejects.toMatchObject({
      code: expect.stringMatching(/ALERT_HANDSHAKE_FAILURE/),
    });
  },
);

test('L12: nobody may negotiate anew within a connection', async () => {
  const socket = await shakeHands(secure(), trusting({ maxVersion: 'TLSv1.2' }));
  const refused = await new Promise<Error | null>((resolve) => {
    socket.once('error', resolve);
    socket.renegotiate({ rejectUnauthorized: true }, (error) => resolve(error));
  });
  socket.destroy();
  expect(refused).toMatchObject({ code: 'ERR_SSL_NO_RENEGOTIATION' });
});

test.each(['TLSv1.2', 'TLSv1.3'] as const)('a session of before is resumed over %s', async (maxVersion) => {
  const resumed = (): number => edge.metric('farad_tls_handshakes_total', { result: 'resumed' });
  const before = resumed();
  const first = await shakeHands(secure(), trusting({ maxVersion }));
  // With TLS 1.3 tickets come after the handshake, with the first that is read.
  const told = new Promise<Buffer>((resolve) => first.once('session', resolve));
  first.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const session = maxVersion === 'TLSv1.3' ? await told : (first.getSession() as Buffer);
  first.destroy();
  const second = await shakeHands(secure(), trusting({ maxVersion, session }));
  expect(second.isSessionReused()).toBe(true);
  await until('it is counted', () => resumed() === before + 1);
  second.destroy();
});

test.each([
  ['ocpp-tls-keys', 'absent.key', /^ocpp\.tls\.keys: cannot read .*absent\.key: ENOENT$/],
  ['ocpp-tls-ciphers', 'NO-SUCH-SUITE', /^ocpp\.tls\.ciphers cannot be used: /],
])('a start with a wrong %s is refused with its name', async (flag, value, message) => {
  const flags = {
    'ocpp-endpoints': 'wss://127.0.0.1:0',
    'ocpp-tls-certificates': join(directory, 'ec.pem'),
    'ocpp-tls-keys': join(directory, 'ec.key'),
  };
  const wrong = value.endsWith('.key') ? join(directory, value) : value;
  await expect(startEdgeUnderTest({ flags: { ...flags, [flag]: wrong } })).rejects.toThrow(message);
});

test('an endpoint that demands a certificate refuses who has none, or one of somebody else, in words', async () => {
  const [ours, foreign] = [await createTestAuthority('Ours'), await createTestAuthority('Foreign')];
  const demanding = await startEdgeUnderTest({
    flags: {
      'ocpp-endpoints': 'wss://127.0.0.1:0?clientCertificate=require',
      'ocpp-tls-certificates': join(directory, 'ec.pem'),
      'ocpp-tls-keys': join(directory, 'ec.key'),
      'ocpp-tls-client-cas': writePem(directory, 'clients.pem', ours.certificate),
    },
  });
  try {
    const connect = async (pair?: TestCertificate): Promise<OcppClient> => {
      const shown = pair && { cert: pair.certificate, key: pair.key };
      return OcppClient.connect(demanding.edge.port, 'CP-9', { tls: trusting(shown) });
    };
    await expect(connect()).rejects.toThrow('HTTP 403');
    await expect(connect(await foreign.issue())).rejects.toThrow('HTTP 403');
    expect(demanding.metric('farad_refused_upgrades_total', { reason: 'certificate_missing' })).toBe(1);
    expect(demanding.metric('farad_refused_upgrades_total', { reason: 'certificate_untrusted' })).toBe(1);
    await until('they are rows', () => demanding.rows('connections').length === 2);
    expect(demanding.rows('connections').map(({ reason }) => reason)).toEqual([
      'this endpoint demands a client certificate',
      'the client certificate is not trusted: UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ]);
    await demanding.store.settings.put({ id: 'CP-9', serialNumber: 'SN-9' });
    await (await connect(await ours.issue({ commonName: 'SN-9' }))).close();
  } finally {
    await demanding.close();
  }
});
