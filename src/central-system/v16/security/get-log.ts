import { fileNameIn } from '../firmware-management/get-diagnostics.ts';
import { acceptedByStatus, beginJob, jobAnswered } from '../firmware-management/jobs.ts';
import type { Follower } from '../follower.ts';
import type { Herald } from '../herald.ts';

/** GetLog (security whitepaper ed. 3 §5.9) starts a job that reports name by its requestId. */
export const logAsked: Herald<'GetLog'> = (context, chargePoint, call) => {
  const { requestId, logType, log } = call.payload;
  return beginJob(context, chargePoint, 'log', call, { location: log.remoteLocation, requestId, logType });
};

export const logAnswered: Follower<'GetLog'> = (context, chargePoint, call, answer) =>
  jobAnswered(context, chargePoint, 'log', call, answer, (payload) => {
    const fileName = fileNameIn(payload, 'filename');
    return { ...acceptedByStatus(answer), ...(fileName !== undefined && { fileName }) };
  });
