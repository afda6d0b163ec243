import { normalisePem } from '../../../certificates/pem.ts';
import { type Follower, statusOf } from '../follower.ts';

/**
 * InstallCertificate (security whitepaper ed. 3 §5.11): accepted, the charge point holds one more root;
 * without an answer, it may.
 */
export const rootInstalled: Follower<'InstallCertificate'> = (
  { store, clock },
  { id },
  { payload },
  answer,
) => {
  const { certificateType, certificate } = payload;
  if (answer.kind === 'none') {
    return answer.reason === 'not_sent'
      ? undefined
      : store.installedCertificates.installed(id, certificateType, undefined);
  }
  if (statusOf(answer) !== 'Accepted') return undefined;
  const root = { pem: normalisePem(certificate, 'CERTIFICATE') || certificate, at: clock() };
  return store.installedCertificates.installed(id, certificateType, root);
};
