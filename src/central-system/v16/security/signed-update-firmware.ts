import { acceptedByStatus, beginJob, jobAnswered } from '../firmware-management/jobs.ts';
import type { Follower } from '../follower.ts';
import type { Herald } from '../herald.ts';

/** SignedUpdateFirmware (security whitepaper ed. 3 §5.21) starts a job that reports name by its requestId. */
export const signedFirmwareAsked: Herald<'SignedUpdateFirmware'> = (context, chargePoint, call) => {
  const { requestId, firmware } = call.payload;
  const { location, retrieveDateTime } = firmware;
  return beginJob(context, chargePoint, 'firmware', call, {
    location,
    startsAt: retrieveDateTime,
    requestId,
  });
};

/** AcceptedCanceled: accepted, and the job before was cancelled (L01.FR.24). */
export const signedFirmwareAnswered: Follower<'SignedUpdateFirmware'> = (
  context,
  chargePoint,
  call,
  answer,
) => jobAnswered(context, chargePoint, 'firmware', call, answer, () => acceptedByStatus(answer));
