import { createHmac } from 'node:crypto';
import type { FleetOptions } from '../../src/simulator/fleet.ts';
import type { SecurityProfile } from '../../src/simulator/security.ts';
import { type CertificateMold, ClientCertificates } from './client-certificates.ts';

/** How the charge points of a run prove who they are, as it is told to a simulating process. */
export interface SecurityOrder {
  readonly profile: SecurityProfile;
  /** PEM; none: those that Node knows. */
  readonly roots: readonly string[];
  /** Passwords follow from it. */
  readonly secret: string;
  /** For profile 3. */
  readonly mold?: CertificateMold;
  /** Whether TLS sessions are resumed. */
  readonly resumes: boolean;
}

/** Longest that the standard allows (security whitepaper ed. 3 A00.FR.205). */
const PASSWORD_BYTES = 20;

export function passwordOf(secret: string, id: string): Buffer {
  return createHmac('sha256', secret).update(id).digest().subarray(0, PASSWORD_BYTES);
}

/** Certificates are made when they are first shown. */
export function fleetSecurity(order: SecurityOrder): NonNullable<FleetOptions['security']> {
  const { profile, roots, resumes, secret, mold } = order;
  const certificates = mold && new ClientCertificates(mold);
  return {
    profile,
    roots,
    resumes,
    credentials: (index, id) => {
      if (profile === 0) return {};
      if (profile !== 3) return { password: passwordOf(secret, id) };
      return { certificate: certificates?.make(index) };
    },
  };
}
