import { type Authority, signerOf } from './authority.ts';
import { loadX509 } from './library.ts';
import { writePem } from './pem.ts';

/** Why a certificate is revoked, as revocation lists say it (RFC 5280 §5.3.1). */
export type RevocationReason =
  | 'unspecified'
  | 'keyCompromise'
  | 'affiliationChanged'
  | 'superseded'
  | 'cessationOfOperation'
  | 'privilegeWithdrawn';

export const REVOCATION_REASONS = [
  'unspecified',
  'keyCompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'privilegeWithdrawn',
] as const satisfies readonly RevocationReason[];

export interface RevokedCertificate {
  /** Hexadecimal. */
  readonly serial: string;
  /** Epoch ms. */
  readonly revokedAt: number;
  readonly reason: RevocationReason;
}

/** A list is to be fetched anew after this, ms. */
const NEXT_UPDATE_MS = 24 * 3_600_000;

/**
 * Returns the revocation list of an authority in PEM (RFC 5280 §5), signed with its issuing key. `now` in
 * epoch ms.
 */
export async function writeRevocationList(
  { algorithm, issuingCertificate }: Authority,
  issuingKey: string,
  revoked: readonly RevokedCertificate[],
  now: number,
): Promise<string> {
  const x509 = await loadX509();
  const issuer = new x509.X509Certificate(issuingCertificate);
  const list = await x509.X509CrlGenerator.create({
    ...(await signerOf(algorithm, issuingKey)),
    issuer: issuer.subjectName,
    thisUpdate: new Date(now),
    nextUpdate: new Date(now + NEXT_UPDATE_MS),
    extensions: [await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey)],
    entries: revoked.map(({ serial, revokedAt, reason }) => ({
      serialNumber: serial.length % 2 === 0 ? serial : `0${serial}`,
      revocationDate: new Date(revokedAt),
      ...(reason !== 'unspecified' && { reason: x509.X509CrlReason[reason] }),
    })),
  });
  return writePem('X509 CRL', new Uint8Array(list.rawData));
}
