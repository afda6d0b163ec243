import { execFile, execFileSync } from 'node:child_process';
import { createHash, type X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  AUTHORITY_ALGORITHMS,
  type AuthorityAlgorithm,
  createAuthority,
} from '../../../src/certificates/authority.ts';
import { readCertificate, readCertificates } from '../../../src/certificates/certificate.ts';
import { buildChain, hasIssued } from '../../../src/certificates/chain.ts';
import { hashDataOf, isSameHashData } from '../../../src/certificates/hash-data.ts';
import { issueCertificate } from '../../../src/certificates/issue.ts';
import { readPem, writePem } from '../../../src/certificates/pem.ts';
import { writeRevocationList } from '../../../src/certificates/revocation-list.ts';
import { readSigningRequest } from '../../../src/certificates/signing-request.ts';
import { makeSigningRequest, type RequestKey } from '../../support/signing-requests.ts';

const DAY_MS = 24 * 3_600_000;
const NOW = Date.now();

async function authorityOf(algorithm: AuthorityAlgorithm) {
  return createAuthority({ algorithm, commonName: 'Acme CA', organization: 'Acme Charging', now: NOW });
}

async function requestOf(key: RequestKey) {
  const made = await makeSigningRequest(key);
  const request = await readSigningRequest(made.csr);
  if (request === undefined) throw new TypeError('the signing request could not be read');
  return { ...made, request };
}

describe.each(AUTHORITY_ALGORITHMS)('an authority of %s', (algorithm) => {
  it('L22, L23: issues chains that hold, leaf first, for keys of any kind', async () => {
    const { authority, keys } = await authorityOf(algorithm);
    const [root] = readCertificates(authority.rootCertificate) ?? [];
    const [issuing] = readCertificates(authority.issuingCertificate) ?? [];
    if (!root || !issuing) throw new TypeError('the authority has no certificates');
    for (const kind of ['ec', 'rsa'] as const) {
      const { request } = await requestOf(kind);
      const order = { request, now: NOW, lifetime: 365 * DAY_MS };
      const leaf = await issueCertificate(authority, keys.issuingKey, order);
      const spki = (pem: X509Certificate) => pem.publicKey.export({ type: 'spki', format: 'der' });
      expect(spki(leaf.x509)).toEqual(request.publicKey.export({ type: 'spki', format: 'der' }));
      expect(leaf.subject).toEqual({ commonName: 'SN-1', organizations: ['Acme Charging'] });
      expect(leaf.x509.ca).toBe(false);
      expect(hasIssued(issuing, leaf) && hasIssued(root, issuing) && root.isSelfSigned).toBe(true);
      expect(Math.round((leaf.notAfter - NOW) / DAY_MS)).toBe(365);

      const mixed = authority.rootCertificate + authority.issuingCertificate + leaf.pem;
      const chain = buildChain(mixed, request.publicKey, 10_000);
      expect(chain).toMatchObject({ pem: leaf.pem + issuing.pem });
    }
  });

  it('signs with the algorithm that it is named after, and lists what is revoked', async () => {
    const { authority, keys } = await authorityOf(algorithm);
    const { request } = await requestOf('ec');
    const leaf = await issueCertificate(authority, keys.issuingKey, { request, now: NOW, lifetime: DAY_MS });
    const revoked = [{ serial: leaf.serial, revokedAt: NOW, reason: 'keyCompromise' as const }];
    const list = await writeRevocationList(authority, keys.issuingKey, revoked, NOW);
    if (!hasOpenssl()) return;
    const folder = await mkdtemp(join(tmpdir(), 'farad-ca-'));
    try {
      const { rootCertificate: root, issuingCertificate: issuing } = authority;
      const files = { root, issuing, leaf: leaf.pem, list };
      for (const [name, pem] of Object.entries(files)) await writeFile(join(folder, name), pem);
      const trust = ['-CAfile', 'root', '-untrusted', 'issuing', '-x509_strict'];
      expect(await openssl(folder, 'verify', ...trust, 'leaf')).toContain('leaf: OK');
      const text = await openssl(folder, 'x509', '-in', 'leaf', '-noout', '-text');
      const names = {
        'ecdsa-p256': 'ecdsa-with-SHA256',
        'rsa-pss-2048': 'rsassaPss',
        'rsa-2048': 'sha256WithRSA',
      };
      expect(text).toContain(`Signature Algorithm: ${names[algorithm]}`);
      const listed = ['-crl_check', '-CRLfile', 'list', '-CAfile', 'root', '-untrusted', 'issuing'];
      await expect(openssl(folder, 'verify', ...listed, 'leaf')).rejects.toThrow(/certificate revoked/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('a chain', () => {
  it('L21: is none without the public key of the request', async () => {
    const { authority, keys } = await authorityOf('ecdsa-p256');
    const { request } = await requestOf('ec');
    const { request: other } = await requestOf('ec');
    const { pem } = await issueCertificate(authority, keys.issuingKey, {
      request,
      now: NOW,
      lifetime: DAY_MS,
    });
    const chain = buildChain(pem, other.publicKey, 10_000);
    expect(chain).toEqual({ problem: 'no certificate in it has the public key of the signing request' });
  });

  it('L23: is none beyond its length', async () => {
    const { authority, keys } = await authorityOf('rsa-2048');
    const { request } = await requestOf('rsa');
    const { pem } = await issueCertificate(authority, keys.issuingKey, {
      request,
      now: NOW,
      lifetime: DAY_MS,
    });
    const whole = pem + authority.issuingCertificate;
    expect(buildChain(whole, request.publicKey, whole.length)).toMatchObject({ pem: whole });
    expect(buildChain(whole, request.publicKey, whole.length - 1)).toEqual({
      problem: `the chain has ${whole.length} characters, more than ${whole.length - 1}`,
    });
  });

  it('leaves out an issuer that has only the name', async () => {
    const { authority, keys } = await authorityOf('ecdsa-p256');
    const { authority: namesake } = await authorityOf('ecdsa-p256');
    const { request } = await requestOf('ec');
    const leaf = await issueCertificate(authority, keys.issuingKey, { request, now: NOW, lifetime: DAY_MS });
    const chain = buildChain(leaf.pem + namesake.issuingCertificate, request.publicKey, 10_000);
    expect(chain).toMatchObject({ pem: leaf.pem });
  });

  it('replaces names of the request where it is told to', async () => {
    const { authority, keys } = await authorityOf('ecdsa-p256');
    const { csr } = await makeSigningRequest('ec', [{ C: ['NL'] }, { O: ['?'] }, { CN: ['a tool'] }]);
    const request = await readSigningRequest(csr);
    if (!request) throw new TypeError('no request');
    const order = { request, commonName: 'SN-7', organization: 'Acme, "Ltd"', now: NOW, lifetime: DAY_MS };
    const { subject, x509 } = await issueCertificate(authority, keys.issuingKey, order);
    expect(subject).toEqual({ commonName: 'SN-7', organizations: ['Acme, "Ltd"'] });
    expect(x509.subject).toContain('C=NL');
  });
});

describe('hash data', () => {
  it.each(['SHA256', 'SHA384', 'SHA512'] as const)('L29: by %s is that of OCSP', async (hashAlgorithm) => {
    const { authority, keys } = await authorityOf('ecdsa-p256');
    const [issuing] = readCertificates(authority.issuingCertificate) ?? [];
    const { request } = await requestOf('ec');
    const leaf = await issueCertificate(authority, keys.issuingKey, { request, now: NOW, lifetime: DAY_MS });
    if (!issuing) throw new TypeError('no issuing certificate');
    const data = hashDataOf(leaf, issuing, hashAlgorithm);
    // The last 65 bytes of such a public key are its point.
    const point = issuing.x509.publicKey.export({ type: 'spki', format: 'der' }).subarray(-65);
    const digest = createHash(hashAlgorithm).update(point).digest('hex');
    expect(data).toMatchObject({ hashAlgorithm, issuerKeyHash: digest, serialNumber: leaf.serial });
    const shouted = {
      hashAlgorithm,
      issuerNameHash: data.issuerNameHash.toUpperCase(),
      issuerKeyHash: data.issuerKeyHash.toUpperCase(),
      serialNumber: `00${data.serialNumber.toUpperCase()}`,
    };
    expect(isSameHashData(data, shouted)).toBe(true);
    expect(isSameHashData(data, { ...shouted, serialNumber: '1' })).toBe(false);
  });

  it('L29: agrees with openssl, serial number without leading zeros', async () => {
    if (!hasOpenssl()) return;
    const folder = await mkdtemp(join(tmpdir(), 'farad-hash-'));
    try {
      const subject = ['-subj', '/O=Acme Charging/CN=Old Root', '-days', '30', '-set_serial', '0x0a0b'];
      const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp224r1', '-nodes', '-keyout', 'key'];
      await openssl(folder, 'req', '-x509', ...key, ...subject, '-out', 'root');
      const pem = await openssl(folder, 'x509', '-in', 'root');
      const [root] = readCertificates(pem) ?? [];
      if (!root) throw new TypeError('no root');
      await openssl(folder, 'ocsp', '-issuer', 'root', '-cert', 'root', '-reqout', 'asked', '-no_nonce');
      const asked = await openssl(folder, 'ocsp', '-reqin', 'asked', '-req_text');
      const hex = (name: string) => new RegExp(`${name}: ([0-9A-F]+)`).exec(asked)?.[1]?.toLowerCase();
      const { issuerNameHash, issuerKeyHash, serialNumber } = sha1Of(root);
      expect(hex('Issuer Name Hash')).toBe(issuerNameHash);
      expect(hex('Issuer Key Hash')).toBe(issuerKeyHash);
      expect(serialNumber).toBe('a0b');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('PEM', () => {
  it('leaves out what is no base64, and blocks of other kinds', () => {
    const block = writePem('CERTIFICATE', Buffer.from('abc'));
    expect(readPem(block.replace('YWJj', 'YW*j'), 'CERTIFICATE')).toEqual([]);
    expect(readPem(block.replace('YWJj', 'YWJ'), 'CERTIFICATE')).toEqual([]);
    expect(readPem(block, 'X509 CRL')).toEqual([]);
    expect(readPem(`x\n${block}y`, 'CERTIFICATE').map(String)).toEqual(['abc']);
    expect(readCertificate(Buffer.from('abc'))).toBeUndefined();
  });
});

/** What openssl prints is by SHA-1, which OCPP has not: the same calculation with it. */
function sha1Of(root: NonNullable<ReturnType<typeof readCertificate>>) {
  return hashDataOf(root, root, 'SHA1' as 'SHA256');
}

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function openssl(cwd: string, ...parameters: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('openssl', parameters, { cwd });
  return stdout;
}
