import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Authority, type AuthorityKeys, createAuthority } from '../../src/certificates/authority.ts';
import { type Certificate, readCertificates } from '../../src/certificates/certificate.ts';
import { type CertificateHashData, hashDataOf } from '../../src/certificates/hash-data.ts';
import type { ChargePointCall } from '../../src/link/methods.ts';
import { type Answer, type ControlUnderTest, startControl } from '../support/control-under-test.ts';
import type { Script } from '../support/scripted-charge-points.ts';
import { type ScriptedEdge, scriptedEdge } from '../support/scripted-edge.ts';

const CENTRAL = 'CentralSystemRootCertificate';
const MANUFACTURER = 'ManufacturerRootCertificate';
const YEAR_MS = 365 * 24 * 3_600_000;

let control: ControlUnderTest;
let edge: ScriptedEdge;
let authority: Authority;
let keys: AuthorityKeys;

beforeAll(async () => {
  control = await startControl();
  edge = scriptedEdge(control);
  ({ authority, keys } = await makeAuthority(Date.now()));
  expect(keys.rootKey).toContain('PRIVATE KEY');
});
afterAll(() => control.close());

function makeAuthority(now: number) {
  return createAuthority({ algorithm: 'ecdsa-p256', commonName: 'Root', organization: 'Acme', now });
}

function read(pem: string): Certificate {
  const [certificate] = readCertificates(pem) ?? [];
  if (!certificate) throw new TypeError('no certificate');
  return certificate;
}

/** A charge point with a store of roots, which it names by one algorithm, in capitals. */
class Roots {
  readonly held = new Map<string, { readonly type: string; readonly data: CertificateHashData }>();
  readonly algorithm: CertificateHashData['hashAlgorithm'];

  constructor(algorithm: CertificateHashData['hashAlgorithm']) {
    this.algorithm = algorithm;
  }

  readonly script = ({ action, payload }: ChargePointCall): Script => {
    const {
      certificateType: type = '',
      certificate = '',
      certificateHashData: data,
    } = payload as {
      certificateType?: string;
      certificate?: string;
      certificateHashData?: CertificateHashData;
    };
    if (action === 'InstallCertificate') {
      const root = read(certificate);
      const issuer = root.isSelfSigned ? root : read(authority.rootCertificate);
      const { issuerNameHash, issuerKeyHash, ...rest } = hashDataOf(root, issuer, this.algorithm);
      const shouted = {
        issuerNameHash: issuerNameHash.toUpperCase(),
        issuerKeyHash: issuerKeyHash.toUpperCase(),
      };
      this.held.set(`${type} ${root.serial}`, { type, data: { ...rest, ...shouted } });
      return { result: { status: 'Accepted' } };
    }
    if (action === 'GetInstalledCertificateIds') {
      const found = [...this.held.values()].filter((one) => one.type === type);
      const certificateHashData = found.map((one) => one.data);
      return {
        result: found.length > 0 ? { status: 'Accepted', certificateHashData } : { status: 'NotFound' },
      };
    }
    const [serial] = [...this.held].find(([, one]) => isDeepStrictEqual(one.data, data)) ?? [];
    if (serial === undefined) return { result: { status: 'NotFound' } };
    this.held.delete(serial);
    return { result: { status: 'Accepted' } };
  };
}

describe('roots at a charge point', () => {
  const ask = (id: string, way: string, json: object): Promise<Answer> =>
    control.send('POST', `/api/v1/charge-points/${id}/installed-certificates${way}`, { json });
  const told = async (id: string) =>
    (await control.send('GET', `/api/v1/charge-points/${id}/installed-certificates`)).body.items;

  it.each(['SHA256', 'SHA384', 'SHA512'] as const)(
    'L26, L28, L29: are installed, told of and deleted by %s, letter by letter',
    async (algorithm) => {
      const id = `CP-${algorithm}`;
      await edge.boot(id);
      const roots = new Roots(algorithm);
      edge.chargePoints.script = roots.script;
      expect(await told(id)).toMatchObject([{ certificates: null }, { certificates: null }]);
      const none = await ask(id, '/refresh', { certificateType: CENTRAL });
      expect([none.status, none.body.answer.payload.status]).toEqual([200, 'NotFound']);
      expect(none.body.items[0]).toMatchObject({ certificateType: CENTRAL, certificates: [] });

      const second = (await makeAuthority(Date.now())).authority.rootCertificate;
      for (const certificate of [authority.rootCertificate, second.replaceAll('\n', '\r\n')]) {
        const installed = await ask(id, '', { certificateType: CENTRAL, certificate });
        expect(installed.body).toMatchObject({ answer: { payload: { status: 'Accepted' } }, warnings: [] });
      }
      expect(edge.chargePoints.asked.at(-1)?.payload.certificate).toBe(second);
      await ask(id, '', { certificateType: MANUFACTURER, certificate: authority.rootCertificate });
      expect((await told(id))[0]).toMatchObject({ certificates: [], changedSince: true });
      const { body } = await ask(id, '/refresh', { certificateType: CENTRAL });
      const [{ hashData: data, subject }] = body.items[0].certificates;
      expect(subject).toBe('O=Acme, CN=Root');
      expect(data).toEqual([...roots.held.values()].find((one) => one.type === CENTRAL)?.data);

      const whispered = {
        hashAlgorithm: algorithm,
        issuerNameHash: data.issuerNameHash.toLowerCase(),
        issuerKeyHash: data.issuerKeyHash.toLowerCase(),
        serialNumber: `0${data.serialNumber}`,
      };
      const deleted = await ask(id, '/delete', { certificateHashData: whispered });
      expect(deleted.body.answer.payload).toEqual({ status: 'Accepted' });
      expect(edge.chargePoints.asked.at(-1)?.payload).toEqual({ certificateHashData: data });
      expect((await told(id))[0].certificates).toHaveLength(1);
      const again = await ask(id, '/delete', { certificateHashData: whispered });
      expect([again.status, again.body.answer.payload.status]).toEqual([200, 'NotFound']);
    },
  );

  it('L30: the last one of the Central System goes only where that is confirmed', async () => {
    await edge.boot('CP-L');
    const roots = new Roots('SHA256');
    edge.chargePoints.script = roots.script;
    const other = (await makeAuthority(Date.now())).authority.rootCertificate;
    await ask('CP-L', '', { certificateType: CENTRAL, certificate: authority.rootCertificate });
    await ask('CP-L', '', { certificateType: CENTRAL, certificate: other });
    const [first, second] = [...roots.held.values()].map((one) => one.data);
    // Nobody knows what it has before it has told.
    const unknown = await ask('CP-L', '/delete', { certificateHashData: first });
    expect([unknown.status, unknown.body.error.code]).toEqual([409, 'last_root']);
    await ask('CP-L', '/refresh', { certificateType: CENTRAL });
    expect((await ask('CP-L', '/delete', { certificateHashData: first })).status).toBe(200);
    const last = await ask('CP-L', '/delete', { certificateHashData: second });
    expect([last.status, last.body.error.code]).toEqual([409, 'last_root']);
    expect(roots.held.size).toBe(1);
    expect((await ask('CP-L', '/delete?confirm=true', { certificateHashData: second })).status).toBe(200);
    expect(roots.held.size).toBe(0);
  });

  it('L26: what is no root, or not any more, is not sent unless somebody insists; a refusal is a result', async () => {
    await edge.boot('CP-W');
    edge.chargePoints.script = () => ({ result: { status: 'Rejected' } });
    const sent = () => edge.chargePoints.asked.filter(({ chargePointId }) => chargePointId === 'CP-W').length;
    const expired = (await makeAuthority(Date.now() - 30 * YEAR_MS)).authority.rootCertificate;
    for (const [certificate, reason] of [
      ['nonsense', 'no X.509'],
      [authority.issuingCertificate, 'no root'],
      [expired, 'was valid until'],
      [authority.rootCertificate + expired, 'more than one'],
    ] as const) {
      const refused = await ask('CP-W', '', { certificateType: CENTRAL, certificate });
      expect([refused.status, refused.body.error.code]).toEqual([422, 'likely_refused']);
      expect(refused.body.error.message).toContain(reason);
    }
    expect(sent()).toBe(0);
    const insisted = await ask('CP-W', '?force=true', { certificateType: CENTRAL, certificate: 'nonsense' });
    expect(insisted.body.answer.payload).toEqual({ status: 'Rejected' });
    expect(insisted.body.warnings).toHaveLength(1);
    expect(sent()).toBe(1);
    expect((await told('CP-W'))[0]).toMatchObject({ changedSince: false });
  });

  it('L27: with AdditionalRootCertificateCheck a new root has to be signed by the former', async () => {
    await edge.boot('CP-A');
    edge.chargePoints.script = new Roots('SHA256').script;
    const key = { key: 'AdditionalRootCertificateCheck', readonly: true, value: 'true' };
    await control.store.configurations.told('CP-A', [key], [], Date.now());
    const install = (certificate: string, certificateType = CENTRAL) =>
      ask('CP-A', '', { certificateType, certificate });
    const first = await install(authority.rootCertificate);
    expect([first.status, first.body.warnings[0].refusal]).toEqual([200, false]);
    const stranger = (await makeAuthority(Date.now())).authority.rootCertificate;
    const refused = await install(stranger);
    expect([refused.status, refused.body.error.code]).toEqual([422, 'likely_refused']);
    expect((await install(authority.issuingCertificate)).status).toBe(200);
    expect((await install(stranger, MANUFACTURER)).status).toBe(200);
  });

  it('L26: a campaign does not send around what no charge point would take', async () => {
    const task = (certificate: string) => ({
      name: 'roots',
      task: { action: 'InstallCertificate', payload: { certificateType: CENTRAL, certificate } },
      targets: { ids: ['CP-W'] },
    });
    const create = (certificate: string) =>
      control.send('POST', '/api/v1/campaigns', { json: task(certificate) });
    const refused = await create(authority.issuingCertificate);
    expect([refused.status, refused.body.error.code]).toEqual([422, 'likely_refused']);
    expect((await create(authority.rootCertificate)).status).toBe(201);
  });

  it('a charge point whose store is full is not sent one more', async () => {
    await edge.boot('CP-F');
    edge.chargePoints.script = new Roots('SHA256').script;
    const key = { key: 'CertificateStoreMaxLength', readonly: true, value: '1' };
    await control.store.configurations.told('CP-F', [key], [], Date.now());
    await ask('CP-F', '', { certificateType: CENTRAL, certificate: authority.rootCertificate });
    await ask('CP-F', '/refresh', { certificateType: CENTRAL });
    const refused = await ask('CP-F', '', {
      certificateType: CENTRAL,
      certificate: authority.rootCertificate,
    });
    expect(refused.body.error.message).toContain('has 1 certificates, and room for 1');
  });
});
