import type { CertificateRecord } from '../store/certificate-record.ts';
import { serialNumberOf } from '../store/known-charge-points.ts';
import type { Store } from '../store/store.ts';
import type { Directory } from './handshake.ts';

/** Answers the handshake out of the store; `cpoName`: `security.cpoName`. */
export function storeDirectory(store: Store, cpoName: string): Directory {
  return {
    settings: (id) => store.settings.get(id),
    isKnown: (id) => store.chargePoints.get(id) !== undefined,
    count: () => store.chargePoints.count(),
    acceptedKeys: (id, settings) => store.givenKeys.accepted(id, settings),
    verifyKey: (key, keyHash) => store.keys.verify(key, keyHash),
    profiles: (id, settings) => store.security.state(id, settings),
    serialNumber: (id, settings) => serialNumberOf(settings, store.chargePoints.get(id)),
    certificates: {
      cpoName,
      revoked: (certificate) => whyRevoked(store.certificates.shown(certificate)),
      holder: (certificate) =>
        store.certificates.shown(certificate)?.chargePointId ?? store.shownCertificates.holder(certificate),
    },
  };
}

/** Returns why a certificate is revoked, which may be empty; undefined where it is not. */
export function whyRevoked(certificate: CertificateRecord | undefined): string | undefined {
  return certificate?.state === 'revoked' ? (certificate.reason ?? '') : undefined;
}
