import type { Follower } from '../follower.ts';
import type { Herald } from '../herald.ts';
import { beginJob, jobAnswered } from './jobs.ts';

/** UpdateFirmware (OCPP 1.6 ed. 2 §5.19) starts a job. */
export const firmwareAsked: Herald<'UpdateFirmware'> = (context, chargePoint, call) => {
  const { location, retrieveDate } = call.payload;
  return beginJob(context, chargePoint, 'firmware', call, { location, startsAt: retrieveDate });
};

/**
 * The response is empty (§6.56): that the charge point will do it shows with its first
 * FirmwareStatusNotification.
 */
export const firmwareAnswered: Follower<'UpdateFirmware'> = (context, chargePoint, call, answer) =>
  jobAnswered(context, chargePoint, 'firmware', call, answer, () => ({ state: 'waiting' }));
