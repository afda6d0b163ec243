import type { FastifyInstance } from 'fastify';
import { readCertificates } from '../../certificates/certificate.ts';
import type { RevocationReason } from '../../certificates/revocation-list.ts';
import { writeTimestamp } from '../../protocol/timestamp.ts';
import type { CertificateRecord, CertificateState } from '../../store/certificate-record.ts';
import { CERTIFICATE_STATES } from '../../store/certificate-record.ts';
import { findChargePoint } from '../charge-point-view.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import { instant } from '../instant.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { type PageQuery, pageQuery } from '../paging.ts';
import { refusePrivateKey } from '../private-key.ts';
import { addRoute } from '../route.ts';

const tag = 'Certificates';
const path = '/api/v1/certificates';
const DAY_MS = 24 * 3_600_000;
const params = {
  serial: {
    type: 'string',
    maxLength: 100,
    description: 'Serial number in hexadecimal, or SHA-256 of the DER.',
  },
};
const example = {
  serial: '4f1a2b3c4d5e6f708192a3b4c5d6e7f8',
  sha256: 'f2ca1bb6c7e907d06dafe4687e579fce76b37e4e93b7605022da52e6ccc26fd2',
  chargePointId: 'CP-17',
  commonName: 'SN-000017',
  organization: 'Acme Charging',
  authority: '0mmabc123-1f2e3d4c',
  notBefore: '2026-03-01T11:00:00.000Z',
  notAfter: '2027-03-01T12:00:00.000Z',
  state: 'installed',
  issuedAt: '2026-03-01T12:00:00.000Z',
  installedAt: '2026-03-01T12:00:01.000Z',
  revokedAt: null,
  reason: null,
  certificate: '-----BEGIN CERTIFICATE-----\n...\n-----END CERTIFICATE-----\n',
};

const list: Operation = {
  id: 'listCertificates',
  method: 'GET',
  path,
  tag,
  scope: 'refused',
  summary: 'List client certificates of charge points',
  description:
    'Those that Farad issued and those that were registered, in the order in which they expire. They are kept for a year after that.',
  query: {
    chargePointId: { type: 'string', description: 'Only those of this charge point.' },
    state: { type: 'string', enum: CERTIFICATE_STATES, description: 'Only those in this state.' },
    expiringWithin: {
      type: 'integer',
      minimum: 0,
      maximum: 36_500,
      description: 'Only those that are still valid and will not be in so many days.',
    },
    ...pageQuery,
  },
  responses: {
    200: json('A page of certificates.', ref('CertificatePage'), { items: [example], next: null }),
  },
};

const get: Operation = {
  id: 'getCertificate',
  method: 'GET',
  path: `${path}/{serial}`,
  tag,
  scope: 'refused',
  summary: 'Get a client certificate',
  params,
  responses: { 200: json('The certificate.', ref('Certificate'), example) },
  errors: ['unknown_certificate', 'ambiguous_certificate'],
};

const add: Operation = {
  id: 'addCertificate',
  method: 'POST',
  path,
  tag,
  scope: 'refused',
  summary: 'Register a client certificate that another authority has issued',
  description:
    'From then on it is the certificate of this charge point and no other, is listed before it expires, and can be revoked. Its issuer has to be trusted by `ocpp.tls.clientCas`.',
  body: {
    required: true,
    checked: true,
    content: {
      'application/json': {
        schema: ref('KnownCertificate'),
        examples: { known: { chargePointId: 'CP-17', certificate: example.certificate } },
      },
    },
  },
  responses: {
    201: json('The certificate.', ref('Certificate'), { ...example, authority: null, state: 'issued' }),
  },
  errors: ['unknown_charge_point', 'unfit_certificate', 'private_key', 'certificate_exists'],
};

const revoke: Operation = {
  id: 'revokeCertificate',
  method: 'POST',
  path: `${path}/{serial}/revoke`,
  tag,
  scope: 'refused',
  summary: 'Revoke a client certificate',
  description:
    'It is refused from the next handshake on, and the session of its charge point is closed within 5 s. There is no way back: have a new one issued.',
  params,
  body: {
    required: true,
    checked: true,
    content: {
      'application/json': {
        schema: ref('Revocation'),
        examples: { stolen: { reason: 'keyCompromise' }, plain: {} },
      },
    },
  },
  responses: {
    200: json('It is revoked.', ref('Certificate'), {
      ...example,
      state: 'revoked',
      revokedAt: '2026-06-01T08:00:00.000Z',
      reason: 'keyCompromise',
    }),
  },
  errors: ['unknown_certificate', 'ambiguous_certificate'],
};

interface ListQuery extends PageQuery {
  readonly chargePointId?: string;
  readonly state?: CertificateState;
  readonly expiringWithin?: number;
}

interface OfCertificate {
  Params: { serial: string };
}

export function addCertificateRoutes(app: FastifyInstance, { store, operations }: ControlDeps): void {
  const { certificates } = store;

  const find = (serial: string): CertificateRecord => {
    const [found, ...others] = certificates.find(serial);
    if (!found) throw apiError('unknown_certificate', { serial });
    if (others.length === 0) return found;
    const sha256 = [found, ...others].map((one) => one.sha256);
    throw apiError('ambiguous_certificate', { serial }, { sha256 });
  };

  addRoute<{ Querystring: ListQuery }>(app, list, ({ query }) => {
    const { chargePointId, state, expiringWithin, cursor, limit } = query;
    const now = Date.now();
    const expiry =
      expiringWithin === undefined ? {} : { expiresFrom: now, expiresBefore: now + expiringWithin * DAY_MS };
    if (chargePointId !== undefined) {
      const { expiresFrom = 0, expiresBefore = Number.POSITIVE_INFINITY } = expiry;
      const own = certificates
        .of(chargePointId)
        .filter(({ notAfter }) => notAfter >= expiresFrom && notAfter < expiresBefore);
      return { items: own.filter((one) => state === undefined || one.state === state).map(view), next: null };
    }
    const after = readCursor('certificates', cursor);
    const chosen = { limit, ...expiry, ...(state && { state }), ...(after !== undefined && { after }) };
    const { items, next } = certificates.list(chosen);
    return { items: items.map(view), next: next === undefined ? null : writeCursor('certificates', next) };
  });

  addRoute<OfCertificate>(app, get, ({ params: { serial } }) => view(find(serial)));

  addRoute<{ Body: { chargePointId: string; certificate: string } }>(app, add, async ({ body }, reply) => {
    const { chargePointId } = body;
    refusePrivateKey(body.certificate);
    if (!findChargePoint(store, chargePointId)) throw apiError('unknown_charge_point', { id: chargePointId });
    const [leaf] = readCertificates(body.certificate) ?? [];
    if (leaf === undefined) throw apiError('unfit_certificate', { problem: 'it is no X.509 in PEM' });
    if (leaf.x509.ca)
      throw apiError('unfit_certificate', { problem: 'it is that of a certificate authority' });
    const now = Date.now();
    if (leaf.notAfter <= now) throw apiError('unfit_certificate', { problem: 'it has expired' });
    if (certificates.get(leaf.sha256)) throw apiError('certificate_exists', { serial: leaf.serial });
    const { sha256, serial, pem, notBefore, notAfter, subject } = leaf;
    const added = await certificates.put({
      sha256,
      serial,
      chargePointId,
      commonName: subject.commonName,
      organization: subject.organizations.join(', '),
      authority: null,
      notBefore,
      notAfter,
      pem,
      state: 'issued',
      issuedAt: now,
      installedAt: null,
      revokedAt: null,
      reason: null,
      closing: false,
    });
    return reply.code(201).send(view(added));
  });

  addRoute<OfCertificate & { Body: { reason?: RevocationReason } }>(app, revoke, async ({ params, body }) => {
    const { sha256 } = find(params.serial);
    await certificates.revoke(sha256, body.reason ?? 'unspecified', Date.now());
    await operations.certificates.revocations.enforce();
    return view(find(sha256));
  });
}

function view(certificate: CertificateRecord) {
  const {
    pem,
    notBefore,
    notAfter,
    issuedAt,
    installedAt,
    revokedAt,
    closing: _,
    version: __,
    ...rest
  } = certificate;
  return {
    ...rest,
    notBefore: writeTimestamp(notBefore),
    notAfter: writeTimestamp(notAfter),
    issuedAt: writeTimestamp(issuedAt),
    installedAt: instant(installedAt),
    revokedAt: instant(revokedAt),
    certificate: pem,
  };
}
