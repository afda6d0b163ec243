import {
  isOpen,
  type JobInput,
  type JobKind,
  type JobRecord,
  type JobState,
} from '../../../store/job-record.ts';

/** What a charge point said in answer to the CALL that asks for a job. */
export interface JobAnswer {
  readonly state: 'waiting' | 'refused' | 'nothing_to_upload' | 'unknown' | 'not_sent';
  /** Status or error code, where there was one. */
  readonly word?: string;
  readonly fileName?: string;
  readonly at: number;
}

/** A status notification about a job. */
export interface JobReported {
  readonly status: string;
  /** Of SignedFirmwareStatusNotification and LogStatusNotification: names the job. */
  readonly requestId?: number | undefined;
  readonly at: number;
  /** As last told by BootNotification. */
  readonly firmwareVersion: string | null;
}

/**
 * Statuses that end a job (OCPP 1.6 ed. 2 §7.24, §7.25; security whitepaper ed. 3 L01.FR.10, §6.19). All
 * others are progress.
 */
const ENDS: Readonly<Record<JobKind, Readonly<Record<string, 'succeeded' | 'failed'>>>> = {
  firmware: {
    Installed: 'succeeded',
    DownloadFailed: 'failed',
    InstallationFailed: 'failed',
    InstallVerificationFailed: 'failed',
    InvalidSignature: 'failed',
  },
  diagnostics: { Uploaded: 'succeeded', UploadFailed: 'failed' },
  log: {
    Uploaded: 'succeeded',
    UploadFailure: 'failed',
    BadMessage: 'failed',
    NotSupportedOperation: 'failed',
    PermissionDenied: 'failed',
  },
};

/** Reports that are kept of a job. */
const REPORTS_KEPT = 20;

/**
 * How long after its end a job may still be reported on: a late message, or another attempt of the charge
 * point's own (`retries`).
 */
const LATE_AT_MOST_MS = 24 * 3_600_000;

const FINAL: ReadonlySet<JobState> = new Set(['succeeded', 'superseded']);

/**
 * The jobs that change with the answer to the CALL of job `id`; `jobs` are those of its kind, newest first.
 */
export function answerJob(jobs: readonly JobRecord[], id: string, answer: JobAnswer): readonly JobInput[] {
  const job = jobs.find((candidate) => candidate.id === id);
  if (job === undefined) return [];
  const { state, word, fileName, at } = answer;
  const answered: JobInput = {
    ...job,
    // A report may have come before the answer.
    state: state === 'waiting' && job.state !== 'sent' ? job.state : state,
    answeredAt: state === 'unknown' || state === 'not_sent' ? null : at,
    answer: word ?? job.answer,
    fileName: fileName ?? job.fileName,
  };
  const settled = isOpen(answered.state) ? answered : { ...answered, endedAt: at };
  if (state !== 'waiting') return [settled];
  // One job of a kind at a time (§5.19, §6.56): the charge point has dropped what it did before.
  const dropped = jobs.filter(
    (other) => other.sentAt <= job.sentAt && other.id !== id && isOpen(other.state),
  );
  return [settled, ...dropped.map((other): JobInput => ({ ...other, state: 'superseded', endedAt: at }))];
}

/**
 * The job that a report changes, as an array of one or none. Any status may follow any other, be skipped or
 * come late (§4.4, §4.5); `Idle`, which only answers a trigger (§7.25), says nothing about a job that may be
 * about to start.
 */
export function reportJob(jobs: readonly JobRecord[], reported: JobReported): readonly JobInput[] {
  const job = meantJob(jobs, reported);
  if (job === undefined) return [];
  const { status, at, firmwareVersion } = reported;
  const reports = [...job.reports, { status, at }].slice(-REPORTS_KEPT);
  if (status === 'Idle' || FINAL.has(job.state)) return [{ ...job, reports }];
  const end = Object.hasOwn(ENDS[job.kind], status) ? ENDS[job.kind][status] : undefined;
  if (end === undefined) return [{ ...job, reports, state: 'running', endedAt: null }];
  return [{ ...job, reports, state: end, endedAt: at, firmwareAfter: firmwareVersion }];
}

/**
 * The job that a report is about: the one it names, else the newest that goes on, else the newest at all if
 * it ended not long ago.
 */
function meantJob(jobs: readonly JobRecord[], { requestId, at }: JobReported): JobRecord | undefined {
  if (requestId !== undefined) return jobs.find((job) => job.requestId === requestId);
  const going = jobs.filter(({ state }) => isOpen(state));
  // While a CALL is under way, reports are about the job before it.
  const meant = going.find(({ state }) => state !== 'sent') ?? going[0];
  if (meant !== undefined) return meant;
  const [newest] = jobs;
  const late =
    newest?.endedAt !== null && newest?.endedAt !== undefined && at - newest.endedAt <= LATE_AT_MOST_MS;
  return late && newest.state !== 'not_sent' ? newest : undefined;
}
