import 'reflect-metadata';
import { createHash, randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);

const DAY_MS = 24 * 3_600_000;
const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** A root certificate whose issuer is itself. */
export interface Root {
  readonly pem: string;
  readonly certificate: x509.X509Certificate;
}

export type HashAlgorithm = 'SHA256' | 'SHA384' | 'SHA512';

/** Makes a root certificate with a new key on P-256. */
export async function newRoot(commonName: string): Promise<Root> {
  const keys = (await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: `01${randomBytes(8).toString('hex')}`,
    name: `CN=${commonName}, O=Farad Certify`,
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + 365 * DAY_MS),
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
  return { pem: certificate.toString('pem'), certificate };
}

/** Returns what a charge point names a root certificate by (security whitepaper ed. 3 §6.1). */
export async function hashDataOf(
  { certificate }: Root,
  hashAlgorithm: HashAlgorithm,
): Promise<Record<string, string>> {
  const digest = (bytes: ArrayBuffer): string =>
    createHash(hashAlgorithm.toLowerCase()).update(new Uint8Array(bytes)).digest('hex');
  // The point of a key on a curve is all that the bit string of its public key holds.
  const point = await webcrypto.subtle.exportKey('raw', await certificate.publicKey.export());
  return {
    hashAlgorithm,
    issuerNameHash: digest(certificate.issuerName.toArrayBuffer()),
    issuerKeyHash: digest(point),
    serialNumber: certificate.serialNumber.replace(/^0+/, ''),
  };
}
