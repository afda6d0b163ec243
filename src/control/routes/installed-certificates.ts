import type { FastifyInstance } from 'fastify';
import { type CertificateHashData, isSameHashData } from '../../certificates/hash-data.ts';
import { normalisePem } from '../../certificates/pem.ts';
import {
  INSTALLED_CERTIFICATE_TYPES,
  type InstalledCertificateType,
} from '../../store/installed-certificates.ts';
import { callChargePoint, callErrors } from '../charge-point-call.ts';
import { findChargePoint } from '../charge-point-view.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import { viewInstalledCertificates } from '../installed-certificates-view.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { refusePrivateKey } from '../private-key.ts';
import { rootWarnings } from '../root-check.ts';
import { addRoute } from '../route.ts';
import { forceQuery, refuseUnlessForced, type Warning } from '../warnings.ts';

const tag = 'Certificates';
const path = '/api/v1/charge-points/{id}/installed-certificates';
const params = { id: { type: 'string', description: 'Identity of the charge point.' } };
const hashData = {
  hashAlgorithm: 'SHA256',
  issuerNameHash: '5c6b7d…',
  issuerKeyHash: '9f8e7d…',
  serialNumber: '1a2b3c',
};
const held = {
  certificateType: 'CentralSystemRootCertificate',
  certificates: [{ hashData, subject: 'O=Acme Charging, CN=Farad' }],
  toldAt: '2026-03-01T12:00:00.000Z',
  changedSince: false,
};
const answer = {
  outcome: 'result',
  messageId: '5f0c6d8e-1',
  payload: { status: 'Accepted' },
  durationMs: 84,
};
const answered = {
  200: json('The charge point answered: look at `answer`.', ref('InstalledCertificatesAnswer'), {
    answer,
    warnings: [],
    items: [held],
  }),
};

const list: Operation = {
  id: 'listInstalledCertificates',
  method: 'GET',
  path,
  tag,
  scope: 'chargePoint',
  summary: 'See which roots a charge point has, as far as it has told',
  description: 'Nothing is asked of the charge point: `refresh` does that.',
  params,
  responses: { 200: json('By type.', ref('InstalledCertificatesList'), { items: [held] }) },
  errors: ['unknown_charge_point'],
};

const install: Operation = {
  id: 'installCertificate',
  method: 'POST',
  path,
  tag,
  scope: 'chargePoint',
  idempotent: true,
  summary: 'Install a root at a charge point',
  description:
    'Sends InstallCertificate. The certificate is looked at first: what is no root, has expired, is too weak, finds no room, or is not signed by the former root where ' +
    'AdditionalRootCertificateCheck demands that, is not sent unless `force` says so. Accepted, Rejected and Failed are results.',
  params,
  query: forceQuery,
  body: {
    required: true,
    checked: true,
    content: {
      'application/json': {
        schema: ref('RootToInstall'),
        examples: {
          root: {
            certificateType: 'CentralSystemRootCertificate',
            certificate: '-----BEGIN CERTIFICATE-----\n...\n-----END CERTIFICATE-----\n',
          },
        },
      },
    },
  },
  responses: answered,
  errors: [...callErrors, 'likely_refused', 'private_key'],
};

const refresh: Operation = {
  id: 'refreshInstalledCertificates',
  method: 'POST',
  path: `${path}/refresh`,
  tag,
  scope: 'chargePoint',
  summary: 'Ask a charge point which roots of a type it has',
  description: 'Sends GetInstalledCertificateIds. NotFound is a result: it has none.',
  params,
  body: {
    required: true,
    checked: true,
    content: {
      'application/json': {
        schema: ref('InstalledCertificatesQuestion'),
        examples: { central: { certificateType: 'CentralSystemRootCertificate' } },
      },
    },
  },
  responses: answered,
  errors: callErrors,
};

const remove: Operation = {
  id: 'deleteInstalledCertificate',
  method: 'POST',
  path: `${path}/delete`,
  tag,
  scope: 'chargePoint',
  idempotent: true,
  summary: 'Delete a root at a charge point',
  description:
    'Sends DeleteCertificate with the hashes as the charge point has told them, whatever their case here. The last root of the Central System is not deleted, nor one that may be the last, unless ' +
    '`confirm` says so: without it the charge point trusts no TLS of any Central System. NotFound is a result.',
  params,
  query: {
    confirm: {
      type: 'boolean',
      default: false,
      description: 'Delete it although no root of the Central System may be left.',
    },
  },
  body: {
    required: true,
    checked: true,
    content: {
      'application/json': {
        schema: ref('RootToDelete'),
        examples: { told: { certificateHashData: hashData } },
      },
    },
  },
  responses: answered,
  errors: [...callErrors, 'last_root'],
};

interface OfChargePoint {
  Params: { id: string };
}

/** Roots at charge points (security whitepaper ed. 3 §5.6, §5.10, §5.11). */
export function addInstalledCertificateRoutes(app: FastifyInstance, deps: ControlDeps): void {
  const { store } = deps;
  const { installedCertificates } = store;

  const check = (id: string): void => {
    if (!findChargePoint(store, id)) throw apiError('unknown_charge_point', { id });
  };
  const show = (id: string) => viewInstalledCertificates(store, id);
  const call = async (id: string, action: string, payload: object, warnings: readonly Warning[] = []) => {
    const said = await callChargePoint(deps, id, action, payload);
    store.refresh();
    return { answer: said, warnings, items: show(id) };
  };

  addRoute<OfChargePoint>(app, list, ({ params: { id } }) => {
    check(id);
    return { items: show(id) };
  });

  addRoute<
    OfChargePoint & {
      Body: { certificateType: InstalledCertificateType; certificate: string };
      Querystring: { force: boolean };
    }
  >(app, install, ({ params: { id }, query: { force }, body }) => {
    check(id);
    const { certificateType } = body;
    refusePrivateKey(body.certificate);
    const warnings = rootWarnings(store, id, certificateType, body.certificate, Date.now());
    refuseUnlessForced(id, warnings, force);
    // Line ends as charge points know them; what cannot be read goes as it is.
    const certificate = normalisePem(body.certificate, 'CERTIFICATE') || body.certificate;
    return call(id, 'InstallCertificate', { certificateType, certificate }, warnings);
  });

  addRoute<OfChargePoint & { Body: { certificateType: InstalledCertificateType } }>(
    app,
    refresh,
    ({ params: { id }, body }) => {
      check(id);
      return call(id, 'GetInstalledCertificateIds', body);
    },
  );

  addRoute<
    OfChargePoint & { Body: { certificateHashData: CertificateHashData }; Querystring: { confirm: boolean } }
  >(app, remove, ({ params: { id }, query: { confirm }, body }) => {
    check(id);
    const meant = body.certificateHashData;
    const told = INSTALLED_CERTIFICATE_TYPES.flatMap(
      (type) => installedCertificates.get(id, type)?.certificates ?? [],
    );
    const roots = installedCertificates.get(id, 'CentralSystemRootCertificate')?.certificates ?? [];
    if (!confirm && !leavesRoot(roots, told, meant)) throw apiError('last_root', { id });
    const certificateHashData = told.find((one) => isSameHashData(one, meant)) ?? meant;
    return call(id, 'DeleteCertificate', { certificateHashData });
  });
}

/**
 * Whether a root of the Central System is certainly left without the one that is meant (M04, obligation L30).
 * A charge point may report one certificate by several algorithms, so only those by one can be counted.
 */
function leavesRoot(
  roots: readonly CertificateHashData[],
  told: readonly CertificateHashData[],
  meant: CertificateHashData,
): boolean {
  const others = roots.filter((one) => !isSameHashData(one, meant));
  // One that the charge point has named as the manufacturer's takes none away.
  const isOther = others.length === roots.length && told.some((one) => isSameHashData(one, meant));
  return isOther
    ? roots.length > 0
    : others.some(({ hashAlgorithm }) => hashAlgorithm === meant.hashAlgorithm);
}
