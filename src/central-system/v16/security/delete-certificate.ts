import { type Follower, statusOf } from '../follower.ts';

/**
 * DeleteCertificate (security whitepaper ed. 3 §5.6): deleted or not found, the charge point has it no more;
 * without an answer, nobody knows.
 */
export const rootDeleted: Follower<'DeleteCertificate'> = ({ store }, { id }, { payload }, answer) => {
  const { certificateHashData } = payload;
  if (answer.kind === 'none') {
    return answer.reason === 'not_sent'
      ? undefined
      : store.installedCertificates.deleted(id, certificateHashData, false);
  }
  const status = statusOf(answer);
  if (status !== 'Accepted' && status !== 'NotFound') return undefined;
  return store.installedCertificates.deleted(id, certificateHashData, true);
};
