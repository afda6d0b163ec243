import { randomUUID } from 'node:crypto';
import { normalisePem } from '../certificates/pem.ts';
import type { Order } from '../protocol/orders.ts';
import { writeTimestamp } from '../protocol/timestamp.ts';
import type { JobKind, JobRecord } from '../store/job-record.ts';
import { dialectOfChargePoint } from '../store/sessions.ts';
import type { Store } from '../store/store.ts';
import { refusalOf } from './call-refusal.ts';
import { checkPayload } from './charge-point-call.ts';
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
export interface JobCall extends Order {
  readonly kind: JobKind;
  readonly location: string;
  readonly replace: boolean;
}

/** The CALL to `chargePointId` that begins an update of its firmware. */
export async function firmwareCall(
  { location, retrieveAt, signed, replace = false, ...tries }: FirmwareJobBody,
  store: Store,
  chargePointId: string,
): Promise<JobCall> {
  const { orders } = dialectOfChargePoint(store, chargePointId);
  const order = orders.startUpdate({
    ...tries,
    location,
    retrieveAt: onWire(retrieveAt) ?? writeTimestamp(Date.now()),
    signed: signed && {
      ...signed,
      signingCertificate: certificateOnWire(signed.signingCertificate),
      requestId: await store.requestIds.next(),
      installAt: onWire(signed.installAt),
    },
  });
  return { ...order, kind: 'firmware', location, replace };
}

/** The CALL to `chargePointId` that begins an upload of diagnostics or of a log. */
export async function diagnosticsCall(
  { location, from, to, log, replace = false, ...tries }: DiagnosticsJobBody,
  store: Store,
  chargePointId: string,
): Promise<JobCall> {
  const { orders } = dialectOfChargePoint(store, chargePointId);
  const order = orders.startUpload({
    ...tries,
    location,
    from: onWire(from),
    to: onWire(to),
    log: log && { type: log, requestId: await store.requestIds.next() },
  });
  return { ...order, kind: log ? 'log' : 'diagnostics', location, replace };
}

/**
 * Sends the CALL and returns the job that it began, whatever the charge point said. Throws an ApiError where
 * it was not sent.
 */
export async function beginJob(
  { store, edges }: ControlDeps,
  chargePointId: string,
  { kind, action, payload, replace }: JobCall,
): Promise<JobRecord> {
  checkPayload(dialectOfChargePoint(store, chargePointId), action, payload);
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

/**
 * What an operator may want to know about a location; the charge point decides (OCPP 1.6 ed. 2 §8, errata
 * 3.90).
 */
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

/** Line ends as charge points know them; what cannot be read goes as it is. */
function certificateOnWire(pem: string): string {
  return normalisePem(pem, 'CERTIFICATE').trimEnd() || pem;
}

function onWire(time: string | undefined): string | undefined {
  const epochMs = time === undefined ? undefined : readInstant(time);
  return epochMs === undefined ? undefined : writeTimestamp(epochMs);
}
