import { readTimestamp } from '../../../protocol/timestamp.ts';
import type { JobInput, JobKind } from '../../../store/job-record.ts';
import { redactUrls } from '../../../telemetry/redaction.ts';
import type { CallAnswer, OutgoingCall } from '../../call-answer.ts';
import type { ChargePoint } from '../../charge-point.ts';
import type { Context } from '../../context.ts';
import { statusOf } from '../follower.ts';
import { answerJob, type JobAnswer, reportJob } from './job-progress.ts';

/** Longest location that is kept of a request; the standard sets no limit. */
const MAX_LOCATION = 2_048;

/** What a request for a job says about it. */
export interface AskedJob {
  readonly location: string;
  /** Not before, as on the wire. */
  readonly startsAt?: string;
  readonly requestId?: number;
  readonly logType?: string;
}

/** Keeps a job before its CALL leaves: whatever happens to this process, the job is known. */
export async function beginJob(
  { store }: Context,
  { id: chargePointId }: ChargePoint,
  kind: JobKind,
  call: OutgoingCall,
  { location, startsAt, requestId, logType }: AskedJob,
): Promise<void> {
  const job: JobInput = {
    id: jobId(call),
    chargePointId,
    kind,
    action: call.action,
    messageId: call.messageId,
    location: redactUrls(location).slice(0, MAX_LOCATION).toWellFormed(),
    startsAt: (startsAt === undefined ? undefined : readTimestamp(startsAt)?.epochMs) ?? null,
    requestId: requestId ?? null,
    logType: logType ?? null,
    state: 'sent',
    sentAt: call.sentAt,
    answeredAt: null,
    endedAt: null,
    answer: null,
    fileName: null,
    reports: [],
    firmwareBefore: firmwareVersion(store, chargePointId),
    firmwareAfter: null,
  };
  await store.jobs.add(job);
}

/** The job moves on with what its CALL was answered; `accepted` reads a CALLRESULT. */
export async function jobAnswered(
  { store, clock }: Context,
  { id }: ChargePoint,
  kind: JobKind,
  call: OutgoingCall,
  answer: CallAnswer,
  accepted: (payload: unknown) => Omit<JobAnswer, 'at'>,
): Promise<void> {
  const at = clock();
  const read = answer.kind === 'result' ? accepted(answer.payload) : withoutResult(answer);
  await store.jobs.revise(id, kind, (jobs) => answerJob(jobs, jobId(call), { ...read, at }));
}

/** The job moves on with a status notification. */
export async function jobReported(
  { store }: Context,
  { id }: ChargePoint,
  kind: JobKind,
  status: string,
  requestId: number | undefined,
  at: number,
): Promise<void> {
  if (store.jobs.of(id, kind).length === 0) return;
  const reported = { status, requestId, at, firmwareVersion: firmwareVersion(store, id) };
  await store.jobs.revise(id, kind, (jobs) => reportJob(jobs, reported));
}

/**
 * For requests that are answered with a status (security whitepaper ed. 3 §6.18): accepted, also where that
 * cancels another job.
 */
export function acceptedByStatus(answer: CallAnswer): Omit<JobAnswer, 'at'> {
  const word = statusOf(answer) ?? '';
  return { state: word === 'Accepted' || word === 'AcceptedCanceled' ? 'waiting' : 'refused', word };
}

function withoutResult(answer: Exclude<CallAnswer, { kind: 'result' }>): Omit<JobAnswer, 'at'> {
  if (answer.kind === 'error') return { state: 'refused', word: answer.code };
  return { state: answer.reason === 'not_sent' ? 'not_sent' : 'unknown' };
}

function jobId({ reference, messageId }: OutgoingCall): string {
  return reference ?? messageId;
}

function firmwareVersion(store: Context['store'], chargePointId: string): string | null {
  return store.chargePoints.get(chargePointId)?.boot?.firmwareVersion ?? null;
}
