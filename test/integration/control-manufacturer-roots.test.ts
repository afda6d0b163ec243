import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { readCertificates } from '../../src/certificates/certificate.ts';
import { MAX_MANUFACTURER_ROOTS } from '../../src/store/manufacturer-roots.ts';
import { openStore } from '../../src/store/store.ts';
import { type ControlUnderTest, startControl } from '../support/control-under-test.ts';
import { ELLIPTIC } from '../support/firmware-signers.ts';
import { type ScriptedEdge, scriptedEdge } from '../support/scripted-edge.ts';
import { CODE_SIGNING, createTestAuthority, type TestAuthority } from '../support/test-certificates.ts';

const PATH = '/api/v1/manufacturer-roots';
const location = 'https://files.example/fw.bin';
const { signature } = ELLIPTIC;

let control: ControlUnderTest;
let edge: ScriptedEdge;
let maker: TestAuthority;

beforeAll(async () => {
  control = await startControl();
  edge = scriptedEdge(control);
  await edge.boot('CP-1');
  edge.chargePoints.script = () => ({ result: { status: 'Accepted' } });
  maker = await createTestAuthority('Volt Works');
});
afterAll(() => control.close());

const add = (certificate: string, note?: string) =>
  control.send('POST', PATH, { json: { certificate, ...(note !== undefined && { note }) } });
const audited = async () => (await control.send('GET', '/api/v1/audit')).body.items;

describe('roots of manufacturers', () => {
  it('K11: are added, listed, kept over a restart, written down in the audit trail, and deleted', async () => {
    const added = await add(maker.certificate.replaceAll('\n', '\r\n'), 'from their portal');
    const [root] = readCertificates(maker.certificate) ?? [];
    expect([added.status, added.body]).toEqual([
      201,
      {
        sha256: root?.sha256,
        subject: 'CN=Volt Works, O=Farad tests',
        issuer: 'CN=Volt Works, O=Farad tests',
        notBefore: expect.any(String),
        notAfter: expect.any(String),
        note: 'from their portal',
        addedAt: expect.any(String),
        certificate: root?.pem,
      },
    ]);
    expect((await control.send('GET', PATH)).body).toEqual({ items: [added.body], next: null });
    const again = await add(maker.certificate);
    expect([again.status, again.body.error.code]).toEqual([409, 'certificate_exists']);
    const later = openStore({ dataDir: control.config.dataDir, role: 'setup' });
    expect(later.manufacturerRoots.all()).toMatchObject([{ sha256: root?.sha256 }]);
    await later.close();

    const one = `${PATH}/${added.body.sha256.toUpperCase()}`;
    expect((await control.send('DELETE', one)).status).toBe(204);
    expect((await control.send('DELETE', one)).body.error.code).toBe('unknown_manufacturer_root');
    expect((await control.send('GET', PATH)).body.items).toEqual([]);
    const written = (await audited()).map(({ operation, outcome }: Record<string, string>) => [
      operation,
      outcome,
    ]);
    expect(written.slice(0, 4)).toEqual([
      ['deleteManufacturerRoot', 'unknown_manufacturer_root'],
      ['deleteManufacturerRoot', 'ok'],
      ['addManufacturerRoot', 'certificate_exists'],
      ['addManufacturerRoot', 'ok'],
    ]);
  });

  it('K11: an authority below a root can be added after that root, and there is an end to them', async () => {
    const below = await maker.below('Volt Works Firmware');
    expect((await add(below.certificate)).body.error.message).toContain('the certificate is no root');
    expect((await add(maker.certificate)).status).toBe(201);
    expect((await add(below.certificate)).status).toBe(201);
    const { manufacturerRoots } = control.store;
    const filler = { pem: maker.certificate, note: null, addedAt: 1 };
    for (let index = 2; index < MAX_MANUFACTURER_ROOTS; index++) {
      await manufacturerRoots.add({ ...filler, sha256: `filler ${index}` });
    }
    const { certificate } = await createTestAuthority('One more');
    expect((await add(certificate)).body.error.code).toBe('too_many_manufacturer_roots');
    for (const { sha256 } of manufacturerRoots.all()) await manufacturerRoots.remove(sha256);
  });

  it('K11: firmware of a signer whom no root stands above is sent only by force, or as a raw CALL', async () => {
    expect((await add(maker.certificate)).status).toBe(201);
    const signer = await maker.issue({ purposes: [CODE_SIGNING] });
    const foreign = await (await createTestAuthority('Foreign')).issue({ purposes: [CODE_SIGNING] });
    const jobs = '/api/v1/charge-points/CP-1/firmware-jobs';
    const create = (signingCertificate: string, query = '') =>
      control.send('POST', `${jobs}${query}`, {
        json: { location, signed: { signingCertificate, signature }, replace: true },
      });
    const refused = await create(foreign.certificate);
    expect([refused.status, refused.body.error.code]).toEqual([422, 'likely_refused']);
    expect(refused.body.error.message).toMatch(/not of a known manufacturer: .*CN=Foreign/);
    const firmware = { location, retrieveDateTime: '2026-03-01T12:00:00Z', signature };
    const campaignOf = (signingCertificate: string) => ({
      name: 'update',
      task: {
        action: 'SignedUpdateFirmware',
        payload: { firmware: { ...firmware, signingCertificate } },
      },
      targets: { ids: ['CP-1'] },
      startAt: '2100-01-01T00:00:00Z',
    });
    const campaigns = (signingCertificate: string) =>
      control.send('POST', '/api/v1/campaigns', { json: campaignOf(signingCertificate) });
    expect((await campaigns(foreign.certificate)).body.error.code).toBe('likely_refused');
    expect(edge.chargePoints.asked).toEqual([]);

    const forced = await create(foreign.certificate, '?force=true');
    expect([forced.status, forced.body.warnings]).toEqual([
      201,
      [expect.stringMatching(/^The signing certificate is not of a known manufacturer/)],
    ]);
    const raw = { requestId: 7, firmware: { ...firmware, signingCertificate: foreign.certificate } };
    const call = '/api/v1/charge-points/CP-1/calls/SignedUpdateFirmware';
    expect((await control.send('POST', call, { json: raw })).status).toBe(200);
    expect(edge.chargePoints.asked).toHaveLength(2);

    const sent = await create(signer.certificate.replaceAll('\n', '\r\n'));
    expect([sent.status, sent.body.warnings]).toEqual([201, []]);
    // Line ends as charge points know them.
    expect(edge.chargePoints.asked.at(-1)?.payload.firmware).toMatchObject({
      signingCertificate: readCertificates(signer.certificate)?.[0]?.pem.trimEnd(),
    });
    expect((await campaigns(signer.certificate)).status).toBe(201);
  });
});

describe('what is no root of a manufacturer', () => {
  const wrong: readonly [what: string, make: () => Promise<string> | string, words: string][] = [
    ['no PEM', () => 'certificate', 'no X.509 in PEM'],
    ['a PEM of nothing', () => '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----', 'no X.509 in PEM'],
    ['a PEM that was cut', () => maker.certificate.slice(0, 300), 'no X.509 in PEM'],
    ['base64 without its frame', () => Buffer.from(maker.raw).toString('base64'), 'no X.509 in PEM'],
    ['a revocation list', () => maker.certificate.replaceAll('CERTIFICATE', 'X509 CRL'), 'no X.509 in PEM'],
    [
      'several certificates',
      async () => maker.certificate + (await createTestAuthority()).certificate,
      'more than one',
    ],
    ['the certificate of a signer', async () => (await maker.issue()).certificate, 'is no root'],
    [
      'an expired one',
      async () => (await createTestAuthority('Old', { notAfter: new Date(Date.now() - 1000) })).certificate,
      'was valid until',
    ],
    [
      'one with a weak key',
      async () => (await createTestAuthority('Weak', { bits: 1024 })).certificate,
      '1024 bits',
    ],
  ];
  test.each(wrong)('K11: %s is refused, in words', async (_what, make, words) => {
    const refused = await add(await make());
    expect([refused.status, refused.body.error.code]).toEqual([422, 'unfit_certificate']);
    expect(refused.body.error.message).toContain(words);
  });

  it('K11: one without names can be added all the same', async () => {
    const added = await add((await createTestAuthority('', { names: '' })).certificate);
    expect([added.status, added.body.subject]).toEqual([201, '']);
    expect((await control.send('DELETE', `${PATH}/${added.body.sha256}`)).status).toBe(204);
  });

  it('K11: a text that is longer than any certificate is refused unread', async () => {
    const refused = await add(maker.certificate.repeat(20));
    expect([refused.status, refused.body.error.code]).toEqual([422, 'invalid_body']);
  });
});

describe('a private key in place of a certificate, or beside it', () => {
  const at = '/api/v1/charge-points/CP-1';
  const certificateType = 'CentralSystemRootCertificate';
  const firmware = { location, retrieveDateTime: '2026-03-01T12:00:00Z', signature };
  const campaign = (task: object) => ({ name: 'keys', task, targets: { ids: ['CP-1'] } });
  const everywhere: readonly [path: string, body: (pem: string) => object][] = [
    [PATH, (certificate) => ({ certificate })],
    ['/api/v1/certificates', (certificate) => ({ chargePointId: 'CP-1', certificate })],
    ['/api/v1/certificate-requests/none/certificate', (certificate) => ({ certificate })],
    [`${at}/installed-certificates?force=true`, (certificate) => ({ certificateType, certificate })],
    [
      `${at}/firmware-jobs?force=true`,
      (signingCertificate) => ({ location, signed: { signingCertificate, signature } }),
    ],
    [
      '/api/v1/campaigns?force=true',
      (rootCertificate) => campaign({ security: 'raise-profile', profile: 2, rootCertificate }),
    ],
    [
      '/api/v1/campaigns?force=true',
      (certificate) => campaign({ action: 'InstallCertificate', payload: { certificateType, certificate } }),
    ],
    [
      '/api/v1/campaigns?force=true',
      (signingCertificate) =>
        campaign({
          action: 'SignedUpdateFirmware',
          payload: { firmware: { ...firmware, signingCertificate } },
        }),
    ],
  ];

  it.each(everywhere)(
    'is refused at %s whatever force says, and stands nowhere afterwards',
    async (path, body) => {
      const asked = edge.chargePoints.asked.length;
      const { certificate, key } = await createTestAuthority('Careless');
      const secret = key.split('\n')[1] ?? '';
      const cut = key.slice(0, 120);
      const encrypted = key.replaceAll('PRIVATE', 'ENCRYPTED PRIVATE');
      for (const pem of [key, certificate + key, encrypted, key.replaceAll('PRIVATE', 'RSA PRIVATE'), cut]) {
        const refused = await control.send('POST', path, { json: body(pem) });
        expect([refused.status, refused.body.error.code]).toEqual([422, 'private_key']);
        expect(JSON.stringify(refused.body)).not.toContain(secret);
      }
      expect(edge.chargePoints.asked).toHaveLength(asked);
      const rows = await audited();
      expect(rows[0]).toMatchObject({ outcome: 'private_key' });
      expect(JSON.stringify(rows)).not.toContain(secret.slice(0, 40));
      expect(control.log.join('')).not.toContain(secret.slice(0, 40));
    },
  );
});
