import type { FastifyInstance } from 'fastify';
import type { SecurityProfile } from '../../store/security-profile.ts';
import type { SettingsWriter } from '../charge-point-settings.ts';
import { findChargePoint } from '../charge-point-view.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { requireRole } from '../roles.ts';
import { addRoute } from '../route.ts';
import { lacking, missingFor } from '../security-checks.ts';
import { lowersSecurity, viewSecurity } from '../security-view.ts';

const tag = 'Security';
const path = '/api/v1/charge-points/{id}/security';
const params = { id: { type: 'string', description: 'Identity of the charge point, percent-encoded.' } };
const example = {
  id: 'CP-17',
  profile: 2,
  profileFrom: 'charge-point',
  reachedAt: '2026-03-01T12:00:00.000Z',
  pending: [{ profile: 3, since: '2026-03-02T12:00:00.000Z', accepted: true }],
  minProfile: 0,
  connection: {
    profile: 2,
    connectedAt: '2026-03-02T11:00:00.000Z',
    certificate: null,
    tls: { protocol: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256' },
  },
  serialNumber: 'SN-0017',
  password: { state: 'held', setAt: '2026-01-01T00:00:00.000Z', setBy: 'ocpp' },
  certificates: [],
  missing: [
    { profile: 1, items: [] },
    { profile: 2, items: [] },
    {
      profile: 3,
      items: [
        {
          code: 'client_certificate',
          message:
            'no certificate was issued to it, and certificates of no other authority are trusted (ocpp.tls.clientCas)',
        },
      ],
    },
  ],
};

const get: Operation = {
  id: 'getChargePointSecurity',
  method: 'GET',
  path,
  tag,
  scope: 'chargePoint',
  summary: 'Get how a charge point authenticates',
  description:
    'Its security profile, what is pending, by what it is connected now, the age of its password, its certificates, and what each profile still lacks.',
  params,
  responses: { 200: json('Its security.', ref('ChargePointSecurity'), example) },
  errors: ['unknown_charge_point'],
};

const put: Operation = {
  id: 'putChargePointSecurity',
  method: 'PUT',
  path,
  tag,
  scope: 'chargePoint',
  summary: 'Decide on the security profile of a charge point',
  description:
    'Says with which profile it has to connect from now on, and withdraws whatever is pending; nothing is sent to it. To raise it over OCPP, send ChangeConfiguration of SecurityProfile instead: ' +
    'then the lower one holds until it has connected on the higher one. A lower profile than it has takes the role `admin` and a `reason`, which the audit trail keeps. Its socket is closed if it ' +
    'was opened with another profile.',
  params,
  query: {
    force: {
      type: 'boolean',
      default: false,
      description: 'Decide although something is missing without which it cannot connect.',
    },
  },
  body: {
    required: true,
    checked: true,
    content: {
      'application/json': {
        schema: ref('SecurityDecision'),
        examples: {
          raise: { profile: 2 },
          lower: { profile: 1, reason: 'the modem was replaced by one without TLS' },
        },
      },
    },
  },
  responses: { 200: json('Its security.', ref('ChargePointSecurity'), example) },
  errors: ['unknown_charge_point', 'reason_missing', 'security_prerequisites_missing'],
};

interface OfChargePoint {
  Params: { id: string };
}

interface Decision {
  readonly profile: SecurityProfile | null;
  readonly reason?: string;
}

export function addSecurityRoutes(app: FastifyInstance, deps: ControlDeps, writer: SettingsWriter): void {
  const { store } = deps;
  const check = (id: string): void => {
    if (!findChargePoint(store, id)) throw apiError('unknown_charge_point', { id });
  };

  addRoute<OfChargePoint>(app, get, ({ params: { id } }) => {
    check(id);
    return viewSecurity(deps, id);
  });

  addRoute<OfChargePoint & { Body: Decision; Querystring: { force: boolean } }>(app, put, async (request) => {
    const { params, body, query } = request;
    const { id } = params;
    const { profile, reason } = body;
    check(id);
    store.refresh();
    if (lowersSecurity(store, id, profile)) {
      requireRole(request, 'admin');
      if (reason === undefined) throw apiError('reason_missing', { id });
    } else if (profile !== null && !query.force) {
      // What the charge point itself has is its own affair here.
      const missing = missingFor(deps, id, profile).filter(({ code }) => code !== 'central_system_root');
      if (missing.length > 0) throw lacking(id, profile, missing);
    }
    await writer.decideProfile(id, profile ?? undefined);
    return viewSecurity(deps, id);
  });
}
