import { membersOf } from '../../protocol/members.ts';
import type { CampaignTask } from '../../store/campaign-record.ts';
import type { JobKind, JobRecord } from '../../store/job-record.ts';
import type { KeptAnswer } from '../../store/referenced-calls.ts';
import { isOpenSigning, type Signing } from '../../store/signings.ts';

/** What is known of a charge point in a campaign after it was asked. */
export interface Judgement {
  readonly state: 'running' | 'succeeded' | 'failed' | 'unknown';
  readonly reason: string | null;
}

const JOBS: Readonly<Record<string, JobKind>> = {
  UpdateFirmware: 'firmware',
  SignedUpdateFirmware: 'firmware',
  GetDiagnostics: 'diagnostics',
  GetLog: 'log',
};

/** The kind of job that the task begins at a charge point; undefined where its answer is all that comes. */
export function jobKindOf(task: CampaignTask): JobKind | undefined {
  return 'action' in task && Object.hasOwn(JOBS, task.action) ? JOBS[task.action] : undefined;
}

/** Whether the task has charge points ask for a new certificate: then it is done once that is installed. */
function isRenewal(task: CampaignTask): boolean {
  if (!('action' in task) || task.action !== 'ExtendedTriggerMessage') return false;
  return task.payload.requestedMessage === 'SignChargePointCertificate';
}

/** Why a renewal goes on while the charge point has not asked for its certificate. */
const NO_REQUEST = 'no_request';

/**
 * How far a charge point has come that agreed to ask for a certificate after `askedAt`, epoch ms; `signings`
 * are its, newest first.
 */
export function judgeRenewal(signings: readonly Signing[], askedAt: number): Judgement {
  const signing = signings.find(({ receivedAt, state }) => receivedAt >= askedAt && state !== 'superseded');
  if (signing === undefined) return { state: 'running', reason: NO_REQUEST };
  if (isOpenSigning(signing.state)) return { state: 'running', reason: signing.state };
  return { state: signing.state === 'installed' ? 'succeeded' : 'failed', reason: signing.state };
}

/** Statuses by which charge points agree to what they were asked. */
const AGREEMENT: ReadonlySet<string> = new Set([
  'Accepted',
  'AcceptedCanceled',
  'RebootRequired',
  'Scheduled',
  'Unlocked',
]);

/** What an answer means where no job follows. A CALLERROR is a final answer (obligation G14). */
export function judgeAnswer(answer: KeptAnswer, task: CampaignTask): Judgement {
  if (answer.kind === 'error') return { state: 'failed', reason: answer.code };
  if (answer.kind === 'none') return { state: 'unknown', reason: answer.reason };
  const status = statusIn(answer.payload);
  if (status === undefined) return { state: 'succeeded', reason: null };
  if (!AGREEMENT.has(status)) return { state: 'failed', reason: status };
  return isRenewal(task) ? { state: 'running', reason: NO_REQUEST } : { state: 'succeeded', reason: status };
}

/**
 * How far a job has come. One that was not answered is followed all the same: its reports say whether the
 * charge point took it.
 */
export function judgeJob(job: JobRecord | undefined): Judgement {
  if (job === undefined) return { state: 'unknown', reason: 'job_forgotten' };
  const lastReport = job.reports.at(-1)?.status ?? null;
  switch (job.state) {
    case 'succeeded':
      return { state: 'succeeded', reason: lastReport };
    case 'nothing_to_upload':
      return { state: 'succeeded', reason: job.state };
    case 'failed':
      return { state: 'failed', reason: lastReport };
    case 'refused':
      return { state: 'failed', reason: job.answer };
    case 'superseded':
      return { state: 'failed', reason: job.state };
    case 'silent':
    case 'not_sent':
      return { state: 'unknown', reason: job.state };
    case 'unknown':
      return { state: 'running', reason: 'no_answer' };
    default:
      return { state: 'running', reason: lastReport };
  }
}

/** The status that was answered, or the code of the CALLERROR; undefined where there is neither. */
export function wordOf(answer: KeptAnswer): string | undefined {
  if (answer.kind === 'error') return answer.code;
  return answer.kind === 'none' ? answer.reason : statusIn(answer.payload);
}

function statusIn(payload: unknown): string | undefined {
  const { status } = membersOf(payload);
  return typeof status === 'string' ? status.slice(0, 50) : undefined;
}
