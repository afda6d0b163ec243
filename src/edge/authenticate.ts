import { isAccepted, type ProfileState } from '../store/charge-point-security.ts';
import { type AcceptedKey, needsNoKey } from '../store/given-keys.ts';
import type { SecurityProfile } from '../store/security-profile.ts';
import { readPassword } from './basic-credentials.ts';
import { type CertificateReason, type CertificateRules, problemOf } from './charge-point-certificate.ts';
import type { PeerCertificate } from './transport/transport.ts';

/** What somebody shows who wants to be a charge point. */
export interface Shown {
  readonly secure: boolean;
  readonly peerCertificate: PeerCertificate | undefined;
  /** Value of the header, empty where there is none. */
  readonly authorization: string;
}

/** What is known of that charge point. */
export interface Known extends ProfileState {
  readonly chargePointId: string;
  /** Lowest profile that anybody may use (`security.minProfile`). */
  readonly minProfile: number;
  readonly acceptedKeys: readonly AcceptedKey[];
  /** It may show the hexadecimal digits of its key in place of the bytes (obligation L8). */
  readonly showsDigits: boolean;
  /** Constant in time. */
  readonly verifyKey: (key: Uint8Array, keyHash: string) => boolean;
  /** What the CN of its certificate must be; undefined where nobody knows. Read only for a certificate. */
  readonly serialNumber: () => string | undefined;
  readonly certificates: CertificateRules;
  /** Epoch ms. */
  readonly now: number;
}

export type AuthenticationReason =
  | 'credentials'
  | 'security_profile'
  | 'certificate_missing'
  | CertificateReason;

export type Authentication =
  | {
      readonly kind: 'authenticated';
      readonly profile: SecurityProfile;
      /** Hash of the key that it showed. */
      readonly keyHash: string | undefined;
      /** That it was recognised by; undefined on other profiles than 3. */
      readonly certificate: PeerCertificate | undefined;
    }
  | { readonly kind: 'denied'; readonly reason: AuthenticationReason; readonly text: string };

const PROFILES: Readonly<Record<SecurityProfile, string>> = {
  0: '0 (no password and no certificate)',
  1: '1 (password, no TLS)',
  2: '2 (password over TLS)',
  3: '3 (client certificate)',
};

const HIGHEST_FIRST: readonly SecurityProfile[] = [3, 2, 1, 0];

/** 16 to 20 bytes as hexadecimal digits. */
const DIGITS = /^(?:[0-9a-f]{2}){16,20}$/i;

/**
 * Decides by which security profile somebody is the charge point, or why not
 * (security whitepaper ed. 3 §2): 3 is a client certificate, 2 a password over TLS, 1 a password over a plain
 * socket, 0 neither. A charge point has one of them (A00.FR.001), and while a higher one is pending that as
 * well.
 */
export function authenticate(shown: Shown, known: Known): Authentication {
  const keyHash = shownKey(shown, known);
  const allowed = HIGHEST_FIRST.filter((profile) => mayUse(known, profile));
  for (const profile of allowed) {
    if (!fitsTransport(profile, shown.secure)) continue;
    const certificate = profile === 3 ? shown.peerCertificate : undefined;
    if (profile === 3 && (certificate === undefined || certificateProblem(certificate, known))) continue;
    if ((profile === 1 || profile === 2) && keyHash === undefined) continue;
    if (profile === 0 && !asksForNothing(shown, known)) continue;
    return { kind: 'authenticated', profile, keyHash, certificate };
  }
  return deny(shown, known, allowed, keyHash !== undefined);
}

function mayUse(known: Known, profile: SecurityProfile): boolean {
  const { fixed, minProfile } = known;
  if (profile < minProfile) return false;
  // Whoever is fixed below the least of the installation has to come up to it.
  return (fixed !== undefined && fixed < minProfile) || isAccepted(known, profile);
}

function fitsTransport(profile: SecurityProfile, secure: boolean): boolean {
  return profile === 0 || (profile === 1) !== secure;
}

/**
 * Profile 0 is for whom no key is set, or who is fixed to it. A bad certificate is refused there all the same
 * (A00.FR.407): whoever shows one wants to be recognised by it.
 */
function asksForNothing({ peerCertificate }: Shown, known: Known): boolean {
  if (known.fixed === 0) return true;
  if (!needsNoKey(known.acceptedKeys)) return false;
  return peerCertificate === undefined || certificateProblem(peerCertificate, known) === undefined;
}

function certificateProblem(certificate: PeerCertificate, known: Known) {
  return problemOf(certificate, known.chargePointId, known.serialNumber(), known.certificates, known.now);
}

function deny(
  { secure, peerCertificate, authorization }: Shown,
  known: Known,
  allowed: readonly SecurityProfile[],
  hasKey: boolean,
): Authentication {
  const wanted = wantedBy(known, allowed);
  const here = allowed.filter((profile) => fitsTransport(profile, secure));
  if (here.length === 0) {
    const how = secure ? 'over TLS' : 'without TLS';
    return denied('security_profile', `it connects ${how}, but ${wanted}`);
  }
  const needsCertificate = here.includes(3) && !here.includes(2) && !here.includes(0);
  if (peerCertificate === undefined) {
    if (needsCertificate) {
      return denied('certificate_missing', `it shows no client certificate, but ${wanted}`);
    }
  } else if (
    here.includes(3) &&
    (needsCertificate || authorization === '' || needsNoKey(known.acceptedKeys))
  ) {
    const problem = certificateProblem(peerCertificate, known);
    if (problem !== undefined) return denied(problem.reason, problem.text);
  } else if (!here.includes(3) && authorization === '' && !hasKey) {
    return denied('security_profile', `it shows a client certificate and no password, but ${wanted}`);
  }
  return denied('credentials', 'wrong or missing credentials');
}

function wantedBy({ fixed, minProfile, pending }: Known, allowed: readonly SecurityProfile[]): string {
  const list = [...allowed]
    .reverse()
    .map((profile) => PROFILES[profile])
    .join(' or ');
  if (fixed === undefined || fixed < minProfile) {
    return `the least security profile here is ${PROFILES[minProfile as SecurityProfile]} (security.minProfile)`;
  }
  return pending.length > 0
    ? `its security profile is ${list}`
    : `its security profile is ${PROFILES[fixed]}`;
}

function denied(reason: AuthenticationReason, text: string): Authentication {
  return { kind: 'denied', reason, text };
}

/** Hash of the key that was shown, of the newest where several are accepted. */
function shownKey(
  { authorization }: Shown,
  { acceptedKeys, chargePointId, showsDigits, verifyKey }: Known,
): string | undefined {
  if (acceptedKeys.every(({ keyHash }) => keyHash === null)) return undefined;
  const password = readPassword(authorization, chargePointId);
  if (password === undefined) return undefined;
  const text = showsDigits ? password.toString('latin1') : '';
  const forms = DIGITS.test(text) ? [password, Buffer.from(text, 'hex')] : [password];
  return acceptedKeys.findLast(
    ({ keyHash }) => keyHash !== null && forms.some((form) => verifyKey(form, keyHash)),
  )?.keyHash as string | undefined;
}
