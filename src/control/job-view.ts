import { writeTimestamp } from '../protocol/timestamp.ts';
import { isOpen, type JobRecord, type JobState } from '../store/job-record.ts';
import { instant } from './instant.ts';

/** How long the edge's own notes may take beyond the charge point's time, ms. */
const MARGIN_MS = 10_000;

/**
 * A job as the API shows it (`#/components/schemas/Job`). `callTimeout` in ms: a CALL that has no answer
 * after it will have none.
 */
export function viewJob(job: JobRecord, callTimeout: number, warnings: readonly string[] = []) {
  const { id, chargePointId, kind, action, location, requestId, logType, reports, answer, fileName } = job;
  return {
    id,
    chargePointId,
    kind,
    action,
    location,
    startsAt: instant(job.startsAt),
    requestId,
    logType,
    state: presentState(job, callTimeout),
    status: reports.at(-1)?.status ?? null,
    reports: reports.map(({ status, at }) => ({ status, at: writeTimestamp(at) })),
    answer,
    fileName,
    firmwareBefore: job.firmwareBefore,
    firmwareAfter: job.firmwareAfter,
    sentAt: writeTimestamp(job.sentAt),
    answeredAt: instant(job.answeredAt),
    endedAt: isOpen(job.state) ? null : instant(job.endedAt),
    warnings: [...warnings, ...hints(job)],
  };
}

/** The edge that sent the CALL may have ended before it could note that no answer came. */
function presentState({ state, sentAt }: JobRecord, callTimeout: number): JobState {
  return state === 'sent' && Date.now() > sentAt + callTimeout + MARGIN_MS ? 'unknown' : state;
}

/**
 * A charge point with the security extension refuses unsigned firmware like this (security whitepaper ed. 3
 * L01.FR.20).
 */
function hints({ action, answer }: JobRecord): string[] {
  return action === 'UpdateFirmware' && answer === 'NotSupported'
    ? ['A charge point with the security extension takes signed firmware only: try again with `signed`.']
    : [];
}
