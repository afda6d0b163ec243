import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CENTRAL_SYSTEM_ACTIONS } from '../../protocol/dialects.ts';
import { callChargePoint } from '../charge-point-call.ts';
import type { ControlDeps } from '../deps.ts';
import { readJson } from '../json-body.ts';
import { payloadExamples, payloadSchemaName } from '../openapi/ocpp-payloads.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { addRoute } from '../route.ts';
import { forceProfileQuery } from '../security-checks.ts';

/** Schemas of request payloads by action. */
const PAYLOADS = new Map(CENTRAL_SYSTEM_ACTIONS.map((action) => [action, ref(payloadSchemaName(action))]));

const operation: Operation = {
  id: 'callChargePoint',
  method: 'POST',
  path: '/api/v1/charge-points/{id}/calls/{Action}',
  tag: 'Calls',
  scope: 'chargePoint',
  summary: 'Send a CALL to a charge point and wait for its answer',
  description:
    'The body is the OCPP 1.6 request payload of the action, exactly as it goes on the wire; an empty body is `{}`. Nothing is added, ' +
    'coerced or stripped, and a legal payload is never refused for plausibility: the charge point decides. The call is sent at once and ' +
    'exactly once. 200 means that the charge point answered, with a CALLRESULT or a CALLERROR; look at `outcome`, and in `payload` at the ' +
    "charge point's own status. What OCPP forbids in the present registration state is refused with 409 `registration_state`: among them a " +
    'TriggerMessage for a BootNotification to a charge point that is accepted (errata 3.40). A ChangeConfiguration of SecurityProfile can only raise it.',
  params: {
    id: { type: 'string', description: 'Identity of the charge point.' },
    Action: {
      type: 'string',
      enum: CENTRAL_SYSTEM_ACTIONS,
      description: 'Name of the action, case-sensitive.',
    },
  },
  // A wrong action gets the error that lists the right ones.
  paramsChecked: false,
  query: forceProfileQuery,
  idempotent: true,
  body: {
    description: 'The request payload of the action.',
    required: false,
    checked: false,
    schemaFor: ({ Action = '' }) => PAYLOADS.get(Action),
    isList: true,
    content: {
      'application/json': {
        schema: { anyOf: [...PAYLOADS.values()] },
        examples: payloadExamples,
      },
    },
  },
  responses: {
    200: json('The charge point answered.', ref('CallAnswer'), {
      outcome: 'result',
      messageId: '5f0c6d8e-1',
      payload: { status: 'Accepted' },
      durationMs: 84,
    }),
  },
  errors: [
    'unknown_charge_point',
    'unknown_action',
    'invalid_json',
    'payload_too_large',
    'not_connected',
    'registration_state',
    'security_profile_not_raised',
    'security_prerequisites_missing',
    'invalid_payload',
    'queue_full',
    'storage_full',
    'connection_lost',
    'timeout',
    'busy',
  ],
};

export async function addCallRoute(app: FastifyInstance, deps: ControlDeps): Promise<void> {
  await app.register(async (scope) => {
    // Whatever the content type says, the body is the payload: `curl -d '{...}'` works as it is.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser<Buffer>('*', { parseAs: 'buffer' }, parsePayload);
    addRoute<{ Params: { id: string; Action: string }; Querystring: { force: boolean } }>(
      scope,
      operation,
      async ({ params, body, query }) => {
        const { id, Action: action } = params;
        return callChargePoint(deps, id, action, body === undefined ? {} : body, query);
      },
    );
  });
}

async function parsePayload(_request: FastifyRequest, bytes: Buffer): Promise<unknown> {
  return bytes.length === 0 ? {} : readJson(bytes);
}
