import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Authority, type AuthorityKeys, createAuthority } from '../../src/certificates/authority.ts';
import { issueCertificate } from '../../src/certificates/issue.ts';
import { readSigningRequest } from '../../src/certificates/signing-request.ts';
import { type OwnGateway, startOwnGateway } from '../../src/certify/own-gateway.ts';
import { ELLIPTIC } from '../support/firmware-signers.ts';
import { OcppClient } from '../support/ocpp-client.ts';
import { makeSigningRequest } from '../support/signing-requests.ts';
import {
  type CertificateWishes,
  CODE_SIGNING,
  createTestAuthority,
  type TestAuthority,
  type TestCertificate,
  writePem,
} from '../support/test-certificates.ts';
import { until } from '../support/until.ts';

/**
 * The 15 security cases against certificates that are wrong. Six of them are about how a charge point
 * connects (073, 079, 083, 085 to 088: the log of 079 has no certificate but that of its connection), and
 * eight about certificates that are signed, installed, or sent along with firmware.
 */

const MAIN = new URL('../../dist/main.js', import.meta.url).pathname;
const DAY_MS = 24 * 3_600_000;
const CPO = 'Acme';
const past = () => new Date(Date.now() - 60_000);

const directory = mkdtempSync(join(tmpdir(), 'farad-wrong-certificates-'));
const password = randomBytes(20);
let gateway: OwnGateway;
let hook: Server;
let clients: TestAuthority;
let foreign: TestAuthority;
let maker: TestAuthority;

async function api<Answer>(
  method: string,
  path: string,
  body?: object,
  status = [200, 201],
): Promise<Answer> {
  const response = await fetch(`${gateway.apiUrl}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${gateway.apiKey}`,
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!status.includes(response.status)) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text) as Answer;
}

interface Refused {
  readonly error: { readonly code: string; readonly message: string };
}
const refusedBy = async (path: string, body: object): Promise<string> => {
  const { error } = await api<Refused>('POST', path, body, [422]);
  return `${error.code}: ${error.message}`;
};

beforeAll(async () => {
  [clients, foreign, maker] = await Promise.all([
    createTestAuthority('Clients'),
    createTestAuthority('Foreign'),
    createTestAuthority('Volt Works'),
  ]);
  const outside = await createAuthority({
    algorithm: 'ecdsa-p256',
    commonName: 'Outside',
    organization: CPO,
    now: Date.now(),
  });
  hook = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', async () => {
      const { chargePointId, csr } = JSON.parse(Buffer.concat(parts).toString()) as Record<string, string>;
      response.end(await signedOutside(outside, `${chargePointId}`, `${csr}`));
    });
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  gateway = await startOwnGateway([process.execPath, MAIN], {
    'ocpp-endpoints': 'ws://127.0.0.1:0,wss://127.0.0.1:0?transport=ws&clientCertificate=ask',
    'ocpp-tls-client-cas': writePem(directory, 'ca.pem', clients.certificate),
    'security-cpo-name': CPO,
    'security-signing-hook': `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`,
  });
  await api('POST', '/manufacturer-roots', { certificate: maker.certificate });
}, 120_000);
afterAll(async () => {
  await gateway?.stop();
  hook.close();
  rmSync(directory, { recursive: true, force: true });
});

/** What the outside authority makes of a request: what is wrong stands in the name of the charge point. */
async function signedOutside(
  { authority, keys }: { readonly authority: Authority; readonly keys: AuthorityKeys },
  chargePointId: string,
  csr: string,
): Promise<string> {
  const own = chargePointId.endsWith('foreign') ? (await makeSigningRequest('ec')).csr : csr;
  const request = await readSigningRequest(own);
  if (!request) throw new TypeError('the request cannot be read');
  const lifetime = chargePointId.endsWith('expired') ? -1000 : 90 * DAY_MS;
  return (await issueCertificate(authority, keys.issuingKey, { request, now: Date.now(), lifetime })).pem;
}

const KINDS = ['expired', 'foreign', 'other', 'revoked', 'weak'] as const;
type Kind = (typeof KINDS)[number];

/** A client certificate of the charge point with this serial number that is wrong in one way. */
async function wrongCertificate(kind: Kind, id: string, commonName: string): Promise<TestCertificate> {
  const wishes: Readonly<Record<Kind, CertificateWishes>> = {
    expired: { notAfter: past() },
    foreign: {},
    other: { commonName: `${commonName}-OTHER` },
    revoked: {},
    weak: { algorithm: 'rsa', bits: 1024 },
  };
  const authority = kind === 'foreign' ? foreign : clients;
  const made = await authority.issue({ commonName, organization: CPO, ...wishes[kind] });
  if (kind === 'revoked') await revoke(id, made.certificate);
  return made;
}

async function revoke(chargePointId: string, certificate: string): Promise<void> {
  const { sha256 } = await api<{ sha256: string }>('POST', '/certificates', { chargePointId, certificate });
  await api('POST', `/certificates/${sha256}/revoke`, { reason: 'keyCompromise' });
}

interface Shown {
  readonly certificate?: TestCertificate;
  readonly password?: Buffer;
  readonly protocols?: readonly string[];
  readonly maxVersion?: 'TLSv1.2';
}

function connect(id: string, { certificate, password, protocols, maxVersion }: Shown): Promise<OcppClient> {
  const pair = password && Buffer.concat([Buffer.from(`${id}:`), password]).toString('base64');
  return OcppClient.connect(Number(new URL(gateway.secure.url).port), id, {
    ...(pair && { headers: { authorization: `Basic ${pair}` } }),
    ...(protocols && { subprotocols: protocols }),
    tls: {
      ca: gateway.secure.ca,
      servername: 'localhost',
      ...(maxVersion && { maxVersion }),
      ...(certificate && { cert: certificate.certificate, key: certificate.key }),
    },
  });
}

/** The HTTP status that a connection is refused with. */
async function refused(id: string, shown: Shown): Promise<string> {
  try {
    await (await connect(id, shown)).close();
    return 'let in';
  } catch (error) {
    return (error as Error).message;
  }
}

interface Row {
  readonly chargePointId: string;
  readonly source?: string;
  readonly event?: string;
  readonly type?: string;
  readonly reason: string;
  readonly techInfo?: string;
  readonly code?: number;
}

describe('connections with a wrong certificate', () => {
  /** What the charge point shows beside its certificate, and on which profile it has to be. */
  const cases: readonly [id: string, profile: 2 | 3, beside: Omit<Shown, 'certificate'>][] = [
    ['TC_073', 3, { password }],
    ['TC_079', 3, {}],
    ['TC_083', 2, {}],
    ['TC_085', 3, { password }],
    ['TC_086', 3, { maxVersion: 'TLSv1.2' }],
    ['TC_087', 3, {}],
    ['TC_088', 3, { protocols: ['ocpp0.1', 'ocpp1.6'] }],
  ];
  const REASONS: Readonly<Record<Kind, readonly [reason: string, words: RegExp]>> = {
    expired: ['certificate_expired', /it has expired/],
    foreign: ['certificate_untrusted', /no client CA of this endpoint/],
    other: ['certificate_identity', /common name \(CN\) is ".*-OTHER" and not the serial number/],
    revoked: ['certificate_revoked', /it is revoked: keyCompromise/],
    weak: ['certificate_weak', /1024 bits|too short/],
  };
  const attempts = cases.flatMap(([name, profile, beside]) =>
    KINDS.map((kind) => [name, kind, profile, beside] as const),
  );
  const [from, to] = [-1, 1].map((days) => new Date(Date.now() + days * DAY_MS).toISOString());
  const today = `from=${from}&to=${to}`;
  const got = new Map<string, string>();
  let events: readonly Row[] = [];
  let connections: readonly Row[] = [];

  beforeAll(async () => {
    for (const [name, kind, profile, beside] of attempts) {
      const id = `${name}-${kind}`;
      const settings = {
        serialNumber: `SN-${id}`,
        securityProfile: profile,
        keyHex: password.toString('hex'),
      };
      await api('PUT', `/charge-points/${id}`, settings);
      if (name === 'TC_083') await tellToRaise(id);
      const certificate = await wrongCertificate(kind, id, `SN-${id}`);
      got.set(id, await refused(id, { ...beside, certificate }));
    }
    await until('all of it can be looked up', async () => {
      const [one, other] = await Promise.all([
        api<{ rows: Row[] }>('GET', '/security-events?source=farad&limit=1000'),
        api<{ rows: Row[] }>('GET', `/analytics/connections?${today}&limit=1000`),
      ]);
      events = one.rows;
      connections = other.rows.filter(({ event }) => event === 'refused');
      return events.length >= attempts.length && connections.length >= attempts.length;
    });
  }, 120_000);

  /** It is on profile 2, and has accepted to use 3. */
  async function tellToRaise(id: string): Promise<void> {
    const client = await connect(id, { password });
    await client.boot();
    const payload = { key: 'SecurityProfile', value: '3' };
    const call = api('POST', `/charge-points/${id}/calls/ChangeConfiguration?force=true`, payload);
    const [, messageId] = await client.next();
    client.send([3, messageId, { status: 'Accepted' }]);
    await call;
    await client.close();
  }

  test.each(attempts)(
    'L15, L16: %s with one that is %s: refused, and written down in words',
    (name, kind) => {
      const id = `${name}-${kind}`;
      const [reason, words] = REASONS[kind];
      expect(got.get(id)).toBe('HTTP 403');
      expect(events.filter(({ chargePointId }) => chargePointId === id)).toMatchObject([
        { type: 'InvalidChargePointCertificate', reason, techInfo: expect.stringMatching(words) },
      ]);
      expect(connections.filter(({ chargePointId }) => chargePointId === id)).toMatchObject([
        { code: 403, reason: expect.stringMatching(words) },
      ]);
    },
  );

  test.each(KINDS)(
    'L4: TC_083 with one that is %s raises nothing: the password still opens',
    async (kind) => {
      const id = `TC_083-${kind}`;
      await (await connect(id, { password })).close();
      const { profile, pending } = await api<{ profile: number; pending: readonly object[] }>(
        'GET',
        `/charge-points/${id}/security`,
      );
      expect([profile, pending]).toMatchObject([2, [{ profile: 3 }]]);
    },
  );

  test('L15: the right certificate is let in where the wrong ones were not', async () => {
    const id = 'TC_087-expired';
    const certificate = await clients.issue({ commonName: `SN-${id}`, organization: CPO });
    expect(await refused(id, { certificate })).toBe('let in');
  });
});

describe('signing requests and certificates that are wrong', () => {
  const stolen = new Map<string, Awaited<ReturnType<typeof makeSigningRequest>>>();
  const cases: Readonly<Record<Kind, RegExp>> = {
    expired: /the certificate of the signing hook does not fit: it has expired/,
    foreign: /no certificate in it has the public key of the signing request/,
    other: /its CN is "SN-.*-OTHER" and the serial number of the charge point "SN-/,
    revoked: /its key is that of the certificate [0-9a-f]+, which is revoked: keyCompromise/,
    weak: /its key has 1024 bits instead of at least 2048/,
  };

  test.each(['TC_074', 'TC_077'].flatMap((name) => KINDS.map((kind) => [name, kind] as const)))(
    'L21: %s with what is %s: no CertificateSigned, and operators are told why',
    async (name, kind) => {
      const id = `${name}-${kind}`;
      await api('PUT', `/charge-points/${id}`, {
        serialNumber: `SN-${id}`,
        keyHex: password.toString('hex'),
      });
      const client = await connect(id, { password });
      await client.boot();
      const commonName = kind === 'other' ? `SN-${id}-OTHER` : `SN-${id}`;
      const made = await makeSigningRequest(kind === 'weak' ? 'weak-rsa' : 'ec', [
        { O: [CPO] },
        { CN: [commonName] },
      ]);
      const asking = async () =>
        expect(await client.request('SignCertificate', { csr: made.csr })).toEqual({ status: 'Accepted' });
      if (kind === 'revoked') {
        stolen.set(id, made);
        await asking();
        const [, messageId, , payload] = await client.next();
        client.send([3, messageId, { status: 'Accepted' }]);
        const leaf = (payload as { certificateChain: string }).certificateChain;
        const { items } = await until('it is installed', async () => {
          const found = await api<{ items: { sha256: string; state: string; certificate: string }[] }>(
            'GET',
            `/certificates?chargePointId=${id}`,
          );
          return found.items[0]?.state === 'installed' ? found : undefined;
        });
        expect(items[0]?.certificate).toBe(leaf);
        await api('POST', `/certificates/${items[0]?.sha256}/revoke`, { reason: 'keyCompromise' });
      }
      await asking();
      const refusal = await until('the request has ended', async () => {
        const { items } = await api<{ items: { state: string; problem: string }[] }>(
          'GET',
          `/certificate-requests?chargePointId=${id}`,
        );
        return items.find(({ state }) => state === 'refused');
      });
      expect(refusal.problem).toMatch(cases[kind]);
      const events = await until('the event can be looked up', async () => {
        const { rows } = await api<{ rows: Row[] }>('GET', `/charge-points/${id}/security-events`);
        return rows.length > 0 && rows;
      });
      expect(events).toMatchObject([
        { source: 'farad', type: 'InvalidSigningRequest', techInfo: refusal.problem },
      ]);
      expect(client.received).toEqual([]);
      await client.close();
    },
  );
});

describe('roots that are wrong', () => {
  const id = 'ROOTS';
  const roots: readonly [kind: string, make: () => Promise<string>, words: RegExp][] = [
    [
      'expired',
      async () => (await createTestAuthority('Old', { notAfter: past() })).certificate,
      /the certificate was valid until/,
    ],
    ['foreign', async () => (await foreign.below('Between')).certificate, /the certificate is no root/],
    ['other', async () => (await clients.issue()).certificate, /the certificate is no root/],
    [
      'revoked',
      async () => {
        const { certificate } = await clients.issue({ commonName: 'SN-R', organization: CPO });
        await revoke(id, certificate);
        return certificate;
      },
      /the certificate is no root/,
    ],
    [
      'weak',
      async () => (await createTestAuthority('Weak', { bits: 1024 })).certificate,
      /its key has 1024 bits instead of at least 2048/,
    ],
  ];
  const cases = (
    [
      ['TC_075_1', 'ManufacturerRootCertificate'],
      ['TC_075_2', 'CentralSystemRootCertificate'],
      ['TC_076', 'CentralSystemRootCertificate'],
      ['TC_078', 'CentralSystemRootCertificate'],
    ] as const
  ).flatMap(([name, type]) => roots.map(([kind, make, words]) => [name, kind, type, make, words] as const));

  beforeAll(() => api('PUT', `/charge-points/${id}`, { note: 'takes no wrong root' }));

  test.each(cases)(
    'L26: %s with one that is %s: InstallCertificate is not sent, and says why',
    async (_name, _kind, certificateType, make, words) => {
      const body = { certificateType, certificate: await make() };
      const said = await refusedBy(`/charge-points/${id}/installed-certificates`, body);
      expect(said).toMatch(/^likely_refused/);
      expect(said).toMatch(words);
      const task = { action: 'InstallCertificate', payload: body };
      const campaign = { name: 'roots', task, targets: { ids: [id] } };
      expect(await refusedBy('/campaigns', campaign)).toMatch(words);
    },
  );
});

describe('firmware with a wrong certificate', () => {
  const signers: readonly [kind: string, make: () => Promise<string>, words: RegExp][] = [
    [
      'expired',
      async () => (await maker.issue({ purposes: [CODE_SIGNING], notAfter: past() })).certificate,
      /the signing certificate was valid until/,
    ],
    [
      'foreign',
      async () => (await foreign.issue({ purposes: [CODE_SIGNING] })).certificate,
      /not of a known manufacturer/,
    ],
    ['other', async () => (await maker.issue()).certificate, /is not meant for code/],
    [
      'weak',
      async () => (await maker.issue({ purposes: [CODE_SIGNING], algorithm: 'rsa', bits: 1024 })).certificate,
      /the key of the signing certificate has 1024 bits/,
    ],
  ];
  const location = 'https://files.example/fw.bin';
  const { signature } = ELLIPTIC;

  test.each(
    ['TC_080', 'TC_081'].flatMap((name) =>
      signers.map(([kind, make, words]) => [name, kind, make, words] as const),
    ),
  )(
    'K11: %s with one that is %s: SignedUpdateFirmware is not sent, and says why',
    async (name, kind, make, words) => {
      const id = `${name}-${kind}`;
      await api('PUT', `/charge-points/${id}`, { note: 'takes no wrong firmware' });
      const signingCertificate = await make();
      const job = { location, signed: { signingCertificate, signature } };
      const said = await refusedBy(`/charge-points/${id}/firmware-jobs`, job);
      expect(said).toMatch(/^likely_refused/);
      expect(said).toMatch(words);
      const firmware = {
        location,
        retrieveDateTime: new Date().toISOString(),
        signingCertificate,
        signature,
      };
      const task = { action: 'SignedUpdateFirmware', payload: { firmware } };
      const campaign = { name: 'firmware', task, targets: { ids: [id] } };
      expect(await refusedBy('/campaigns', campaign)).toMatch(words);
    },
  );

  test.each(['TC_080', 'TC_081'])(
    'K9: %s with one that is revoked: only the charge point knows, and its answer ends the job',
    async (name) => {
      const id = `${name}-revoked`;
      await api('PUT', `/charge-points/${id}`, { keyHex: password.toString('hex') });
      const client = await connect(id, { password });
      await client.boot();
      const { certificate } = await maker.issue({ purposes: [CODE_SIGNING] });
      const job = { location, signed: { signingCertificate: certificate, signature } };
      const begun = api<object>('POST', `/charge-points/${id}/firmware-jobs`, job);
      const [, messageId, action] = await client.next();
      expect(action).toBe('SignedUpdateFirmware');
      client.send([3, messageId, { status: 'RevokedCertificate' }]);
      expect(await begun).toMatchObject({ state: 'refused', answer: 'RevokedCertificate', warnings: [] });
      await client.close();
    },
  );
});
