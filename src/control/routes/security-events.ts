import type { FastifyInstance } from 'fastify';
import { askPage, type RowsQuery } from '../analytics-query.ts';
import type { ControlDeps } from '../deps.ts';
import { json, type Operation, ref, type Schema } from '../openapi/operation.ts';
import { addRoute } from '../route.ts';
import { scopeParameters } from '../scopes.ts';
import { pagesOf, range } from './analytics-question.ts';

const tag = 'Security';
const description =
  'Newest first: what charge points told by SecurityEventNotification, and connections and signing requests that Farad refused for a reason of security. Of a storm of refusals only some are ' +
  'written down; the metric `farad_refused_upgrades_total` counts them all. An event shows up about a second after it was received. Kept for `retention.securityEvents`, also for identities that were deleted.';

const filter: Readonly<Record<string, Schema>> = {
  ...range,
  type: { type: 'string', maxLength: 255, description: 'Only events of exactly this type.' },
  source: {
    type: 'string',
    enum: ['charge-point', 'farad'],
    description: 'Only what charge points told, or only what Farad refused.',
  },
  critical: {
    type: 'boolean',
    default: false,
    description: 'Only events that are critical by the list of the white paper.',
  },
  ...pagesOf(1000, 100),
};

const answers = {
  responses: {
    200: json('The events.', ref('SecurityEventRows'), {
      rows: [
        {
          chargePointId: 'CP-17',
          source: 'farad',
          type: 'FailedToAuthenticateAtCentralSystem',
          critical: false,
          reason: 'credentials',
          techInfo: 'wrong or missing credentials',
          remoteAddress: '192.0.2.17',
          reportedAt: '2026-03-01T12:00:00.000Z',
          rawTimestamp: '',
          receivedAt: '2026-03-01T12:00:00.000Z',
        },
      ],
      next: null,
    }),
  },
  errors: ['bad_parameter', 'time_limit', 'engine_unavailable', 'busy'],
} as const;

const ofFleet: Operation = {
  id: 'listSecurityEvents',
  method: 'GET',
  path: '/api/v1/security-events',
  tag,
  scope: 'narrowed',
  summary: 'Security events of all charge points',
  description,
  query: {
    chargePointId: { type: 'string', maxLength: 255, description: 'Only this charge point.' },
    group: { type: 'string', maxLength: 200, description: 'Only charge points of this group.' },
    ...filter,
  },
  ...answers,
};

const ofOne: Operation = {
  id: 'listSecurityEventsOfChargePoint',
  method: 'GET',
  path: '/api/v1/charge-points/{id}/security-events',
  tag,
  scope: 'chargePoint',
  summary: 'Security events of a charge point',
  description,
  params: { id: { type: 'string', description: 'Identity of the charge point.' } },
  query: filter,
  ...answers,
};

export function addSecurityEventRoutes(app: FastifyInstance, deps: ControlDeps): void {
  addRoute<{ Querystring: RowsQuery }>(app, ofFleet, ({ query, sight }) =>
    askPage(deps, 'security-events', { ...query, ...scopeParameters(sight) }),
  );
  addRoute<{ Params: { id: string }; Querystring: RowsQuery }>(app, ofOne, ({ params: { id }, query }) =>
    askPage(deps, 'security-events', { chargePointId: id, ...query }),
  );
}
