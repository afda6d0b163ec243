import { createHash } from 'node:crypto';
import { type Certificate, normaliseSerial } from './certificate.ts';
import { BIT_STRING, readSequence } from './der.ts';

/** What OCPP names a certificate by (CertificateHashDataType, security whitepaper ed. 3 §6.1). */
export interface CertificateHashData {
  readonly hashAlgorithm: 'SHA256' | 'SHA384' | 'SHA512';
  readonly issuerNameHash: string;
  readonly issuerKeyHash: string;
  readonly serialNumber: string;
}

/**
 * Version, serial number, algorithm, then the issuer (RFC 5280 §4.1); a certificate of version 1 has no
 * version.
 */
const VERSION_TAG = 0xa0;
const ISSUER_AFTER_VERSION = 2;

/**
 * Returns the hashes of a certificate as OCSP has them (RFC 6960 §4.1.1): over the DER of its issuer's name,
 * and over the bits of its issuer's public key without tag, length and the number of unused bits. Throws
 * TypeError where `issuer` is not the one that the certificate names.
 */
export function hashDataOf(
  certificate: Certificate,
  issuer: Certificate,
  hashAlgorithm: CertificateHashData['hashAlgorithm'],
): CertificateHashData {
  if (!certificate.x509.checkIssued(issuer.x509)) throw new TypeError('the certificate has another issuer');
  const digest = (bytes: Uint8Array) => createHash(hashAlgorithm.toLowerCase()).update(bytes).digest('hex');
  return {
    hashAlgorithm,
    issuerNameHash: digest(issuerNameOf(certificate.der)),
    issuerKeyHash: digest(publicKeyBits(issuer)),
    serialNumber: certificate.serial,
  };
}

/**
 * Whether two mean the same certificate: digits are compared without case, serial numbers without leading
 * zeros.
 */
export function isSameHashData(one: CertificateHashData, other: CertificateHashData): boolean {
  return (
    one.hashAlgorithm === other.hashAlgorithm &&
    one.issuerNameHash.toLowerCase() === other.issuerNameHash.toLowerCase() &&
    one.issuerKeyHash.toLowerCase() === other.issuerKeyHash.toLowerCase() &&
    normaliseSerial(one.serialNumber) === normaliseSerial(other.serialNumber)
  );
}

function issuerNameOf(der: Uint8Array): Uint8Array {
  const [toBeSigned] = readSequence(der) ?? [];
  const members = (toBeSigned && readSequence(toBeSigned.bytes)) ?? [];
  const at = members[0]?.tag === VERSION_TAG ? ISSUER_AFTER_VERSION + 1 : ISSUER_AFTER_VERSION;
  const issuer = members[at];
  if (issuer === undefined) throw new TypeError('the certificate has no issuer');
  return issuer.bytes;
}

function publicKeyBits({ x509 }: Certificate): Uint8Array {
  const spki = x509.publicKey.export({ type: 'spki', format: 'der' });
  const bits = readSequence(spki)?.find(({ tag }) => tag === BIT_STRING);
  if (bits === undefined) throw new TypeError('the issuer has no public key');
  return bits.content.subarray(1);
}
