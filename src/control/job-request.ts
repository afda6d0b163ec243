import { randomUUID } from 'node:crypto';
import { writeTimestamp } from '../protocol/timestamp.ts';
import { checkRequest } from '../protocol/v16/validate.ts';
import type { JobKind, JobRecord } from '../store/job-record.ts';
import type { Store } from '../store/store.ts';
import { refusalOf } from './call-refusal.ts';
import type { ControlDeps } from './deps.ts';
import { apiError } from './errors.ts';
import { readInstant } from './validation.ts';

interface Shared {
  readonly location: string;
  readonly retries?: number;
  readonly retryInterval?: number;
  readonly replace?: boolean;
}

/** `#/components/schemas/FirmwareJobRequest` */
export interface FirmwareJobBody extends Shared {
  readonly retrieveAt?: string;
  readonly signed?: {
    readonly signingCertificate: string;
    readonly signature: string;
    readonly installAt?: string;
  };
}

/** `#/components/schemas/DiagnosticsJobRequest` */
export interface DiagnosticsJobBody extends Shared {
  readonly from?: string;
  readonly to?: string;
  readonly log?: 'DiagnosticsLog' | 'SecurityLog';
}

/** A CALL that begins a job. */
export interface JobCall {
  readonly kind: JobKind;
  readonly action: 'UpdateFirmware' | 'SignedUpdateFirmware' | 'GetDiagnostics' | 'GetLog';
  readonly payload: object;
  readonly location: string;
  readonly replace: boolean;
}

/** OCPP 1.6 ed. 2 §6.55, security whitepaper ed. 3 §6.9. */
export async function firmwareCall(body: FirmwareJobBody, { requestIds }: Store): Promise<JobCall> {
  const { location, retrieveAt, retries, retryInterval, signed, replace = false } = body;
  const retrieve = onWire(retrieveAt) ?? writeTimestamp(Date.now());
  const tries = present({ retries, retryInterval });
  const shared = { kind: 'firmware', location, replace } as const;
  if (!signed) {
    return { ...shared, action: 'UpdateFirmware', payload: { location, retrieveDate: retrieve, ...tries } };
  }
  const { signingCertificate, signature, installAt } = signed;
  const firmware = {
    location,
    retrieveDateTime: retrieve,
    ...present({ installDateTime: onWire(installAt) }),
    signingCertificate,
    signature,
  };
  const payload = { ...tries, requestId: await requestIds.next(), firmware };
  return { ...shared, action: 'SignedUpdateFirmware', payload };
}

/** OCPP 1.6 ed. 2 §6.25, security whitepaper ed. 3 §5.9. */
export async function diagnosticsCall(body: DiagnosticsJobBody, { requestIds }: Store): Promise<JobCall> {
  const { location, from, to, retries, retryInterval, log, replace = false } = body;
  const tries = present({ retries, retryInterval });
  const shared = { location, replace };
  if (!log) {
    const range = present({ startTime: onWire(from), stopTime: onWire(to) });
    return {
      ...shared,
      kind: 'diagnostics',
      action: 'GetDiagnostics',
      payload: { location, ...tries, ...range },
    };
  }
  const range = present({ oldestTimestamp: onWire(from), latestTimestamp: onWire(to) });
  const payload = {
    logType: log,
    requestId: await requestIds.next(),
    ...tries,
    log: { remoteLocation: location, ...range },
  };
  return { ...shared, kind: 'log', action: 'GetLog', payload };
}

/** Sends the CALL and answers the job that it began, whatever the charge point said. Throws an ApiError where it was not sent. */
export async function beginJob(
  { store, edges }: ControlDeps,
  chargePointId: string,
  { kind, action, payload, replace }: JobCall,
): Promise<JobRecord> {
  const violation = checkRequest(action, payload);
  if (violation) {
    const { code, description, path } = violation;
    throw apiError('invalid_payload', { action, description }, { path, ocppCode: code, description });
  }
  const open = store.jobs.open(chargePointId, kind);
  if (open && !replace)
    throw apiError('job_running', { id: chargePointId, job: open.id }, { jobId: open.id });
  const reference = randomUUID();
  const sent = await edges.call({ chargePointId, action, payload, reference });
  store.refresh();
  const job = store.jobs.get(chargePointId, kind, reference);
  // Without an answer the job is there all the same, unless the CALL never left.
  if (job && job.state !== 'not_sent') return job;
  throw refusalOf(sent, chargePointId, action) ?? new TypeError(`${action} began no job`);
}

/** What an operator may want to know about a location; the charge point decides (OCPP 1.6 ed. 2 §8, errata 3.90). */
export function locationWarnings(
  { configurations }: Pick<Store, 'configurations'>,
  chargePointId: string,
  location: string,
): string[] {
  const protocols = configurations.get(chargePointId, 'SupportedFileTransferProtocols')?.value;
  const scheme = location.slice(0, location.indexOf(':')).toUpperCase();
  if (!protocols || protocols.split(',').some((one) => one.trim().toUpperCase() === scheme)) return [];
  return [`SupportedFileTransferProtocols of the charge point is ${protocols}, without ${scheme}.`];
}

function onWire(time: string | undefined): string | undefined {
  const epochMs = time === undefined ? undefined : readInstant(time);
  return epochMs === undefined ? undefined : writeTimestamp(epochMs);
}

/** Without the members that are undefined: on the wire an absent member is absent. */
function present(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
