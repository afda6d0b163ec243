import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readCertificates } from '../../src/certificates/certificate.ts';
import { hashDataOf } from '../../src/certificates/hash-data.ts';
import { issueCertificate } from '../../src/certificates/issue.ts';
import { readSigningRequest } from '../../src/certificates/signing-request.ts';
import { Fleet, type FleetOptions } from '../../src/simulator/fleet.ts';
import { serialNumberOf } from '../../src/simulator/hardware.ts';
import type { SecurityProfile } from '../../src/simulator/security.ts';
import { BriskHabits } from '../support/brisk-habits.ts';
import { type EdgeUnderTest, startEdgeUnderTest } from '../support/edge-under-test.ts';
import { TallyRecorder } from '../support/tally-recorder.ts';
import { createTestAuthority, type TestAuthority, writePem } from '../support/test-certificates.ts';
import { until } from '../support/until.ts';

const DAY_MS = 24 * 3_600_000;
const CHARGE_POINTS = 5;
const directory = mkdtempSync(join(tmpdir(), 'farad-simulator-tls-'));
const running: { stop(): Promise<void> }[] = [];

let authority: TestAuthority;
let gateway: EdgeUnderTest;
let round = 0;

beforeAll(async () => {
  authority = await createTestAuthority();
  const server = await authority.issue();
  gateway = await startEdgeUnderTest({
    flags: {
      'ocpp-endpoints': 'ws://127.0.0.1:0,wss://127.0.0.1:0?transport=ws',
      'ocpp-tls-certificates': writePem(directory, 'server.pem', server.certificate),
      'ocpp-tls-keys': writePem(directory, 'server.key', server.key),
      'ocpp-tls-client-cas': writePem(directory, 'ca.pem', authority.certificate),
      // It is asked by another process, so never here.
      'security-signing-hook': 'http://127.0.0.1:9/',
    },
  });
});
afterAll(async () => {
  await gateway.close();
  rmSync(directory, { recursive: true, force: true });
});
afterEach(async () => {
  for (const thing of running.splice(0).reverse()) await thing.stop();
});

const passwordOf = (id: string) => createHash('sha1').update(id).digest();
const idOf = (index: number) => `SIM-${round}-${index}`;
const ids = () => Array.from({ length: CHARGE_POINTS }, (_, index) => idOf(index));

/** Charge points that the gateway knows, fixed to `profile`. */
async function fleetOn(profile: SecurityProfile, options: Partial<FleetOptions['security']> = {}) {
  round++;
  for (const [index, id] of ids().entries()) {
    await gateway.store.settings.put({
      id,
      keyHash: gateway.store.keys.hash(passwordOf(id)),
      serialNumber: serialNumberOf(index),
      securityProfile: profile,
    });
  }
  const [url, secureUrl] = gateway.edge.endpoints.map((endpoint) => endpoint.url);
  const recorder = new TallyRecorder();
  const fleet = new Fleet({
    url: url as string,
    secureUrl: secureUrl as string,
    chargePoints: CHARGE_POINTS,
    identity: idOf,
    habits: new BriskHabits({ quiet: true }),
    recorder,
    seed: 3,
    security: {
      profile,
      roots: [authority.certificate],
      credentials: (_index, id) => ({ password: passwordOf(id) }),
      ...options,
    },
  });
  running.push(fleet);
  fleet.start(0);
  // Sessions of the fleet before may still be there, and the gateway knows of a socket before the fleet does.
  await until('all have connected', () => recorder.connections === CHARGE_POINTS);
  await allOn(profile);
  return { fleet, recorder };
}

function allOn(profile: SecurityProfile): Promise<unknown> {
  return until(`all are connected by profile ${profile}`, () =>
    ids().every((id) => gateway.store.sessions.get(id)?.securityProfile === profile),
  );
}

async function call(id: string, action: string, payload: object): Promise<unknown> {
  const asked = { chargePointId: id, action, payload };
  let answer = await gateway.ask('edge.call', asked as never);
  // It may be reconnecting.
  await until(`${id} answers ${action}`, async () => {
    if ('payload' in answer) return true;
    answer = await gateway.ask('edge.call', asked as never);
    return 'payload' in answer;
  });
  return (answer as { payload: { status: string } }).payload.status;
}

const toProfile = (id: string, value: string) =>
  call(id, 'ChangeConfiguration', { key: 'SecurityProfile', value });

/**
 * Has a charge point make a request, which is signed by `signer`; answers the certificate and what the charge
 * point said.
 */
async function renew(id: string, signer: TestAuthority = authority) {
  const before = gateway.store.certificateRequests.of(id).length;
  const asked = { requestedMessage: 'SignChargePointCertificate' };
  expect(await call(id, 'ExtendedTriggerMessage', asked)).toBe('Accepted');
  const csr = await until('the request is there', () => {
    const requests = gateway.store.certificateRequests.of(id);
    return requests.length > before ? requests[0]?.csr : undefined;
  });
  const request = await readSigningRequest(csr);
  if (request === undefined) throw new Error('no request');
  const authorityOf = { algorithm: 'ecdsa-p256', issuingCertificate: signer.certificate } as const;
  const issued = await issueCertificate({ ...authorityOf, rootCertificate: signer.certificate }, signer.key, {
    request,
    now: Date.now(),
    lifetime: DAY_MS,
  });
  const status = await call(id, 'CertificateSigned', { certificateChain: issued.pem });
  return { certificate: issued, status };
}

const shownBy = (id: string) => gateway.store.sessions.get(id)?.certificate;

test('L3, L5: charge points rise from a password to a certificate as they are asked, and never go back', async () => {
  const { recorder } = await fleetOn(1);
  expect(await toProfile(idOf(0), '3')).toBe('Rejected');
  await Promise.all(ids().map(async (id) => expect(await toProfile(id, '2')).toBe('Accepted')));
  await allOn(2);
  await Promise.all(
    ids().map(async (id) => {
      expect((await renew(id)).status).toBe('Accepted');
      expect(await toProfile(id, '3')).toBe('Accepted');
    }),
  );
  await allOn(3);
  expect(recorder.problems).toEqual([]);
  expect(recorder.connections).toBe(3 * CHARGE_POINTS);
});

test('L25: a new certificate is shown at once, and one that is refused gives way to that before', async () => {
  const own = await Promise.all(
    Array.from({ length: CHARGE_POINTS }, (_, index) =>
      authority.issue({ commonName: serialNumberOf(index) }),
    ),
  );
  const { recorder } = await fleetOn(3, {
    resumes: true,
    credentials: (index) => ({ certificate: own[index] as { certificate: string; key: string } }),
  });
  const id = idOf(2);
  const first = shownBy(id);
  expect(first).toBe(readCertificates(own[2]?.certificate ?? '')?.[0]?.sha256);

  const renewed = await renew(id);
  expect(renewed.status).toBe('Accepted');
  await until('the new one is shown', () => shownBy(id) === renewed.certificate.sha256);
  expect(recorder.problems).toEqual([]);

  // It has the right key, so the charge point takes it; the gateway does not trust who signed it.
  const foreign = await renew(id, await createTestAuthority('Foreign'));
  expect(foreign.status).toBe('Accepted');
  await until('it was refused', () => recorder.problems.some(({ kind }) => kind === 'refused'));
  await until('the former one is shown again', () => shownBy(id) === renewed.certificate.sha256);
  const strange = await authority.issue({ commonName: serialNumberOf(2) });
  expect(await call(id, 'CertificateSigned', { certificateChain: strange.certificate })).toBe('Rejected');
});

test('L9: a new password is shown at once', async () => {
  const { recorder } = await fleetOn(2);
  const value = randomBytes(20).toString('hex');
  const id = idOf(1);
  expect(await call(id, 'ChangeConfiguration', { key: 'AuthorizationKey', value })).toBe('Accepted');
  await until('it is back', () => recorder.connections === CHARGE_POINTS + 1);
  expect(recorder.problems).toEqual([]);
});

test('L26, L28, L29: a root is installed, told by its hashes, and deleted', async () => {
  const { fleet } = await fleetOn(2);
  const [chargePoint] = fleet.chargePoints;
  const other = await createTestAuthority('Another');
  const certificateType = 'CentralSystemRootCertificate';
  const install = (certificate: string) =>
    call(idOf(0), 'InstallCertificate', { certificateType, certificate });
  expect(await install('nonsense')).toBe('Rejected');
  expect(await install(other.certificate)).toBe('Accepted');
  const root = readCertificates(other.certificate)?.[0];
  if (root === undefined) throw new Error('no root');
  const told = await gateway.ask('edge.call', {
    chargePointId: idOf(0),
    action: 'GetInstalledCertificateIds',
    payload: { certificateType },
  } as never);
  const certificateHashData = hashDataOf(root, root, 'SHA256');
  expect(told).toMatchObject({
    payload: { status: 'Accepted', certificateHashData: [expect.anything(), certificateHashData] },
  });
  const remove = () => call(idOf(0), 'DeleteCertificate', { certificateHashData });
  expect([await remove(), await remove()]).toEqual(['Accepted', 'NotFound']);
  expect(chargePoint?.security.roots).toEqual([authority.certificate]);
});

test('a fleet whose lines are cut resumes its TLS sessions, unless it has forgotten them', async () => {
  const { fleet, recorder } = await fleetOn(2, { resumes: true });
  const resumed = () => gateway.metric('farad_tls_handshakes_total', { result: 'resumed' });
  const before = resumed();
  for (const [cuts, forgets] of [true, false].entries()) {
    fleet.cutLines(forgets);
    const connections = (cuts + 2) * CHARGE_POINTS;
    await until('all are back', () => recorder.connections === connections);
    expect(resumed() - before).toBe(forgets ? 0 : CHARGE_POINTS);
  }
});
