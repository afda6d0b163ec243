import { membersOf } from '../../../protocol/members.ts';
import type { Follower } from '../follower.ts';
import type { Herald } from '../herald.ts';
import { beginJob, jobAnswered } from './jobs.ts';

/** Longest file name by the standard (CiString255Type). */
const MAX_FILE_NAME = 255;

/** GetDiagnostics (OCPP 1.6 ed. 2 §5.9) starts a job. */
export const diagnosticsAsked: Herald<'GetDiagnostics'> = (context, chargePoint, call) =>
  beginJob(context, chargePoint, 'diagnostics', call, { location: call.payload.location });

/** Without a file name there is nothing that the charge point could upload (§5.9, §6.26). */
export const diagnosticsAnswered: Follower<'GetDiagnostics'> = (context, chargePoint, call, answer) =>
  jobAnswered(context, chargePoint, 'diagnostics', call, answer, (payload) => {
    const fileName = fileNameIn(payload, 'fileName');
    return fileName === undefined ? { state: 'nothing_to_upload' } : { state: 'waiting', fileName };
  });

/** A file name in a response, cut to its length by the standard; undefined where there is none. */
export function fileNameIn(payload: unknown, member: 'fileName' | 'filename'): string | undefined {
  const name = membersOf(payload)[member];
  return typeof name === 'string' && name !== '' ? name.slice(0, MAX_FILE_NAME).toWellFormed() : undefined;
}
