import { type Certificate, readCertificates } from '../certificates/certificate.ts';
import { type CertificateHashData, hashDataOf, isSameHashData } from '../certificates/hash-data.ts';
import { INSTALLED_CERTIFICATE_TYPES } from '../store/installed-certificates.ts';
import type { Store } from '../store/store.ts';
import { instant } from './instant.ts';

/** Roots at a charge point by type, as the API shows them (`#/components/schemas/InstalledCertificates`). */
export function viewInstalledCertificates(
  {
    installedCertificates,
    certificateAuthorities,
  }: Pick<Store, 'installedCertificates' | 'certificateAuthorities'>,
  chargePointId: string,
) {
  const own = certificateAuthorities.all().map(({ rootCertificate }) => rootCertificate);
  return INSTALLED_CERTIFICATE_TYPES.map((certificateType) => {
    const known = installedCertificates.get(chargePointId, certificateType);
    const roots = [...(known?.sent ?? []).map(({ pem }) => pem), ...own].flatMap(
      (pem) => readCertificates(pem) ?? [],
    );
    return {
      certificateType,
      certificates:
        known?.certificates?.map((hashData) => ({ hashData, subject: subjectOf(hashData, roots) })) ?? null,
      toldAt: instant(known?.toldAt ?? null),
      changedSince: known?.changedSince ?? false,
    };
  });
}

/** Whose certificate it is, where Farad has sent it or it is Farad's own. */
function subjectOf(hashData: CertificateHashData, roots: readonly Certificate[]): string | null {
  const found = roots.find(
    (root) => root.isSelfSigned && isSameHashData(hashDataOf(root, root, hashData.hashAlgorithm), hashData),
  );
  return found ? found.owner : null;
}
