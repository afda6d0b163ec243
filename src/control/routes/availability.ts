import type { FastifyInstance } from 'fastify';
import { writeTimestamp } from '../../protocol/timestamp.ts';
import type { AvailabilityRecord } from '../../store/availability.ts';
import { findChargePoint } from '../charge-point-view.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { addRoute } from '../route.ts';

const operation: Operation = {
  id: 'getAvailability',
  method: 'GET',
  path: '/api/v1/charge-points/{id}/availability',
  tag: 'Charge points',
  scope: 'chargePoint',
  summary: 'Get what was asked for by ChangeAvailability, and whether it is so yet',
  description:
    'ChangeAvailability itself is sent as any call. `Scheduled` stays pending until the statuses of the charge point show it, also over ' +
    'its reboots.',
  params: { id: { type: 'string', description: 'Identity of the charge point, percent-encoded.' } },
  responses: {
    200: json('Connectors that are known, 0 first.', ref('Availability'), {
      items: [
        {
          connectorId: 1,
          status: 'Charging',
          wanted: {
            type: 'Inoperative',
            state: 'scheduled',
            connectorId: 1,
            askedAt: '2026-03-01T12:00:00.000Z',
            effectiveAt: null,
            messageId: 'm4x1a2b3-9f8e7d6c5b4a-2',
          },
        },
      ],
    }),
  },
  errors: ['unknown_charge_point'],
};

export function addAvailabilityRoute(app: FastifyInstance, { store }: ControlDeps): void {
  addRoute<{ Params: { id: string } }>(app, operation, ({ params: { id } }) => {
    if (!findChargePoint(store, id)) throw apiError('unknown_charge_point', { id });
    const wanted = new Map(store.availabilities.of(id).map((record) => [record.connectorId, record]));
    const statuses = new Map(store.connectors.of(id).map(({ connectorId, status }) => [connectorId, status]));
    const connectorIds = [...new Set([...statuses.keys(), ...wanted.keys()])].sort((a, b) => a - b);
    return {
      items: connectorIds.map((connectorId) => ({
        connectorId,
        status: statuses.get(connectorId) ?? null,
        wanted: viewWanted(wanted.get(connectorId) ?? wanted.get(0)),
      })),
    };
  });
}

/** Asked for 0, it holds for every connector that nothing was asked for since (OCPP 1.6 ed. 2 §5.2). */
function viewWanted(record: AvailabilityRecord | undefined) {
  if (record === undefined) return null;
  const { type, state, connectorId, askedAt, effectiveAt, messageId } = record;
  return {
    type,
    state,
    connectorId,
    askedAt: writeTimestamp(askedAt),
    effectiveAt: effectiveAt === null ? null : writeTimestamp(effectiveAt),
    messageId,
  };
}
