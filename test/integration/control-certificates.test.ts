import { X509Certificate } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createAuthority } from '../../src/certificates/authority.ts';
import { readCertificates } from '../../src/certificates/certificate.ts';
import { issueCertificate } from '../../src/certificates/issue.ts';
import { readSigningRequest } from '../../src/certificates/signing-request.ts';
import { signingHook } from '../../src/operations/certificates/signing-hook.ts';
import { type ControlUnderTest, startControl } from '../support/control-under-test.ts';
import { type ScriptedEdge, scriptedEdge } from '../support/scripted-edge.ts';
import { makeSigningRequest } from '../support/signing-requests.ts';
import { until } from '../support/until.ts';

const DAY_MS = 24 * 3_600_000;
let control: ControlUnderTest;
let edge: ScriptedEdge;

beforeAll(async () => {
  // The hook is nobody: what it is asked, the tests answer by the API.
  const signingHookUrl = 'http://user:secret@127.0.0.1:2/sign';
  control = await startControl((config) => ({
    ...config,
    security: { ...config.security, signingHook: signingHookUrl },
  }));
  edge = scriptedEdge(control);
});
afterAll(() => control.close());

async function signFor(csr: string, lifetime = 20 * DAY_MS): Promise<string> {
  const now = Date.now();
  const made = await createAuthority({ algorithm: 'ecdsa-p256', commonName: 'Out', organization: '', now });
  const request = await readSigningRequest(csr);
  if (!request) throw new TypeError('no request');
  const leaf = await issueCertificate(made.authority, made.keys.issuingKey, { request, now, lifetime });
  return leaf.pem + made.authority.issuingCertificate;
}

describe('certificates over the API', () => {
  it('L20, L24: a request waits in words for its certificate, which comes by the API and is listed, revoked and refused', async () => {
    await edge.boot('CP-1', { chargePointSerialNumber: 'SN-1' });
    const { csr } = await makeSigningRequest('ec');
    await edge.send('CP-1', 'SignCertificate', { csr });
    const requests = async () =>
      (await control.send('GET', '/api/v1/certificate-requests?chargePointId=CP-1')).body.items;
    await until('the hook was tried', async () => (await requests())[0]?.problem ?? undefined);
    const [{ id, state, problem }] = await requests();
    expect([state, problem]).toEqual(['received', 'the signing hook cannot be reached: ECONNREFUSED']);
    expect(control.log.join('')).toContain(problem);
    expect(control.log.join('')).not.toContain('secret');

    const path = `/api/v1/certificate-requests/${id}/certificate`;
    const { csr: foreign } = await makeSigningRequest('ec');
    const misfit = await control.send('POST', path, { json: { certificate: await signFor(foreign) } });
    expect([misfit.status, misfit.body.error.code]).toEqual([422, 'unfit_certificate']);
    const certificate = await signFor(csr);
    const given = await control.send('POST', path, { json: { certificate } });
    expect([given.status, given.body.state]).toEqual([200, 'signed']);
    await until('the charge point has it', async () => (await requests())[0].state === 'installed');
    expect(edge.chargePoints.asked.at(-1)?.payload).toEqual({ certificateChain: certificate });
    expect((await control.send('POST', path, { json: { certificate } })).status).toBe(409);
    const nobody = '/api/v1/certificate-requests/none/certificate';
    expect((await control.send('POST', nobody, { json: { certificate } })).status).toBe(404);

    const [leaf] = readCertificates(certificate) ?? [];
    const listed = (query: string) =>
      control
        .send('GET', `/api/v1/certificates?${query}`)
        .then(({ body }) => body.items.map(({ serial }: { serial: string }) => serial));
    expect(await listed('expiringWithin=30')).toEqual([leaf?.serial]);
    expect(await listed('expiringWithin=10')).toEqual([]);
    expect(await listed('chargePointId=CP-1&state=installed')).toEqual([leaf?.serial]);
    expect(await listed('chargePointId=CP-2')).toEqual([]);

    const { certificates } = (await control.send('GET', '/api/v1/charge-points/CP-1/security')).body;
    expect(certificates).toMatchObject([{ serial: leaf?.serial, issuer: leaf?.issuer, state: 'installed' }]);
    expect(leaf?.issuer).toBe('CN=Out issuing');

    const shouted = `00${leaf?.serial.toUpperCase()}`;
    const revoked = await control.send('POST', `/api/v1/certificates/${shouted}/revoke`, {
      json: { reason: 'keyCompromise' },
    });
    expect(revoked.body).toMatchObject({ state: 'revoked', reason: 'keyCompromise', serial: leaf?.serial });
    expect(control.store.certificates.isRevoked(new X509Certificate(certificate).raw)).toBe(true);
    expect(edge.closed).toEqual([`CP-1: the certificate ${leaf?.serial} is revoked`]);
    expect(control.store.certificates.closing()).toEqual([]);
    expect((await control.send('GET', `/api/v1/certificates/${leaf?.sha256}`)).body.state).toBe('revoked');
    expect((await control.send('POST', '/api/v1/certificates/77/revoke', { json: {} })).status).toBe(404);
  });

  it("L16: a certificate from elsewhere is told of, is one charge point's, and can be revoked", async () => {
    await edge.boot('CP-3');
    const { csr } = await makeSigningRequest('rsa', [{ CN: ['SN-3'] }]);
    const json = { chargePointId: 'CP-3', certificate: await signFor(csr) };
    const added = await control.send('POST', '/api/v1/certificates', { json });
    expect([added.status, added.body.authority, added.body.commonName]).toEqual([201, null, 'SN-3']);
    const again = await control.send('POST', '/api/v1/certificates', { json });
    expect([again.status, again.body.error.code]).toEqual([409, 'certificate_exists']);
    const { authority } = await createAuthority({
      algorithm: 'ecdsa-p256',
      commonName: 'Out',
      organization: '',
      now: Date.now(),
    });
    for (const certificate of ['nonsense', authority.rootCertificate]) {
      const wrong = await control.send('POST', '/api/v1/certificates', { json: { ...json, certificate } });
      expect([wrong.status, wrong.body.error.code]).toEqual([422, 'unfit_certificate']);
    }
    const path = `/api/v1/certificates/${added.body.serial}`;
    expect((await control.send('DELETE', '/api/v1/charge-points/CP-3')).status).toBe(204);
    const gone = { state: 'revoked', reason: 'cessationOfOperation' };
    expect((await control.send('GET', path)).body).toMatchObject(gone);
    expect((await control.send('POST', `${path}/revoke`, { json: {} })).body).toMatchObject(gone);
  });
});

describe('the signing hook', () => {
  async function answering(status: number, body: string): Promise<{ url: string; asked: IncomingMessage[] }> {
    const asked: IncomingMessage[] = [];
    const server = createServer((request, response) => {
      asked.push(request);
      request.resume().on('end', () => response.writeHead(status).end(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    return { url: `http://ca:p%C3%A4ss@127.0.0.1:${(server.address() as AddressInfo).port}/sign`, asked };
  }
  const order = { id: 'r-1', chargePointId: 'CP-1', serialNumber: null, csr: 'CSR', receivedAt: '' };

  it('understands what an authority may answer', async () => {
    for (const [status, body, answer] of [
      [200, '{"certificate":"PEM"}', { kind: 'certificate', certificate: 'PEM' }],
      [
        201,
        '-----BEGIN CERTIFICATE-----',
        { kind: 'certificate', certificate: '-----BEGIN CERTIFICATE-----' },
      ],
      [200, '{}', { kind: 'retry', problem: 'the answer of the signing hook has no certificate' }],
      [202, '', { kind: 'later' }],
      [403, 'not\nyours', { kind: 'refused', problem: 'the signing hook answered 403: not yours' }],
      [429, '', { kind: 'retry', problem: 'the signing hook answered 429' }],
      [
        503,
        'x'.repeat(70_000),
        { kind: 'retry', problem: 'the signing hook answered more than 65536 bytes' },
      ],
    ] as const) {
      const { url, asked } = await answering(status, body);
      expect(await signingHook(url, 5_000)(order)).toEqual(answer);
      expect(asked[0]?.headers).toMatchObject({
        authorization: `Basic ${Buffer.from('ca:päss').toString('base64')}`,
        'idempotency-key': 'r-1',
      });
    }
  });

  it('is not waited for for ever', async () => {
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.closeAllConnections());
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const answer = await signingHook(`http://127.0.0.1:${port}/`, 50)(order);
    expect(answer).toEqual({
      kind: 'retry',
      problem: 'the signing hook cannot be reached: no answer within 50 ms',
    });
  });
});
