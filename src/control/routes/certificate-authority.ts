import type { FastifyInstance } from 'fastify';
import type { AuthorityAlgorithm } from '../../certificates/authority.ts';
import { readCertificates } from '../../certificates/certificate.ts';
import { MAX_AUTHORITIES } from '../../operations/certificates/authorities.ts';
import { writeTimestamp } from '../../protocol/timestamp.ts';
import type { CertificateAuthorityRecord } from '../../store/certificate-authorities.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { addRoute } from '../route.ts';

const tag = 'Certificates';
const path = '/api/v1/certificate-authority';
const PEM = 'application/x-pem-file';
const example = {
  id: '0mmabc123-1f2e3d4c',
  algorithm: 'ecdsa-p256',
  createdAt: '2026-03-01T12:00:00.000Z',
  expiresAt: '2036-02-27T12:00:00.000Z',
  canIssue: true,
  fingerprint: 'f2ca1bb6c7e907d06dafe4687e579fce76b37e4e93b7605022da52e6ccc26fd2',
  rootCertificate: '-----BEGIN CERTIFICATE-----\n...\n-----END CERTIFICATE-----\n',
  issuingCertificate: '-----BEGIN CERTIFICATE-----\n...\n-----END CERTIFICATE-----\n',
};

const get: Operation = {
  id: 'getCertificateAuthority',
  method: 'GET',
  path,
  tag,
  scope: 'refused',
  summary: 'See who issues the certificates of charge points',
  responses: {
    200: json(
      'Authorities of this Farad, and whether there is an outside one.',
      ref('CertificateAuthorities'),
      {
        outside: false,
        canSeal: true,
        authorities: [example],
        current: example.id,
      },
    ),
  },
};

const create: Operation = {
  id: 'createCertificateAuthority',
  method: 'POST',
  path,
  tag,
  scope: 'refused',
  role: 'admin',
  summary: 'Make a certificate authority',
  description:
    'Its private keys never leave Farad: they are kept sealed with a key that lies outside of the data directory. It takes the place of one that was made before; what that one has issued stays good.',
  body: {
    required: true,
    checked: true,
    content: {
      'application/json': {
        schema: ref('NewCertificateAuthority'),
        examples: {
          elliptic: { algorithm: 'ecdsa-p256' },
          named: { algorithm: 'rsa-2048', commonName: 'Acme CA' },
        },
      },
    },
  },
  responses: { 201: json('The authority.', ref('CertificateAuthority'), example) },
  errors: ['no_sealing_key', 'too_many_authorities'],
};

const remove: Operation = {
  id: 'deleteCertificateAuthority',
  method: 'DELETE',
  path: `${path}/{id}`,
  tag,
  scope: 'refused',
  role: 'admin',
  summary: 'Trust a certificate authority no more',
  description:
    'Its keys are gone, and every certificate that it has issued is refused from the next handshake on: renew them first. Sessions that are open stay.',
  params: { id: { type: 'string', description: 'Id of the authority.' } },
  responses: { 204: { description: 'The authority is gone.' } },
  errors: ['unknown_certificate_authority'],
};

const revocations: Operation = {
  id: 'getRevocationList',
  method: 'GET',
  path: `${path}/crl`,
  tag,
  scope: 'refused',
  summary: 'Get the revocation list of a certificate authority',
  description:
    'For others who trust its certificates; Farad itself looks into its own records (RFC 5280 §5).',
  query: { authority: { type: 'string', description: 'Id of the authority; absent: the newest one.' } },
  responses: {
    200: {
      description: 'The list, signed now and good for a day.',
      content: { [PEM]: { schema: { type: 'string', description: 'PEM.' } } },
    },
  },
  errors: ['unknown_certificate_authority', 'no_sealing_key'],
};

interface NewAuthorityBody {
  readonly algorithm: AuthorityAlgorithm;
  readonly commonName?: string;
  readonly organization?: string;
}

export function addCertificateAuthorityRoutes(
  app: FastifyInstance,
  { store, config, operations }: ControlDeps,
): void {
  const { authorities } = operations.certificates;
  const view = (authority: CertificateAuthorityRecord) => ({
    id: authority.id,
    algorithm: authority.algorithm,
    createdAt: writeTimestamp(authority.createdAt),
    expiresAt: writeTimestamp(readCertificates(authority.issuingCertificate)?.[0]?.notAfter ?? 0),
    canIssue: authorities.canIssue(authority),
    fingerprint: readCertificates(authority.rootCertificate)?.[0]?.sha256 ?? '',
    rootCertificate: authority.rootCertificate,
    issuingCertificate: authority.issuingCertificate,
  });
  const find = (id: string | undefined): CertificateAuthorityRecord => {
    const [newest] = store.certificateAuthorities.all();
    const found = id === undefined ? newest : store.certificateAuthorities.get(id);
    if (!found) throw apiError('unknown_certificate_authority', { id: id ?? 'at all' });
    return found;
  };

  addRoute(app, get, () => {
    const all = store.certificateAuthorities.all().map(view);
    return {
      outside: config.security.signingHook !== '',
      canSeal: store.certificateAuthorities.canSeal,
      authorities: all,
      current: all.find(({ canIssue }) => canIssue)?.id ?? null,
    };
  });

  addRoute<{ Body: NewAuthorityBody }>(app, create, async ({ body }, reply) => {
    const { algorithm, commonName = 'Farad', organization = config.security.cpoName } = body;
    const made = await authorities.create({ algorithm, commonName, organization });
    if (made === 'no_sealing_key') throw apiError('no_sealing_key', {});
    if (made === 'too_many') throw apiError('too_many_authorities', { most: MAX_AUTHORITIES });
    return reply.code(201).send(view(made));
  });

  addRoute<{ Params: { id: string } }>(app, remove, async ({ params: { id } }, reply) => {
    if (!(await store.certificateAuthorities.remove(id))) {
      throw apiError('unknown_certificate_authority', { id });
    }
    return reply.code(204).send();
  });

  addRoute<{ Querystring: { authority?: string } }>(app, revocations, async ({ query }, reply) => {
    const list = await authorities.revocationList(find(query.authority));
    if (list === undefined) throw apiError('no_sealing_key', {});
    return reply.type(PEM).send(list);
  });
}
