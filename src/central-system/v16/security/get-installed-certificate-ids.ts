import type { CertificateHashData } from '../../../certificates/hash-data.ts';
import { type Follower, statusOf } from '../follower.ts';

const ALGORITHMS: ReadonlySet<unknown> = new Set(['SHA256', 'SHA384', 'SHA512']);
/** Hashes of 512 bits in hexadecimal, and the longest serial number, twice over. */
const MAX_TEXT = 256;

/**
 * GetInstalledCertificateIds (security whitepaper ed. 3 §5.10): what the charge point reports is kept letter
 * by letter, since DeleteCertificate has to say it like that. NotFound: it has none (obligation L28).
 */
export const installedCertificatesTold: Follower<'GetInstalledCertificateIds'> = (
  { store, clock },
  { id },
  { payload },
  answer,
) => {
  const status = statusOf(answer);
  if (answer.kind !== 'result' || (status !== 'Accepted' && status !== 'NotFound')) return undefined;
  const told = status === 'NotFound' ? [] : hashDataIn(answer.payload);
  return store.installedCertificates.told(id, payload.certificateType, told, clock());
};

function hashDataIn(payload: unknown): CertificateHashData[] {
  const { certificateHashData: told } = payload as { certificateHashData?: unknown };
  return Array.isArray(told) ? told.flatMap(readHashData) : [];
}

function readHashData(told: unknown): CertificateHashData[] {
  const { hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber } = (told ?? {}) as Partial<
    Record<keyof CertificateHashData, unknown>
  >;
  if (!ALGORITHMS.has(hashAlgorithm)) return [];
  if (!isShort(issuerNameHash) || !isShort(issuerKeyHash) || !isShort(serialNumber)) return [];
  const algorithm = hashAlgorithm as CertificateHashData['hashAlgorithm'];
  return [{ hashAlgorithm: algorithm, issuerNameHash, issuerKeyHash, serialNumber }];
}

function isShort(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_TEXT;
}
