import { type Certificate, readCertificate } from '../certificates/certificate.ts';
import { isRsaOrEc, weaknessOf } from '../certificates/key-strength.ts';
import type { PeerCertificate } from './transport/transport.ts';

/** What a client certificate is held against. */
export interface CertificateRules {
  /** `security.cpoName`; empty: the organization is not looked at. */
  readonly cpoName: string;
  /** Why the certificate counts no more, in words; undefined where it does. One read. */
  readonly revoked: (certificate: Uint8Array) => string | undefined;
  /** The charge point whose certificate this is; undefined where nobody knows. One read. */
  readonly holder: (certificate: Uint8Array) => string | undefined;
}

export type CertificateReason =
  | 'certificate_untrusted'
  | 'certificate_expired'
  | 'certificate_revoked'
  | 'certificate_identity'
  | 'certificate_weak';

export interface CertificateProblem {
  readonly reason: CertificateReason;
  /** In words that an operator can read. */
  readonly text: string;
}

/** What OpenSSL finds in a chain, in the words and the reasons of ours. */
const CHAIN_PROBLEMS: ReadonlyMap<string, readonly [reason: CertificateReason, text: string]> = new Map(
  Object.entries({
    CERT_HAS_EXPIRED: ['certificate_expired', 'a certificate of its chain has expired'],
    CERT_NOT_YET_VALID: ['certificate_expired', 'a certificate of its chain is not valid yet'],
    CRL_HAS_EXPIRED: ['certificate_expired', 'the revocation list of its certificate authority has expired'],
    CERT_REVOKED: ['certificate_revoked', 'a certificate of its chain is revoked'],
    EE_KEY_TOO_SMALL: ['certificate_weak', 'its key is too short'],
    CA_KEY_TOO_SMALL: ['certificate_weak', 'the key of its certificate authority is too short'],
    CA_MD_TOO_WEAK: ['certificate_weak', 'it is signed with a weak hash'],
    DEPTH_ZERO_SELF_SIGNED_CERT: ['certificate_untrusted', 'it is signed by itself'],
    SELF_SIGNED_CERT_IN_CHAIN: ['certificate_untrusted', 'its root is no client CA of this endpoint'],
    UNABLE_TO_GET_ISSUER_CERT: ['certificate_untrusted', 'its issuer is no client CA of this endpoint'],
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [
      'certificate_untrusted',
      'its issuer is no client CA of this endpoint',
    ],
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['certificate_untrusted', 'its issuer is no client CA of this endpoint'],
    CERT_SIGNATURE_FAILURE: ['certificate_untrusted', 'its signature is wrong'],
    INVALID_PURPOSE: ['certificate_untrusted', 'it is not meant for a TLS client'],
  } as const),
);

/**
 * Why a client certificate is not that of the charge point (security whitepaper ed. 3 A00.FR.403 to .407,
 * .427, .501 to .511); undefined where it is. `serialNumber` is the charge point's, undefined where nobody
 * knows it; `now` is epoch ms.
 */
export function problemOf(
  { raw, x509, problem }: PeerCertificate,
  chargePointId: string,
  serialNumber: string | undefined,
  rules: CertificateRules,
  now: number,
): CertificateProblem | undefined {
  const certificate = readCertificate(raw, x509);
  if (certificate === undefined) return refused('certificate_untrusted', 'it cannot be read');
  return (
    problemOfTime(certificate, now) ??
    revocationOf(raw, rules) ??
    problemOfChain(problem) ??
    problemOfStrength(certificate) ??
    problemOfName(certificate, chargePointId, serialNumber, rules)
  );
}

/**
 * Not left to the handshake: a TLS session may be resumed after the certificate that began it has expired.
 */
function problemOfTime({ notBefore, notAfter }: Certificate, now: number): CertificateProblem | undefined {
  if (now > notAfter) return refused('certificate_expired', `it has expired, ${timeOf(notAfter)}`);
  if (now < notBefore) return refused('certificate_expired', `it is not valid before ${timeOf(notBefore)}`);
  return undefined;
}

function timeOf(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/** Why it is refused although it is the charge point's: it was revoked. */
export function revocationOf(
  certificate: Uint8Array,
  { revoked }: Pick<CertificateRules, 'revoked'>,
): CertificateProblem | undefined {
  const why = revoked(certificate);
  return why === undefined ? undefined : refused('certificate_revoked', `it is revoked${why && `: ${why}`}`);
}

function problemOfChain(problem: string | undefined): CertificateProblem | undefined {
  if (problem === undefined) return undefined;
  const [reason, text] = CHAIN_PROBLEMS.get(problem) ?? ['certificate_untrusted', 'its chain does not hold'];
  return refused(reason, `${text} (${problem})`);
}

function problemOfStrength({ x509: { publicKey } }: Certificate): CertificateProblem | undefined {
  const { asymmetricKeyType: type = 'unknown' } = publicKey;
  if (type === 'ed25519' || type === 'ed448') return undefined;
  if (!isRsaOrEc(publicKey)) return refused('certificate_weak', `its key is of the kind ${type}`);
  const weakness = weaknessOf(publicKey);
  return weakness === undefined ? undefined : refused('certificate_weak', `its ${type} key ${weakness}`);
}

function problemOfName(
  certificate: Certificate,
  chargePointId: string,
  serialNumber: string | undefined,
  { cpoName, holder }: CertificateRules,
): CertificateProblem | undefined {
  const { organizations } = certificate.subject;
  const { commonNames: names } = certificate;
  if (cpoName !== '' && !organizations.includes(cpoName)) {
    return misnamed(`its organization (O) is ${shown(organizations)} and not ${shown([cpoName])}`);
  }
  if (serialNumber === undefined) {
    return misnamed('the serial number of the charge point is not known: set `serialNumber` in its settings');
  }
  if (names.length !== 1 || names[0] !== serialNumber) {
    return misnamed(
      `its common name (CN) is ${shown(names)} and not the serial number ${shown([serialNumber])} of the charge point`,
    );
  }
  return problemOfHolder(chargePointId, holder(certificate.der));
}

/**
 * Why a certificate of `holder` is not that of the charge point; undefined where it is, or is nobody's yet.
 */
export function problemOfHolder(
  chargePointId: string,
  holder: string | undefined,
): CertificateProblem | undefined {
  return holder === undefined || holder === chargePointId
    ? undefined
    : misnamed(`it is the certificate of another charge point, ${shown([holder])}`);
}

function misnamed(text: string): CertificateProblem {
  return refused('certificate_identity', text);
}

function refused(reason: CertificateReason, text: string): CertificateProblem {
  return { reason, text: `the client certificate is refused: ${text}` };
}

/** Longest name that is repeated in words, characters. */
const MAX_SHOWN = 64;

function shown(names: readonly string[]): string {
  return names.length === 0
    ? 'missing'
    : names.map((name) => JSON.stringify(name.slice(0, MAX_SHOWN))).join(' and ');
}
