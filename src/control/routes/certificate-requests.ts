import type { FastifyInstance } from 'fastify';
import { writeTimestamp } from '../../protocol/timestamp.ts';
import type { Signing } from '../../store/signings.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import { instant } from '../instant.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { type PageQuery, pageQuery, refuseFiltersBeside } from '../paging.ts';
import { refusePrivateKey } from '../private-key.ts';
import { addRoute } from '../route.ts';

const tag = 'Certificates';
const path = '/api/v1/certificate-requests';
const example = {
  id: '0f8fad5b-d9cb-469f-a165-70867728950e',
  chargePointId: 'CP-17',
  csr: '-----BEGIN CERTIFICATE REQUEST-----\n...\n-----END CERTIFICATE REQUEST-----\n',
  receivedAt: '2026-03-01T12:00:00.000Z',
  state: 'ordered',
  problem: null,
  attempts: 1,
  sendings: 0,
  serial: null,
  endedAt: null,
};

const list: Operation = {
  id: 'listCertificateRequests',
  method: 'GET',
  path,
  tag,
  scope: 'refused',
  summary: 'List what charge points want to have signed',
  description:
    'Newest first, the last 10 of each charge point. `problem` says in words what an operator has to mend.',
  query: {
    chargePointId: {
      type: 'string',
      description: 'Only those of this charge point. It goes with no other filter.',
    },
    which: {
      type: 'string',
      enum: ['open', 'failed'],
      description:
        'open: only those that more may come of, oldest first. failed: only the last one of a charge point where that came to nothing (rejected, refused or failed), newest first.',
    },
    ...pageQuery,
  },
  responses: {
    200: json('A page of requests.', ref('CertificateRequestPage'), { items: [example], next: null }),
  },
};

const give: Operation = {
  id: 'giveCertificate',
  method: 'POST',
  path: `${path}/{id}/certificate`,
  tag,
  scope: 'refused',
  summary: 'Hand in the certificate for a request, for an outside authority',
  description:
    'It must have the public key of the request. The charge point is sent it, with those above it and without the root, as soon as it is connected.',
  params: { id: { type: 'string', description: 'Id of the request.' } },
  body: {
    required: true,
    checked: true,
    content: {
      'application/json': {
        schema: ref('SignedCertificate'),
        examples: { chain: { certificate: '-----BEGIN CERTIFICATE-----\n...\n-----END CERTIFICATE-----\n' } },
      },
    },
  },
  responses: {
    200: json('It will be sent.', ref('CertificateRequest'), { ...example, state: 'signed', serial: '4f1a' }),
  },
  errors: ['unknown_certificate_request', 'certificate_request_state', 'unfit_certificate', 'private_key'],
};

interface ListQuery extends PageQuery {
  readonly chargePointId?: string;
  readonly which?: 'open' | 'failed';
}

export function addCertificateRequestRoutes(app: FastifyInstance, { store, operations }: ControlDeps): void {
  const { signings } = operations.certificates;
  const view = (signing: Signing) => {
    const { id, chargePointId, csr, receivedAt, state, problem, attempts, sendings, sha256, endedAt } =
      signing;
    return {
      id,
      chargePointId,
      csr,
      receivedAt: writeTimestamp(receivedAt),
      state,
      problem,
      attempts,
      sendings,
      serial: sha256 === null ? null : (store.certificates.get(sha256)?.serial ?? null),
      endedAt: instant(endedAt),
    };
  };

  addRoute<{ Querystring: ListQuery }>(app, list, ({ query }) => {
    const { chargePointId, which, cursor, limit } = query;
    if (chargePointId !== undefined) {
      refuseFiltersBeside('chargePointId', { which });
      return { items: store.signings.of(chargePointId).map(view), next: null };
    }
    const place = which === undefined ? 'certificate-requests' : (`${which}-certificate-requests` as const);
    const after = readCursor(place, cursor);
    const { items, next } = store.signings[which ?? 'list']({ limit, ...(after !== undefined && { after }) });
    const position = next === undefined ? null : writeCursor(place, next);
    return { items: items.map(view), next: position };
  });

  addRoute<{ Params: { id: string }; Body: { certificate: string } }>(app, give, async ({ params, body }) => {
    const { id } = params;
    refusePrivateKey(body.certificate);
    const given = await signings.give(id, body.certificate);
    if (given === 'unknown') throw apiError('unknown_certificate_request', { id });
    if (given === 'wrong_state') {
      throw apiError('certificate_request_state', { id, state: store.signings.get(id)?.state ?? 'gone' });
    }
    if ('misfit' in given) throw apiError('unfit_certificate', { problem: given.misfit });
    return view(given);
  });
}
