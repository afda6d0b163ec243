/**
 * Work of a charge point that goes on after it has answered: a firmware update, an upload of diagnostics
 * (GetDiagnostics) or of a log (GetLog).
 */
export type JobKind = 'firmware' | 'diagnostics' | 'log';

/**
 * - `sent`: the CALL is about to go out or is under way.
 * - `waiting`: answered; the charge point has not reported on it.
 * - `running`: the charge point reports progress.
 * - `unknown`: no answer came; it may run or not. What the charge point reports still counts.
 * - `succeeded`, `failed`: as the charge point reported.
 * - `refused`: answered with a CALLERROR or a status other than accepted.
 * - `nothing_to_upload`: answered without a file name (OCPP 1.6 ed. 2 §5.9).
 * - `not_sent`: the connection ended before the CALL left.
 * - `superseded`: another job of the kind took its place.
 * - `silent`: nothing was heard of it for so long that nobody waits any more.
 */
export type JobState =
  | 'sent'
  | 'waiting'
  | 'running'
  | 'unknown'
  | 'succeeded'
  | 'failed'
  | 'refused'
  | 'nothing_to_upload'
  | 'not_sent'
  | 'superseded'
  | 'silent';

const OPEN: ReadonlySet<JobState> = new Set(['sent', 'waiting', 'running', 'unknown']);

/** Whether more may come of a job in this state. */
export function isOpen(state: JobState): boolean {
  return OPEN.has(state);
}

export const JOB_STATES = [
  'sent',
  'waiting',
  'running',
  'unknown',
  'succeeded',
  'failed',
  'refused',
  'nothing_to_upload',
  'not_sent',
  'superseded',
  'silent',
] as const satisfies readonly JobState[];

/** A status as the charge point reported it. */
export interface JobReport {
  /** As on the wire. */
  readonly status: string;
  /** When it was received, epoch ms. */
  readonly at: number;
}

/** A job of a charge point. Times are epoch ms. */
export interface JobRecord {
  /** The reference of the CALL that asked for it, else its message id. */
  readonly id: string;
  readonly chargePointId: string;
  readonly kind: JobKind;
  /** `UpdateFirmware`, `SignedUpdateFirmware`, `GetDiagnostics` or `GetLog`. */
  readonly action: string;
  /** Id of the CALL on the wire. */
  readonly messageId: string;
  /** Where to fetch from or upload to, without credentials. */
  readonly location: string;
  /** Not before (retrieveDate); null for at once. */
  readonly startsAt: number | null;
  /** Of SignedUpdateFirmware and GetLog: what the charge point's reports name it by. */
  readonly requestId: number | null;
  /** Of GetLog. */
  readonly logType: string | null;
  readonly state: JobState;
  readonly sentAt: number;
  readonly answeredAt: number | null;
  readonly endedAt: number | null;
  /** What it was answered with, where the answer has a status or is a CALLERROR. */
  readonly answer: string | null;
  /** Of what will be uploaded, as the charge point said. */
  readonly fileName: string | null;
  /** The newest reports, oldest first. */
  readonly reports: readonly JobReport[];
  /** As last told by BootNotification when the job was sent, and when it ended. */
  readonly firmwareBefore: string | null;
  readonly firmwareAfter: string | null;
  /** Rises with each change. */
  readonly version: number;
}

export type JobInput = Omit<JobRecord, 'version'>;
