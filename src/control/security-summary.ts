import { writeTimestamp } from '../protocol/timestamp.ts';
import type { CertificateRecord } from '../store/certificate-record.ts';
import type { ChargePointSettings } from '../store/charge-point-settings.ts';
import type { SecurityProfile } from '../store/security-profile.ts';
import type { Store } from '../store/store.ts';

/** The security of a charge point in so few words that they fit into a list of the whole fleet. */
export interface SecuritySummary {
  /** That it has to use, else by which it connected last; undefined where neither is known. */
  readonly profile: SecurityProfile | undefined;
  /** It was asked to use a higher one, and has not connected on it yet. */
  readonly isPending: boolean;
  /** End of the certificate that it shows, epoch ms; undefined without one that is good. */
  readonly certificateEndsAt: number | undefined;
}

type SummarySources = Pick<Store, 'security' | 'sessions' | 'certificates'>;

/** Four reads, whatever the charge point has gone through. */
export function summariseSecurity(
  { security, sessions, certificates }: SummarySources,
  id: string,
  settings: ChargePointSettings | undefined,
): SecuritySummary {
  const { fixed, pending } = security.state(id, settings);
  return {
    profile: fixed ?? sessions.get(id)?.securityProfile,
    isPending: pending.length > 0,
    certificateEndsAt: shown(certificates.of(id))?.notAfter,
  };
}

/**
 * The certificate that a charge point shows, as far as its answers show; `certificates` in the order in which
 * they end.
 */
function shown(certificates: readonly CertificateRecord[]): CertificateRecord | undefined {
  return (
    certificates.findLast(({ state }) => state === 'installed') ??
    certificates.findLast(({ state }) => state === 'issued')
  );
}

/** `#/components/schemas/SecuritySummary` */
export function viewSummary({ profile, isPending, certificateEndsAt }: SecuritySummary) {
  return {
    profile: profile ?? null,
    pending: isPending,
    certificateExpiresAt: certificateEndsAt === undefined ? null : writeTimestamp(certificateEndsAt),
  };
}
