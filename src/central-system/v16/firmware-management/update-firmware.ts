import type { Follower } from '../follower.ts';
import type { Herald } from '../herald.ts';
import { beginJob, jobAnswered } from './jobs.ts';

/** UpdateFirmware (OCPP 1.6 ed. 2 §5.19) starts a job. */
export const firmwareAsked: Herald<'UpdateFirmware'> = (room, chargePoint, call) => {
  const { location, retrieveDate } = call.payload;
  return beginJob(room, chargePoint, 'firmware', call, { location, startsAt: retrieveDate });
};

/**
 * The response is empty (§6.56): that the charge point will do it shows with its first
 * FirmwareStatusNotification.
 */
export const firmwareAnswered: Follower<'UpdateFirmware'> = (room, chargePoint, call, answer) =>
  jobAnswered(room, chargePoint, 'firmware', call, answer, () => ({ state: 'waiting' }));
