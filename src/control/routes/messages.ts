import type { FastifyInstance } from 'fastify';
import { askPage, type RowsQuery } from '../analytics-query.ts';
import type { ControlDeps } from '../deps.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { pageQuery } from '../paging.ts';
import { addRoute } from '../route.ts';

const operation: Operation = {
  id: 'listMessages',
  method: 'GET',
  path: '/api/v1/charge-points/{id}/messages',
  tag: 'Charge points',
  scope: 'chargePoint',
  summary: 'OCPP messages of a charge point',
  description:
    'Newest first, out of the message log: what it leaves out is told by the settings `messageLog.*`. Also for identities that were ' +
    'deleted; a message shows up about a second after it was sent or received.',
  params: { id: { type: 'string', description: 'Identity of the charge point.' } },
  query: {
    from: { type: 'string', format: 'date-time', description: 'At this time or later.' },
    to: {
      type: 'string',
      format: 'date-time',
      description: 'Before this time.',
    },
    action: {
      type: 'string',
      maxLength: 50,
      description: 'Only messages of this action, for example BootNotification.',
    },
    direction: {
      type: 'string',
      enum: ['in', 'out'],
      description: 'in: from the charge point; out: from Farad.',
    },
    messageId: {
      type: 'string',
      maxLength: 255,
      description: 'Only the messages with this id: a CALL and its answer.',
    },
    type: {
      type: 'string',
      enum: ['CALL', 'CALLRESULT', 'CALLERROR', 'unreadable'],
      description: 'Only messages of this kind.',
    },
    text: {
      type: 'string',
      minLength: 1,
      maxLength: 255,
      description: 'Only messages with this somewhere in the payload, in any case.',
    },
    ...pageQuery,
  },
  responses: { 200: json('The messages.', ref('MessageRows')) },
  errors: ['bad_parameter', 'time_limit', 'engine_unavailable', 'busy'],
};

export function addMessageRoute(app: FastifyInstance, deps: ControlDeps): void {
  addRoute<{ Params: { id: string }; Querystring: RowsQuery }>(app, operation, ({ params: { id }, query }) =>
    askPage(deps, 'messages', { chargePointId: id, ...query }),
  );
}
