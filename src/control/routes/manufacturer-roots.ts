import type { FastifyInstance } from 'fastify';
import { type Certificate, readCertificates } from '../../certificates/certificate.ts';
import { writeTimestamp } from '../../protocol/timestamp.ts';
import { MAX_MANUFACTURER_ROOTS, type ManufacturerRoot } from '../../store/manufacturer-roots.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { refusePrivateKey } from '../private-key.ts';
import { problemsOfRoot } from '../root-check.ts';
import { addRoute } from '../route.ts';

const tag = 'Certificates';
const path = '/api/v1/manufacturer-roots';
const example = {
  sha256: 'f2ca1bb6c7e907d06dafe4687e579fce76b37e4e93b7605022da52e6ccc26fd2',
  subject: 'O=Volt Works, CN=Volt Works Root',
  issuer: 'O=Volt Works, CN=Volt Works Root',
  notBefore: '2024-03-01T11:00:00.000Z',
  notAfter: '2044-03-01T12:00:00.000Z',
  note: 'from their portal, compared by phone',
  addedAt: '2026-03-01T12:00:00.000Z',
  certificate: '-----BEGIN CERTIFICATE-----\n...\n-----END CERTIFICATE-----\n',
};

const list: Operation = {
  id: 'listManufacturerRoots',
  method: 'GET',
  path,
  tag,
  scope: 'same',
  summary: 'List the roots of manufacturers',
  description: 'By these Farad knows who may sign firmware. The oldest first.',
  responses: {
    200: json('All of them.', ref('ManufacturerRootPage'), { items: [example], next: null }),
  },
};

const add: Operation = {
  id: 'addManufacturerRoot',
  method: 'POST',
  path,
  tag,
  scope: 'refused',
  role: 'admin',
  summary: 'Trust a root of a manufacturer',
  description:
    'From the first one on, SignedUpdateFirmware is sent only where one of them stands above the signing certificate, unless `force` says otherwise. An authority below a root can be added as well, after ' +
    'that root; then the root need not be among what is sent. Nothing is sent to charge points: InstallCertificate does that.',
  body: {
    required: true,
    checked: true,
    content: {
      'application/json': {
        schema: ref('NewManufacturerRoot'),
        examples: { root: { certificate: example.certificate, note: example.note } },
      },
    },
  },
  responses: { 201: json('The root.', ref('ManufacturerRoot'), example) },
  errors: ['unfit_certificate', 'private_key', 'certificate_exists', 'too_many_manufacturer_roots'],
};

const remove: Operation = {
  id: 'deleteManufacturerRoot',
  method: 'DELETE',
  path: `${path}/{sha256}`,
  tag,
  scope: 'refused',
  role: 'admin',
  summary: 'Trust a root of a manufacturer no more',
  description:
    'Firmware updates that were sent already go on. Without any root the authority of a signing certificate is not looked at.',
  params: { sha256: { type: 'string', maxLength: 64, description: 'SHA-256 of its DER, hexadecimal.' } },
  responses: { 204: { description: 'The root is gone.' } },
  errors: ['unknown_manufacturer_root'],
};

/** Whom Farad trusts to sign firmware (security whitepaper ed. 3 A00.FR.706, obligation K11). */
export function addManufacturerRootRoutes(app: FastifyInstance, { store }: ControlDeps): void {
  const { manufacturerRoots } = store;

  addRoute(app, list, () => ({ items: manufacturerRoots.all().map(view), next: null }));

  addRoute<{ Body: { certificate: string; note?: string } }>(app, add, async ({ body }, reply) => {
    refusePrivateKey(body.certificate);
    const now = Date.now();
    const former = manufacturerRoots.all().flatMap(({ pem }) => readCertificates(pem) ?? []);
    const [root] = readCertificates(body.certificate) ?? [];
    const problems = problemsOfRoot(body.certificate, former, now);
    if (root === undefined || problems.length > 0) {
      throw apiError('unfit_certificate', { problem: problems.join('; ') });
    }
    const { sha256, pem, serial } = root;
    const added = await manufacturerRoots.add({ sha256, pem, note: body.note ?? null, addedAt: now });
    if (added === 'exists') throw apiError('certificate_exists', { serial });
    if (added === 'too_many') throw apiError('too_many_manufacturer_roots', { most: MAX_MANUFACTURER_ROOTS });
    return reply.code(201).send(view(added));
  });

  addRoute<{ Params: { sha256: string } }>(app, remove, async ({ params: { sha256 } }, reply) => {
    if (!(await manufacturerRoots.remove(sha256.toLowerCase()))) {
      throw apiError('unknown_manufacturer_root', { sha256 });
    }
    return reply.code(204).send();
  });
}

/** `#/components/schemas/ManufacturerRoot` */
function view({ sha256, pem, note, addedAt }: ManufacturerRoot) {
  const [{ owner, issuer, notBefore, notAfter }] = readCertificates(pem) as [Certificate];
  return {
    sha256,
    subject: owner,
    issuer,
    notBefore: writeTimestamp(notBefore),
    notAfter: writeTimestamp(notAfter),
    note,
    addedAt: writeTimestamp(addedAt),
    certificate: pem,
  };
}
