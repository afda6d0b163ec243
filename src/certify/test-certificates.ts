import 'reflect-metadata';
import { createHash, randomBytes, webcrypto, type X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);

const DAY_MS = 24 * 3_600_000;
const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: Uint8Array.of(1, 0, 1),
};

export type KeyKind = 'ec' | 'rsa';
export type HashAlgorithm = 'SHA256' | 'SHA384' | 'SHA512';

/** A certificate in PEM, with its private key. */
export interface CertificateWithKey {
  readonly pem: string;
  readonly certificate: x509.X509Certificate;
  /** PKCS#8. */
  readonly keyPem: string;
  readonly keys: webcrypto.CryptoKeyPair;
}

/** A request for a certificate (PKCS#10) with the private key that stays at the charge point. */
export interface SigningRequest {
  readonly csr: string;
  /** PKCS#8. */
  readonly keyPem: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer;
}

/** Makes a root certificate with a new key on P-256. */
export async function newRoot(commonName: string): Promise<CertificateWithKey> {
  const keys = await newKeys('ec');
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...validFor(365),
    name: `CN=${commonName}, O=Farad Certify`,
    keys,
    signingAlgorithm: EC,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign | x509.KeyUsageFlags.digitalSignature,
        true,
      ),
    ],
  });
  return { pem: certificate.toString('pem'), certificate, keyPem: await pemOf(keys), keys };
}

/** Makes the certificate of a server, whose CN is its name. */
export async function newServerCertificate(
  issuer: CertificateWithKey,
  name: string,
  kind: KeyKind,
): Promise<CertificateWithKey> {
  const keys = await newKeys(kind);
  const certificate = await x509.X509CertificateGenerator.create({
    ...validFor(30),
    subject: `CN=${name}, O=Farad Certify`,
    issuer: issuer.certificate.subject,
    publicKey: keys.publicKey,
    signingKey: issuer.keys.privateKey,
    signingAlgorithm: EC,
    extensions: [
      new x509.BasicConstraintsExtension(false),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    ],
  });
  return { pem: certificate.toString('pem'), certificate, keyPem: await pemOf(keys), keys };
}

/** Makes what a charge point asks for a certificate with; `serialNumber` is its own. */
export async function newSigningRequest(serialNumber: string, kind: KeyKind): Promise<SigningRequest> {
  const keys = await newKeys(kind);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: `CN=${serialNumber}, O=Farad Certify`,
    keys,
    signingAlgorithm: kind === 'ec' ? EC : RSA,
  });
  return {
    csr: request.toString('pem'),
    keyPem: await pemOf(keys),
    publicKey: Buffer.from(await webcrypto.subtle.exportKey('spki', keys.publicKey)),
  };
}

/** Returns what a charge point names a root certificate by (security whitepaper ed. 3 §6.1). */
export async function hashDataOf(
  { certificate, keys }: CertificateWithKey,
  hashAlgorithm: HashAlgorithm,
): Promise<Record<string, string>> {
  const digest = (bytes: ArrayBuffer): string =>
    createHash(hashAlgorithm.toLowerCase()).update(new Uint8Array(bytes)).digest('hex');
  // The point of a key on a curve is all that the bit string of its public key holds.
  const point = await webcrypto.subtle.exportKey('raw', keys.publicKey);
  return {
    hashAlgorithm,
    issuerNameHash: digest(certificate.issuerName.toArrayBuffer()),
    issuerKeyHash: digest(point),
    serialNumber: certificate.serialNumber.replace(/^0+/, ''),
  };
}

/** Returns how a certificate is signed, by the names of the Web Cryptography API. */
export function signatureOf({ raw }: X509Certificate): string {
  const { signatureAlgorithm } = new x509.X509Certificate(raw);
  // The types of the library leave the name out.
  return (signatureAlgorithm as unknown as { name: string }).name;
}

function validFor(days: number): { serialNumber: string; notBefore: Date; notAfter: Date } {
  return {
    serialNumber: `01${randomBytes(8).toString('hex')}`,
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + days * DAY_MS),
  };
}

async function newKeys(kind: KeyKind): Promise<webcrypto.CryptoKeyPair> {
  const wanted = kind === 'ec' ? EC : RSA;
  return (await webcrypto.subtle.generateKey(wanted, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
}

async function pemOf({ privateKey }: webcrypto.CryptoKeyPair): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', privateKey));
  return x509.PemConverter.encode(der, 'PRIVATE KEY');
}
