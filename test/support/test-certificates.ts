import 'reflect-metadata';
import { X509Certificate as NodeCertificate, webcrypto } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);

const DAY_MS = 24 * 60 * 60 * 1000;
const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
const EC = { name: 'ECDSA', hash: 'SHA-256', namedCurve: 'P-256' };

export interface CertificateWishes {
  readonly commonName?: string;
  readonly organization?: string;
  readonly algorithm?: 'rsa' | 'ec';
  /** Of an RSA key. */
  readonly bits?: number;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** Hexadecimal. */
  readonly serialNumber?: string;
}

/** A certificate with its private key, as PEM. */
export interface TestCertificate {
  readonly certificate: string;
  readonly key: string;
  /** DER of the certificate. */
  readonly raw: Uint8Array;
}

/**
 * An authority whose key lies in memory; its certificates are for servers and clients, with the names of this
 * machine.
 */
export interface TestAuthority extends TestCertificate {
  issue(wishes?: CertificateWishes): Promise<TestCertificate>;
}

let serial = 0x1000;

/** Makes a root of its own. */
export async function createTestAuthority(commonName = 'Test Root'): Promise<TestAuthority> {
  const keys = await makeKeys('ec', 0);
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: (serial++).toString(16),
    name: `CN=${commonName}, O=Farad tests`,
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + 400 * DAY_MS),
    keys,
    signingAlgorithm: EC,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  return {
    ...(await asPem(root, keys)),
    async issue(wishes = {}) {
      const { algorithm = 'ec', bits = 2048, organization = 'Farad tests' } = wishes;
      const own = await makeKeys(algorithm, bits);
      const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: wishes.serialNumber ?? (serial++).toString(16),
        subject: `CN=${wishes.commonName ?? 'localhost'}, O=${organization}`,
        issuer: root.subject,
        notBefore: wishes.notBefore ?? new Date(Date.now() - DAY_MS),
        notAfter: wishes.notAfter ?? new Date(Date.now() + 90 * DAY_MS),
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: EC,
        extensions: [
          new x509.BasicConstraintsExtension(false),
          new x509.ExtendedKeyUsageExtension([
            x509.ExtendedKeyUsage.serverAuth,
            x509.ExtendedKeyUsage.clientAuth,
          ]),
          new x509.SubjectAlternativeNameExtension([
            { type: 'dns', value: 'localhost' },
            { type: 'ip', value: '127.0.0.1' },
          ]),
        ],
      });
      return asPem(certificate, own);
    },
  };
}

/** Writes PEM to a file, readable to its owner; returns the path. */
export function writePem(directory: string, name: string, ...pems: readonly string[]): string {
  const path = join(directory, name);
  writeFileSync(path, pems.map((pem) => `${pem.trim()}\n`).join(''), { mode: 0o600 });
  return path;
}

async function makeKeys(algorithm: 'rsa' | 'ec', bits: number): Promise<webcrypto.CryptoKeyPair> {
  const wanted =
    algorithm === 'ec' ? EC : { ...RSA, modulusLength: bits, publicExponent: new Uint8Array([1, 0, 1]) };
  return (await webcrypto.subtle.generateKey(wanted, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
}

async function asPem(
  certificate: x509.X509Certificate,
  keys: webcrypto.CryptoKeyPair,
): Promise<TestCertificate> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const body = pkcs8.toString('base64').replace(/.{64}/g, '$&\n').trim();
  const pem = certificate.toString('pem');
  return {
    certificate: pem,
    key: `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----`,
    raw: new NodeCertificate(pem).raw,
  };
}
