import type { FastifyInstance } from 'fastify';
import type { JobKind, JobRecord } from '../../store/job-record.ts';
import { findChargePoint } from '../charge-point-view.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError, type ErrorCode } from '../errors.ts';
import { signingWarnings } from '../firmware-check.ts';
import {
  beginJob,
  type DiagnosticsJobBody,
  diagnosticsCall,
  type FirmwareJobBody,
  firmwareCall,
  type JobCall,
  locationWarnings,
} from '../job-request.ts';
import { viewJob } from '../job-view.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { refusePrivateKey } from '../private-key.ts';
import { addRoute } from '../route.ts';
import { forceQuery, refuseUnlessForced } from '../warnings.ts';

const tag = 'Jobs';
const chargePoint = { type: 'string', description: 'Identity of the charge point.' };
const example = {
  id: '0f8fad5b-d9cb-469f-a165-70867728950e',
  chargePointId: 'CP-17',
  kind: 'firmware',
  action: 'UpdateFirmware',
  location: 'https://files.example/firmware-2.1.bin',
  startsAt: '2026-03-01T12:00:00.000Z',
  requestId: null,
  logType: null,
  state: 'running',
  status: 'Downloading',
  reports: [{ status: 'Downloading', at: '2026-03-01T12:00:05.000Z' }],
  answer: null,
  fileName: null,
  firmwareBefore: '2.0.4',
  firmwareAfter: null,
  sentAt: '2026-03-01T12:00:00.000Z',
  answeredAt: '2026-03-01T12:00:00.120Z',
  endedAt: null,
  warnings: [],
};

const SEND_ERRORS: readonly ErrorCode[] = [
  'unknown_charge_point',
  'job_running',
  'likely_refused',
  'private_key',
  'not_connected',
  'registration_state',
  'invalid_payload',
  'queue_full',
  'storage_full',
  'busy',
  'connection_lost',
  'timeout',
];

/** What the two resources have in common, and what not. */
interface Resource {
  readonly name: 'firmware-jobs' | 'diagnostics-jobs';
  readonly kinds: readonly JobKind[];
  readonly ids: { readonly list: string; readonly get: string; readonly create: string };
  readonly what: string;
  readonly create: { readonly summary: string; readonly description: string };
  readonly body: string;
  readonly examples: Readonly<Record<string, unknown>>;
  readonly call: (body: never, deps: ControlDeps, chargePointId: string) => Promise<JobCall>;
}

const firmwareJobs: Resource = {
  name: 'firmware-jobs',
  kinds: ['firmware'],
  ids: { list: 'listFirmwareJobs', get: 'getFirmwareJob', create: 'createFirmwareJob' },
  what: 'firmware updates',
  create: {
    summary: 'Update the firmware of a charge point',
    description:
      'Sends UpdateFirmware, or SignedUpdateFirmware, and answers once the charge point has. The answer to UpdateFirmware says nothing (OCPP 1.6 ed. 2 §6.56): ' +
      'follow the job. Of signed firmware, the certificate (its time, strength and use, and whether a root of a manufacturer stands above it: `/api/v1/manufacturer-roots`) and the form of the signature are looked at first: ' +
      'what a charge point would refuse is not sent unless `force` says so. The job survives reboots of the charge point and restarts of Farad, and any report of the charge point is taken, in whatever order.',
  },
  body: 'FirmwareJobRequest',
  examples: {
    plain: { location: 'https://files.example/firmware-2.1.bin' },
    tonight: {
      location: 'ftp://farad:secret@files.example/firmware-2.1.bin',
      retrieveAt: '2026-03-02T01:00:00Z',
      retries: 3,
    },
  },
  call: (body: FirmwareJobBody, { store }, id) => firmwareCall(body, store, id),
};

const diagnosticsJobs: Resource = {
  name: 'diagnostics-jobs',
  kinds: ['diagnostics', 'log'],
  ids: { list: 'listDiagnosticsJobs', get: 'getDiagnosticsJob', create: 'createDiagnosticsJob' },
  what: 'uploads of diagnostics and logs',
  create: {
    summary: 'Have a charge point upload diagnostics or a log',
    description:
      'Sends GetDiagnostics, or GetLog, and answers once the charge point has, with the file name where it gave one. Without one there is nothing to upload.',
  },
  body: 'DiagnosticsJobRequest',
  examples: {
    lastDay: { location: 'ftp://files.example/diagnostics', from: '2026-02-28T12:00:00Z' },
    securityLog: { location: 'https://files.example/logs', log: 'SecurityLog' },
  },
  call: (body: DiagnosticsJobBody, { store }, id) => diagnosticsCall(body, store, id),
};

interface OfChargePoint {
  Params: { id: string };
}

/**
 * Jobs of charge points: those that were asked for here, and those that began with a raw CALL or a campaign.
 */
export function addJobRoutes(app: FastifyInstance, deps: ControlDeps): void {
  for (const resource of [firmwareJobs, diagnosticsJobs]) addResource(app, deps, resource);
}

function addResource(
  app: FastifyInstance,
  deps: ControlDeps,
  { name, kinds, ids, what, create, body, examples, call }: Resource,
): void {
  const { store, config } = deps;
  const path = `/api/v1/charge-points/{id}/${name}`;
  const list: Operation = {
    id: ids.list,
    method: 'GET',
    path,
    tag,
    scope: 'chargePoint',
    summary: `List ${what} of a charge point`,
    description: `Newest first; the last 20 ${kinds.length > 1 ? 'of each kind ' : ''}are kept.`,
    params: { id: chargePoint },
    responses: { 200: json('All that are kept.', ref('JobPage'), { items: [example], next: null }) },
    errors: ['unknown_charge_point'],
  };
  const get: Operation = {
    id: ids.get,
    method: 'GET',
    path: `${path}/{jobId}`,
    tag,
    scope: 'chargePoint',
    summary: `Get one of the ${what} of a charge point`,
    params: { id: chargePoint, jobId: { type: 'string', description: 'Id of the job.' } },
    responses: { 200: json('The job.', ref('Job'), example) },
    errors: ['unknown_charge_point', 'unknown_job'],
  };
  const post: Operation = {
    id: ids.create,
    idempotent: true,
    method: 'POST',
    path,
    tag,
    scope: 'chargePoint',
    ...create,
    params: { id: chargePoint },
    query: forceQuery,
    body: { required: true, checked: true, content: { 'application/json': { schema: ref(body), examples } } },
    responses: {
      201: json('The CALL was sent, and this became of it: look at `state`.', ref('Job'), example),
    },
    errors: SEND_ERRORS,
  };

  const check = (id: string): void => {
    if (!findChargePoint(store, id)) throw apiError('unknown_charge_point', { id });
  };
  const show = (job: JobRecord, warnings?: readonly string[]) =>
    viewJob(job, config.ocpp.callTimeout, warnings);

  addRoute<OfChargePoint>(app, list, ({ params: { id } }) => {
    check(id);
    const jobs = kinds.flatMap((kind) => store.jobs.of(id, kind));
    return { items: jobs.sort((a, b) => b.sentAt - a.sentAt).map((job) => show(job)), next: null };
  });

  addRoute<{ Params: { id: string; jobId: string } }>(app, get, ({ params: { id, jobId } }) => {
    check(id);
    const job = kinds.map((kind) => store.jobs.get(id, kind, jobId)).find((found) => found !== undefined);
    if (!job) throw apiError('unknown_job', { id, job: jobId });
    return show(job);
  });

  addRoute<OfChargePoint & { Querystring: { force: boolean } }>(
    app,
    post,
    async ({ params: { id }, query: { force }, body: asked }, reply) => {
      check(id);
      const { signed } = asked as FirmwareJobBody;
      if (signed) refusePrivateKey(signed.signingCertificate);
      const warnings = signed ? signingWarnings(signed, store, Date.now()) : [];
      refuseUnlessForced(id, warnings, force);
      const wanted = await call(asked as never, deps, id);
      const job = await beginJob(deps, id, wanted);
      const hints = [
        ...locationWarnings(store, id, wanted.location),
        ...warnings.map(({ message }) => `${message[0]?.toUpperCase()}${message.slice(1)}.`),
      ];
      reply.code(201);
      return show(job, hints);
    },
  );
}
