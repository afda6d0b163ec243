import type { RevocationReason } from '../certificates/revocation-list.ts';

/**
 * - `issued`: nobody knows whether the charge point has it; it is good all the same.
 * - `installed`: the charge point has accepted it.
 * - `rejected`: the charge point has not taken it.
 * - `revoked`: refused wherever it is shown.
 */
export type CertificateState = 'issued' | 'installed' | 'rejected' | 'revoked';

export const CERTIFICATE_STATES = [
  'issued',
  'installed',
  'rejected',
  'revoked',
] as const satisfies readonly CertificateState[];

/** A client certificate of a charge point. Times are epoch ms. */
export interface CertificateRecord {
  /** Of its DER, hexadecimal: what it is known by. */
  readonly sha256: string;
  /** Hexadecimal, lower case, without leading zeros; unique for one issuer only. */
  readonly serial: string;
  readonly chargePointId: string;
  readonly commonName: string;
  readonly organization: string;
  /** Id of the own authority that issued it; null for any other. */
  readonly authority: string | null;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly pem: string;
  readonly state: CertificateState;
  /** When Farad issued it, or was told of it. */
  readonly issuedAt: number;
  readonly installedAt: number | null;
  readonly revokedAt: number | null;
  readonly reason: RevocationReason | null;
  /** Revoked, and it is not certain yet that no session goes on with it. */
  readonly closing: boolean;
  /** Rises with each change. */
  readonly version: number;
}

export type CertificateInput = Omit<CertificateRecord, 'version'>;
