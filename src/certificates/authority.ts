import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto';
import { normaliseSerial } from './certificate.ts';
import { loadX509, type X509 } from './library.ts';
import { writePem } from './pem.ts';

/**
 * What an authority signs with: ECDSA on P-256, RSA-PSS, or RSA by PKCS#1 v1.5, which some charge points
 * want; SHA-256 all of them.
 */
export type AuthorityAlgorithm = 'ecdsa-p256' | 'rsa-pss-2048' | 'rsa-2048';

export const AUTHORITY_ALGORITHMS = [
  'ecdsa-p256',
  'rsa-pss-2048',
  'rsa-2048',
] as const satisfies readonly AuthorityAlgorithm[];

/** Who issues: a root that charge points and Farad trust, and below it the one that signs. PEM. */
export interface Authority {
  readonly algorithm: AuthorityAlgorithm;
  readonly rootCertificate: string;
  readonly issuingCertificate: string;
}

/** Its private keys, PKCS#8 in PEM. */
export interface AuthorityKeys {
  readonly rootKey: string;
  readonly issuingKey: string;
}

export interface NewAuthority {
  readonly algorithm: AuthorityAlgorithm;
  readonly commonName: string;
  readonly organization: string;
  /** Epoch ms. */
  readonly now: number;
}

type Keys = { readonly publicKey: webcrypto.CryptoKey; readonly privateKey: webcrypto.CryptoKey };

const RSA = { modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1), hash: 'SHA-256' };
const GENERATION: Readonly<Record<AuthorityAlgorithm, object>> = {
  'ecdsa-p256': { name: 'ECDSA', namedCurve: 'P-256' },
  'rsa-pss-2048': { name: 'RSA-PSS', ...RSA },
  'rsa-2048': { name: 'RSASSA-PKCS1-v1_5', ...RSA },
};
const IMPORT: Readonly<Record<AuthorityAlgorithm, object>> = {
  'ecdsa-p256': { name: 'ECDSA', namedCurve: 'P-256' },
  'rsa-pss-2048': { name: 'RSA-PSS', hash: 'SHA-256' },
  'rsa-2048': { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
};
const SIGNING: Readonly<Record<AuthorityAlgorithm, { name: string; hash: string; saltLength?: number }>> = {
  'ecdsa-p256': { name: 'ECDSA', hash: 'SHA-256' },
  'rsa-pss-2048': { name: 'RSA-PSS', hash: 'SHA-256', saltLength: 32 },
  'rsa-2048': { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
};

const DAY_MS = 24 * 3_600_000;
const ROOT_LIFETIME_MS = 20 * 365 * DAY_MS;
const ISSUING_LIFETIME_MS = 10 * 365 * DAY_MS;
/** Clocks differ: what is issued now is valid since then, ms. */
export const BACKDATED_MS = 3_600_000;

/** 127 bits of chance; the first byte is neither negative nor nought (RFC 5280 §4.1.2.2). */
const SERIAL_BYTES = 16;

/** Makes the keys and certificates of a new authority. */
export async function createAuthority({
  algorithm,
  commonName,
  organization,
  now,
}: NewAuthority): Promise<{ authority: Authority; keys: AuthorityKeys }> {
  const x509 = await loadX509();
  const [root, issuing] = await Promise.all([generate(algorithm), generate(algorithm)]);
  const nameOf = (name: string) =>
    new x509.Name([
      ...(organization === '' ? [] : [{ O: [{ utf8String: organization }] }]),
      { CN: [{ utf8String: name }] },
    ]);
  const notBefore = new Date(now - BACKDATED_MS);
  const shared = { notBefore, signingKey: root.privateKey as never, signingAlgorithm: SIGNING[algorithm] };
  const issuer = nameOf(commonName);
  const rootCertificate = await x509.X509CertificateGenerator.create({
    ...shared,
    serialNumber: randomSerial(),
    subject: issuer,
    issuer,
    notAfter: new Date(now + ROOT_LIFETIME_MS),
    publicKey: root.publicKey as never,
    extensions: await authorityExtensions(x509, root, root),
  });
  const issuingCertificate = await x509.X509CertificateGenerator.create({
    ...shared,
    serialNumber: randomSerial(),
    subject: nameOf(`${commonName} issuing`),
    issuer,
    notAfter: new Date(now + ISSUING_LIFETIME_MS),
    publicKey: issuing.publicKey as never,
    extensions: await authorityExtensions(x509, issuing, root),
  });
  return {
    authority: {
      algorithm,
      rootCertificate: writePem('CERTIFICATE', new Uint8Array(rootCertificate.rawData)),
      issuingCertificate: writePem('CERTIFICATE', new Uint8Array(issuingCertificate.rawData)),
    },
    keys: { rootKey: await exportKey(root), issuingKey: await exportKey(issuing) },
  };
}

/** What certificates and revocation lists of an authority are signed with: `key` is PKCS#8 in PEM. */
export async function signerOf(
  algorithm: AuthorityAlgorithm,
  key: string,
): Promise<{ signingKey: never; signingAlgorithm: { name: string; hash: string; saltLength?: number } }> {
  const pkcs8 = createPrivateKey(key).export({ type: 'pkcs8', format: 'der' });
  const signingKey = await webcrypto.subtle.importKey('pkcs8', pkcs8, IMPORT[algorithm] as never, false, [
    'sign',
  ]);
  return { signingKey: signingKey as never, signingAlgorithm: SIGNING[algorithm] };
}

/** Returns a serial number for a new certificate, hexadecimal, without leading zeros. */
export function randomSerial(): string {
  const bytes = randomBytes(SERIAL_BYTES);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return normaliseSerial(bytes.toString('hex'));
}

function generate(algorithm: AuthorityAlgorithm): Promise<Keys> {
  const usages = ['sign', 'verify'] as const;
  return webcrypto.subtle.generateKey(
    GENERATION[algorithm] as never,
    true,
    usages,
  ) as unknown as Promise<Keys>;
}

async function exportKey({ privateKey }: Keys): Promise<string> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', privateKey));
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

async function authorityExtensions(x509: typeof X509, of: Keys, by: Keys): Promise<X509.Extension[]> {
  const { keyCertSign, cRLSign } = x509.KeyUsageFlags;
  return [
    new x509.BasicConstraintsExtension(true, of === by ? undefined : 0, true),
    new x509.KeyUsagesExtension(keyCertSign | cRLSign, true),
    await x509.SubjectKeyIdentifierExtension.create(of.publicKey as never),
    await x509.AuthorityKeyIdentifierExtension.create(by.publicKey as never),
  ];
}
