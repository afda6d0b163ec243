import { isCritical, type SecurityEventRow } from '../records/security-events.ts';
import type { AuthenticationReason } from './authenticate.ts';
import type { RefusalReason } from './handshake.ts';

/**
 * What a refusal for a reason of security is called as a security event: a name of the
 * security whitepaper ed. 3 §8, said of this side.
 */
const TYPES: Readonly<Partial<Record<RefusalReason, string>>> &
  Readonly<Record<AuthenticationReason, string>> = {
  credentials: 'FailedToAuthenticateAtCentralSystem',
  security_profile: 'FailedToAuthenticateAtCentralSystem',
  certificate_missing: 'InvalidChargePointCertificate',
  certificate_untrusted: 'InvalidChargePointCertificate',
  certificate_expired: 'InvalidChargePointCertificate',
  certificate_revoked: 'InvalidChargePointCertificate',
  certificate_identity: 'InvalidChargePointCertificate',
  certificate_weak: 'InvalidChargePointCertificate',
};

/** A problem repeats what stands in the request, characters. */
const MAX_TECH_INFO = 2000;

/**
 * The security event that a refused signing request is. The security whitepaper ed. 3 §8 names none for it;
 * its list is open.
 */
export function eventOfSigning(chargePointId: string, problem: string, receivedAt: number): SecurityEventRow {
  return {
    chargePointId,
    source: 'farad',
    type: 'InvalidSigningRequest',
    critical: null,
    reason: 'signing_request',
    techInfo: problem.slice(0, MAX_TECH_INFO),
    remoteAddress: '',
    reportedAt: receivedAt,
    rawTimestamp: '',
    receivedAt,
  };
}

/**
 * The security event that a refused connection is (security whitepaper ed. 3 A00.FR.323, .408); undefined
 * where it was refused for another reason.
 */
export function securityEventOf(
  reason: RefusalReason,
  text: string,
  chargePointId: string,
  remoteAddress: string,
  receivedAt: number,
): SecurityEventRow | undefined {
  const type = TYPES[reason];
  if (type === undefined) return undefined;
  return {
    chargePointId,
    source: 'farad',
    type,
    critical: isCritical(type),
    reason,
    techInfo: text,
    remoteAddress,
    reportedAt: receivedAt,
    rawTimestamp: '',
    receivedAt,
  };
}
