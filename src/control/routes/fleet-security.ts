import type { FastifyInstance } from 'fastify';
import { writeTimestamp } from '../../protocol/timestamp.ts';
import { censusInSight } from '../census-in-sight.ts';
import type { ControlDeps } from '../deps.ts';
import type { FleetIndex } from '../fleet-index.ts';
import { fleetSecurity } from '../fleet-security.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { addRoute } from '../route.ts';

const operation: Operation = {
  id: 'getFleetSecurity',
  method: 'GET',
  path: '/api/v1/security',
  tag: 'Security',
  scope: 'narrowed',
  summary: 'How the charge points of the fleet authenticate',
  description:
    'Counts that are at hand and some seconds old (`countedAt`); asking costs the charge points nothing. `GET /api/v1/charge-points` finds those behind each number ' +
    '(`securityProfile`, `certificateExpiresWithin`), `GET /api/v1/certificate-requests` the requests (`which`).',
  responses: {
    200: json('The counts.', ref('FleetSecurity'), {
      countedAt: '2026-03-01T12:00:00.000Z',
      chargePoints: 1200,
      profiles: { 0: 0, 1: 200, 2: 600, 3: 390, unknown: 10 },
      pending: 12,
      minProfile: 1,
      certificates: { good: 371, expiring: 18, expired: 1 },
      requests: { open: 3, failed: 1 },
    }),
  },
};

export function addFleetSecurityRoute(
  app: FastifyInstance,
  { store, config }: ControlDeps,
  fleet: FleetIndex,
): void {
  addRoute(app, operation, async ({ sight }) => {
    const census = censusInSight(await fleet.census(), sight);
    return {
      countedAt: writeTimestamp(census.at),
      chargePoints: census.chargePoints.length,
      ...(await fleetSecurity(census)),
      minProfile: config.security.minProfile,
      // Who asks for certificates is not told by charge point.
      requests: sight.scope ? { open: 0, failed: 0 } : store.signings.counts(),
    };
  });
}
