import { type Authority, BACKDATED_MS, randomSerial, signerOf } from './authority.ts';
import { type Certificate, readCertificate, readCertificates } from './certificate.ts';
import { loadX509, type X509 } from './library.ts';
import type { SigningRequest } from './signing-request.ts';

export interface CertificateOrder {
  readonly request: SigningRequest;
  /** What stands in the certificate instead of the request's own; undefined: its own. */
  readonly commonName?: string | undefined;
  readonly organization?: string | undefined;
  /** Epoch ms. */
  readonly now: number;
  /** ms from now. */
  readonly lifetime: number;
}

/**
 * Issues the certificate of a charge point. The public key goes in as it is in the request
 * (security whitepaper ed. 3 A02.FR.13); the request must have been checked. `issuingKey` is PKCS#8 in PEM.
 */
export async function issueCertificate(
  { algorithm, issuingCertificate }: Authority,
  issuingKey: string,
  order: CertificateOrder,
): Promise<Certificate> {
  const x509 = await loadX509();
  const { request, now, lifetime } = order;
  const issuer = new x509.X509Certificate(issuingCertificate);
  const notAfter = Math.min(now + lifetime, issuer.notAfter.getTime());
  const { digitalSignature, keyEncipherment } = x509.KeyUsageFlags;
  const isRsa = request.publicKey.asymmetricKeyType !== 'ec';
  const written = await x509.X509CertificateGenerator.create({
    ...(await signerOf(algorithm, issuingKey)),
    serialNumber: randomSerial(),
    subject: subjectOf(x509, order),
    issuer: issuer.subjectName,
    notBefore: new Date(now - BACKDATED_MS),
    notAfter: new Date(notAfter),
    publicKey: request.parsed.publicKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(digitalSignature | (isRsa ? keyEncipherment : 0), true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
      await x509.SubjectKeyIdentifierExtension.create(request.parsed.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  const certificate = readCertificate(new Uint8Array(written.rawData));
  if (certificate === undefined) throw new TypeError('a certificate was issued that cannot be read');
  return certificate;
}

/** Whether an authority's certificates can still be issued from, at `now` in epoch ms. */
export function isInForce({ issuingCertificate }: Authority, now: number): boolean {
  const [issuing] = readCertificates(issuingCertificate) ?? [];
  return issuing !== undefined && issuing.notBefore <= now && now < issuing.notAfter;
}

function subjectOf(x509: typeof X509, { request, commonName, organization }: CertificateOrder): X509.Name {
  const asked = request.parsed.subjectName;
  if (commonName === undefined && organization === undefined) return asked;
  const replaced = {
    ...(organization !== undefined && { O: organization }),
    ...(commonName !== undefined && { CN: commonName }),
  };
  const kept = asked.toJSON().flatMap((part) => {
    const rest = Object.entries(part).filter(([name]) => !Object.hasOwn(replaced, name));
    return rest.length > 0 ? [Object.fromEntries(rest)] : [];
  });
  // A plain text would have its quotes read away.
  const put = Object.entries(replaced).map(([name, utf8String]) => ({ [name]: [{ utf8String }] }));
  return new x509.Name([...kept, ...put]);
}
