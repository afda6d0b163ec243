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
  /** Its names instead of CN and O; empty: it has none. */
  readonly names?: string;
  /** Object identifiers of extendedKeyUsage; none: no such extension. Absent: servers and clients of TLS. */
  readonly purposes?: readonly string[];
  /** keyUsage; absent: no such extension. */
  readonly usage?: x509.KeyUsageFlags;
}

export interface AuthorityWishes {
  /** Its names instead of CN and O; empty: it has none. */
  readonly names?: string;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** How many authorities may stand below it. */
  readonly pathLength?: number;
  /** Of an RSA key; absent: a key on P-256. */
  readonly bits?: number;
  /** False: it issues although its certificate says that it is no authority. */
  readonly mayIssue?: boolean;
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
  /** An authority that this one has issued. */
  below(commonName: string, wishes?: AuthorityWishes): Promise<TestAuthority>;
  /** A root with the same name and the same key. */
  again(wishes?: AuthorityWishes): Promise<TestAuthority>;
}

/** extendedKeyUsage of whoever signs code. */
export const CODE_SIGNING = x509.ExtendedKeyUsage.codeSigning as string;
export const { KeyUsageFlags } = x509;

let serial = 0x1000;

/** Makes a root of its own. */
export function createTestAuthority(
  commonName = 'Test Root',
  wishes: AuthorityWishes = {},
): Promise<TestAuthority> {
  return makeAuthority(commonName, wishes);
}

/** Who signs: absent, the authority itself. */
interface Signer {
  readonly subject: string;
  readonly key: webcrypto.CryptoKey;
  readonly algorithm: typeof RSA | typeof EC;
}

async function makeAuthority(
  commonName: string,
  { names, notBefore, notAfter, pathLength, bits, mayIssue = true }: AuthorityWishes,
  above?: Signer,
  former?: webcrypto.CryptoKeyPair,
): Promise<TestAuthority> {
  const algorithm = bits === undefined ? EC : RSA;
  const keys = former ?? (await makeKeys(bits === undefined ? 'ec' : 'rsa', bits ?? 0));
  const subject = names ?? `CN=${commonName}, O=Farad tests`;
  const signer = above ?? { subject, key: keys.privateKey, algorithm };
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: (serial++).toString(16),
    subject,
    issuer: signer.subject,
    notBefore: notBefore ?? new Date(Date.now() - DAY_MS),
    notAfter: notAfter ?? new Date(Date.now() + 400 * DAY_MS),
    publicKey: keys.publicKey,
    signingKey: signer.key,
    signingAlgorithm: signer.algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(mayIssue, pathLength, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  const own: Signer = { subject: certificate.subject, key: keys.privateKey, algorithm };
  return {
    ...(await asPem(certificate, keys)),
    issue: (wishes = {}) => issueBy(own, wishes),
    below: (name, wishes = {}) => makeAuthority(name, wishes, own),
    again: (wishes = {}) => makeAuthority(commonName, wishes, undefined, keys),
  };
}

async function issueBy(signer: Signer, wishes: CertificateWishes): Promise<TestCertificate> {
  const { algorithm = 'ec', bits = 2048, organization = 'Farad tests', usage } = wishes;
  const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;
  const { purposes = [serverAuth, clientAuth] as readonly string[] } = wishes;
  const own = await makeKeys(algorithm, bits);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: wishes.serialNumber ?? (serial++).toString(16),
    subject: wishes.names ?? `CN=${wishes.commonName ?? 'localhost'}, O=${organization}`,
    issuer: signer.subject,
    notBefore: wishes.notBefore ?? new Date(Date.now() - DAY_MS),
    notAfter: wishes.notAfter ?? new Date(Date.now() + 90 * DAY_MS),
    publicKey: own.publicKey,
    signingKey: signer.key,
    signingAlgorithm: signer.algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false),
      ...(purposes.length > 0 ? [new x509.ExtendedKeyUsageExtension([...purposes])] : []),
      ...(usage === undefined ? [] : [new x509.KeyUsagesExtension(usage, true)]),
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
      ]),
    ],
  });
  return asPem(certificate, own);
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
