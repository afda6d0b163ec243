import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { fingerprintOf, readCertificate } from '../../src/certificates/certificate.ts';
import type { ChargePointSettings } from '../../src/store/charge-point-settings.ts';
import type { Store } from '../../src/store/store.ts';
import { type EdgeUnderTest, startEdgeUnderTest } from '../support/edge-under-test.ts';
import { OcppClient } from '../support/ocpp-client.ts';
import {
  type CertificateWishes,
  createTestAuthority,
  type TestAuthority,
  type TestCertificate,
  writePem,
} from '../support/test-certificates.ts';
import { until } from '../support/until.ts';

const DAY_MS = 24 * 3_600_000;
const directory = mkdtempSync(join(tmpdir(), 'farad-tls-profiles-'));
const password = randomBytes(20);

let authority: TestAuthority;
let gateway: EdgeUnderTest;
let certificate: TestCertificate;
let id = 'CP-0';
let count = 0;

beforeAll(async () => {
  authority = await createTestAuthority();
  certificate = await issue();
  const server = await authority.issue();
  gateway = await startEdgeUnderTest({
    flags: {
      'ocpp-endpoints': 'ws://127.0.0.1:0,wss://127.0.0.1:0?transport=ws&clientCertificate=ask',
      'ocpp-tls-certificates': writePem(directory, 'server.pem', server.certificate),
      'ocpp-tls-keys': writePem(directory, 'server.key', server.key),
      'ocpp-tls-client-cas': writePem(directory, 'ca.pem', authority.certificate),
      'security-cpo-name': 'Acme',
    },
  });
});
afterAll(async () => {
  await gateway.close();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(async () => {
  id = `CP-${++count}`;
  // Each charge point has a certificate of its own.
  certificate = await issue();
});

function issue(wishes: CertificateWishes = {}, by = authority): Promise<TestCertificate> {
  return by.issue({ commonName: 'SN-1', organization: 'Acme', ...wishes });
}
const provision = (change: Partial<ChargePointSettings>) =>
  gateway.store.settings.put({
    id,
    keyHash: gateway.store.keys.hash(password),
    serialNumber: 'SN-1',
    ...change,
  });

interface Way {
  readonly tls?: boolean;
  readonly password?: Buffer;
  readonly certificate?: TestCertificate;
}
const ON: Readonly<Record<1 | 2, Way>> = { 1: { password }, 2: { tls: true, password } };
const onThree = (): Way => ({ tls: true, certificate });

function connect(way: Way): Promise<OcppClient> {
  const [plain, secure] = gateway.edge.endpoints.map(({ url }) => Number(new URL(url).port));
  const pair = way.password && Buffer.concat([Buffer.from(`${id}:`), way.password]).toString('base64');
  return OcppClient.connect((way.tls ? secure : plain) as number, id, {
    ...(pair && { headers: { authorization: `Basic ${pair}` } }),
    ...(way.tls && {
      tls: {
        ca: authority.certificate,
        ...(way.certificate && { cert: way.certificate.certificate, key: way.certificate.key }),
      },
    }),
  });
}

/** 101 where it is answered to, else the HTTP status of the refusal. */
async function status(way: Way): Promise<number> {
  try {
    const client = await connect(way);
    await client.boot();
    await client.close();
    return 101;
  } catch (error) {
    const status = Number(/^HTTP (\d+)$/.exec((error as Error).message)?.[1]);
    if (Number.isNaN(status)) throw error;
    return status;
  }
}

/** Why it was refused last, as an operator reads it. */
async function words(): Promise<{ words: unknown; reason: unknown }> {
  const mine = () => gateway.rows('security_events').filter((row) => row.charge_point_id === id);
  await until('the refusal is recorded', () => mine().length > 0);
  const refused = gateway
    .rows('connections')
    .filter((row) => row.charge_point_id === id && row.event === 'refused');
  const [event, row] = [mine().at(-1), refused.at(-1)];
  expect(row?.reason).toBe(event?.tech_info);
  return { words: row?.reason, reason: event?.reason };
}

describe('security profiles over real TLS', () => {
  test('L1, L2, L18: each profile on its port, 2 and 3 on the same, and no other one', async () => {
    const ways = [ON[1], ON[2], onThree()];
    for (const securityProfile of [1, 2, 3] as const) {
      id = `CP-${++count}`;
      await provision({ securityProfile });
      const got: number[] = [];
      for (const way of ways) got.push(await status(way));
      expect(
        got.map((one) => one === 101),
        `profile ${securityProfile}: ${got}`,
      ).toEqual([1, 2, 3].map((profile) => profile === securityProfile));
    }
  });

  test('L1: the session says by which profile, which certificate and which cipher suite it is connected', async () => {
    await provision({});
    const client = await connect(onThree());
    await until('it is recorded', () => gateway.store.sessions.get(id) !== undefined);
    expect(gateway.store.sessions.get(id)).toMatchObject({
      securityProfile: 3,
      certificate: readCertificate(certificate.raw)?.sha256,
      tls: { protocol: 'TLSv1.3', cipher: expect.stringMatching(/^TLS_[A-Z0-9_]+_SHA(256|384)$/) },
    });
    await client.close();
  });

  test.each([
    [1, 2],
    [2, 3],
  ] as const)(
    'L4 (TC_083): from %i to %i: the old profile ends with the first connection on the new one',
    async (from, to) => {
      await provision({ securityProfile: from });
      const ways = { ...ON, 3: onThree() };
      const client = await connect(ways[from]);
      await client.boot();
      const changed = gateway.ask('edge.call', {
        chargePointId: id,
        action: 'ChangeConfiguration',
        payload: { key: 'SecurityProfile', value: String(to) },
      });
      const [, messageId] = await client.next();
      client.send([3, messageId, { status: 'Accepted' }]);
      expect(await changed).toMatchObject({ outcome: 'result' });
      await client.close();
      expect(await status(ways[from])).toBe(101);
      expect(await status(ways[to])).toBe(101);
      expect(await status(ways[from])).toBe(403);
      expect(await status(ways[to])).toBe(101);
    },
  );

  const refusals: [what: string, make: () => Promise<Way>, reason: string, text: RegExp][] = [
    [
      'no certificate',
      async () => ON[2],
      'certificate_missing',
      /shows no client certificate.* 3 \(client certificate\)/,
    ],
    ['plain', async () => ON[1], 'security_profile', /without TLS.* 3 \(client certificate\)/],
    [
      'one of a foreign authority',
      async () => ({ tls: true, certificate: await issue({}, await createTestAuthority('Foreign')) }),
      'certificate_untrusted',
      /no client CA/,
    ],
    [
      'an authority itself',
      async () => ({ tls: true, certificate: await createTestAuthority('Other') }),
      'certificate_untrusted',
      /refused/,
    ],
    [
      'one without any names',
      async () => ({ tls: true, certificate: await createTestAuthority('', { names: '' }) }),
      'certificate_untrusted',
      /refused/,
    ],
    [
      'an expired one',
      async () => ({ tls: true, certificate: await issue({ notAfter: new Date(Date.now() - 60_000) }) }),
      'certificate_expired',
      /has expired/,
    ],
    [
      'one that is not valid yet',
      async () => ({ tls: true, certificate: await issue({ notBefore: new Date(Date.now() + DAY_MS) }) }),
      'certificate_expired',
      /not valid before/,
    ],
    [
      'one that names its identity',
      async () => ({ tls: true, certificate: await issue({ commonName: id }) }),
      'certificate_identity',
      /CN.*serial number "SN-1"/,
    ],
    [
      'one of another operator',
      async () => ({ tls: true, certificate: await issue({ organization: 'Other' }) }),
      'certificate_identity',
      /\(O\) is "Other" and not "Acme"/,
    ],
    [
      'one with a weak key',
      async () => ({ tls: true, certificate: await issue({ algorithm: 'rsa', bits: 1024 }) }),
      'certificate_weak',
      /1024 bits|too short/,
    ],
    [
      'a revoked one',
      async () => {
        const pair = await issue();
        await known(pair, id, 'revoked');
        return { tls: true, certificate: pair };
      },
      'certificate_revoked',
      /revoked: keyCompromise/,
    ],
    [
      'that of another charge point',
      async () => {
        const pair = await issue();
        await known(pair, 'CP-OTHER', 'issued');
        return { tls: true, certificate: pair };
      },
      'certificate_identity',
      /another charge point, "CP-OTHER"/,
    ],
  ];
  test.each(refusals)(
    'L14, L15, L16: profile 3 is refused with %s, in words',
    async (_what, make, reason, text) => {
      await provision({ securityProfile: 3 });
      const way = await make();
      // A good password makes a bad certificate no better.
      expect(await status({ ...way, password })).toBe(403);
      expect(await words()).toEqual({ reason, words: expect.stringMatching(text) });
      expect(await status(onThree())).toBe(101);
    },
  );

  test('L15: one of an outside authority is the first charge point’s that shows it, whoever has the same serial number', async () => {
    const pair = await issue();
    const way = { tls: true, certificate: pair };
    const first = id;
    await provision({ securityProfile: 3 });
    expect(await status(way)).toBe(101);
    id = `CP-${++count}`;
    await provision({ securityProfile: 3 });
    expect(await status(way)).toBe(403);
    expect(await words()).toEqual({
      reason: 'certificate_identity',
      words: expect.stringContaining(`another charge point, "${first}"`),
    });
    expect(await status(onThree())).toBe(101);
    // It is free again once its charge point is deleted.
    await gateway.store.chargePoints.remove(first);
    expect(await status(way)).toBe(101);
  });

  test('L15: two that show the same for the first time at the same moment: one of them is closed', async () => {
    await provision({ securityProfile: 3 });
    const { shownCertificates } = gateway.store;
    const written = shownCertificates.shown.bind(shownCertificates);
    type Shown = Store['shownCertificates']['shown'];
    const looking = shownCertificates as unknown as { first: (sha256: string) => string | undefined };
    const first = looking.first.bind(shownCertificates);
    // As another edge would, just after this one has looked.
    (shownCertificates as { shown: Shown }).shown = async (der, chargePointId) => {
      await written(der, 'CP-ELSEWHERE');
      let looks = 0;
      looking.first = (sha256) => (looks++ === 0 ? undefined : first(sha256));
      return written(der, chargePointId);
    };
    onTestFinished(() => {
      (shownCertificates as { shown: Shown }).shown = written;
      looking.first = first;
    });
    const other = await connect(onThree());
    expect(await other.closed).toMatchObject({
      code: 1008,
      reason: expect.stringContaining('another charge point, "CP-ELSEWHERE"'),
    });
  });

  test('L16: one that is revoked in the very moment of its connection is closed', async () => {
    await provision({ securityProfile: 3 });
    const pair = await issue();
    await known(pair, id, 'issued');
    const { sessions, certificates } = gateway.store;
    const claim = sessions.claim.bind(sessions);
    // Control revokes it and finds no session, between the handshake and the write.
    (sessions as { claim: Store['sessions']['claim'] }).claim = async (session) => {
      await certificates.revoke(fingerprintOf(pair.raw), 'keyCompromise', Date.now());
      return claim(session);
    };
    onTestFinished(() => {
      (sessions as { claim: Store['sessions']['claim'] }).claim = claim;
    });
    const client = await connect({ tls: true, certificate: pair });
    expect(await client.closed).toEqual({
      code: 1008,
      reason: 'the client certificate is refused: it is revoked: keyCompromise',
    });
    const mine = () => gateway.rows('security_events').filter((row) => row.charge_point_id === id);
    await until('the event is there', () => mine().length > 0);
    expect(mine()).toMatchObject([{ reason: 'certificate_revoked', source: 'farad' }]);
  });

  test('L15: the serial number is the one of the last boot where operators set none', async () => {
    await gateway.store.settings.put({ id });
    expect(await status(onThree())).toBe(403);
    expect(await words()).toMatchObject({ words: expect.stringContaining('serialNumber') });
    const boot = { vendor: 'v', model: 'm', chargeBoxSerialNumber: 'SN-1' };
    await gateway.store.chargePoints.update(id, { boot }, 1);
    expect(await status(onThree())).toBe(101);
    await gateway.store.chargePoints.update(id, { boot: { ...boot, serialNumber: 'SN-2' } }, 1);
    expect(await status(onThree())).toBe(403);
  });
});

async function known(
  pair: TestCertificate,
  chargePointId: string,
  state: 'issued' | 'revoked',
): Promise<void> {
  const read = readCertificate(pair.raw);
  if (read === undefined) throw new TypeError('the certificate cannot be read');
  await gateway.store.certificates.put({
    sha256: read.sha256,
    serial: read.serial,
    chargePointId,
    commonName: 'SN-1',
    organization: 'Acme',
    authority: null,
    notBefore: read.notBefore,
    notAfter: read.notAfter,
    pem: read.pem,
    state,
    issuedAt: 1,
    installedAt: null,
    revokedAt: state === 'revoked' ? 2 : null,
    reason: state === 'revoked' ? 'keyCompromise' : null,
    closing: false,
  });
}
