import { X509Certificate } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { loadX509 } from '../../src/certificates/library.ts';
import { readPem } from '../../src/certificates/pem.ts';
import { openStore } from '../../src/store/store.ts';
import { type ControlUnderTest, startControl } from '../support/control-under-test.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'farad-authority-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function start(sealingKeyFile: string): Promise<ControlUnderTest> {
  const control = await startControl((config) => ({
    ...config,
    security: { ...config.security, sealingKeyFile, cpoName: 'Acme Charging' },
  }));
  onTestFinished(() => control.close());
  return control;
}

it('an authority can be made only where its keys can be sealed', async () => {
  const control = await start('');
  const refused = await control.send('POST', '/api/v1/certificate-authority', {
    json: { algorithm: 'ecdsa-p256' },
  });
  expect([refused.status, refused.body.error.code]).toEqual([409, 'no_sealing_key']);
  const { body } = await control.send('GET', '/api/v1/certificate-authority');
  expect(body).toEqual({ outside: false, canSeal: false, authorities: [], current: null });
  expect((await control.send('GET', '/api/v1/certificate-authority/crl')).status).toBe(404);
});

it('L22: authorities of each kind are made, told of, and deleted; their keys open nowhere else', async () => {
  const sealingKeyFile = join(await folder(), 'sealing-key');
  await writeFile(sealingKeyFile, 'a secret of more than thirty-two bytes');
  const control = await start(sealingKeyFile);
  const ids: string[] = [];
  for (const algorithm of ['ecdsa-p256', 'rsa-2048', 'rsa-pss-2048']) {
    const { status, body } = await control.send('POST', '/api/v1/certificate-authority', {
      json: { algorithm, commonName: `Acme ${algorithm}` },
    });
    expect([status, body.algorithm, body.canIssue]).toEqual([201, algorithm, true]);
    const root = new X509Certificate(body.rootCertificate);
    expect(body.fingerprint).toBe(root.fingerprint256.replaceAll(':', '').toLowerCase());
    expect(root.subject).toBe(`O=Acme Charging\nCN=Acme ${algorithm}`);
    expect(new X509Certificate(body.issuingCertificate).verify(root.publicKey)).toBe(true);
    ids.unshift(body.id);
  }
  const { body: shown } = await control.send('GET', '/api/v1/certificate-authority');
  expect(shown.authorities.map(({ id }: { id: string }) => id)).toEqual(ids);
  expect(shown.current).toBe(ids[0]);
  const now = Date.now();
  for (const [sha256, authority, state] of [
    ['01', ids[1], 'revoked'],
    ['02', ids[1], 'installed'],
    ['03', ids[0], 'revoked'],
  ] as const) {
    const names = { chargePointId: 'CP-1', commonName: 'SN-1', organization: '', pem: '' };
    const times = { notBefore: now, notAfter: now + 1e9, issuedAt: now, installedAt: null, revokedAt: now };
    const certificate = {
      sha256,
      serial: `a${sha256}`,
      authority: authority ?? null,
      state,
      ...names,
      ...times,
    };
    await control.store.certificates.put({ ...certificate, reason: 'superseded', closing: false });
  }
  const { body: list } = await control.send('GET', `/api/v1/certificate-authority/crl?authority=${ids[1]}`);
  expect(readPem(list, 'X509 CRL')).toHaveLength(1);
  const { X509Crl } = await loadX509();
  expect(new X509Crl(list).entries.map(({ serialNumber }) => serialNumber)).toEqual(['0a01']);

  const secrets = ids.map((id) => control.store.certificateAuthorities.keysOf(id));
  const lines = secrets
    .flatMap((keys) => [keys?.rootKey, keys?.issuingKey])
    .map((pem) => pem?.split('\n')[2]);
  expect(lines.every((line) => (line?.length ?? 0) > 40)).toBe(true);
  const { body: audit } = await control.send('GET', '/api/v1/audit');
  const told = JSON.stringify([shown, audit, control.log]);
  for (const line of lines) expect(told).not.toContain(line);
  expect(told).toContain('createCertificateAuthority');

  const copy = await folder();
  await cp(control.config.dataDir, copy, { recursive: true });
  const pepper = await readFile(join(copy, 'pepper')).catch(() => Buffer.alloc(32));
  for (const sealingKeys of [undefined, { present: pepper }, { present: Buffer.alloc(32) }]) {
    const store = openStore({ dataDir: copy, role: 'setup', ...(sealingKeys && { sealingKeys }) });
    expect(store.certificateAuthorities.all()).toHaveLength(3);
    expect(ids.map((id) => store.certificateAuthorities.keysOf(id))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    await store.close();
  }

  expect((await control.send('DELETE', `/api/v1/certificate-authority/${ids[0]}`)).status).toBe(204);
  expect((await control.send('DELETE', `/api/v1/certificate-authority/${ids[0]}`)).status).toBe(404);
  expect((await control.send('GET', '/api/v1/certificate-authority')).body.current).toBe(ids[1]);
});
