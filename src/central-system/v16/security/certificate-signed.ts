import type { Herald } from '../herald.ts';

/**
 * CertificateSigned (security whitepaper ed. 3 §5.1) leaves after the answer to the SignCertificate that it
 * follows, and never before (A02.FR.11).
 */
export const certificateSignedLeaving: Herald<'CertificateSigned'> = (_room, chargePoint) =>
  chargePoint.signing;
