import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CENTRAL_SYSTEM_ACTIONS } from '../../protocol/v16/actions.ts';
import { refusalOf } from '../call-refusal.ts';
import { checkCall } from '../charge-point-call.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError, errorBody } from '../errors.ts';
import { type Answer, IdempotencyMemory } from '../idempotency.ts';
import { readJson } from '../json-body.ts';
import { payloadExamples, payloadSchemaName } from '../openapi/ocpp-payloads.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { addRoute } from '../route.ts';

const operation: Operation = {
  id: 'callChargePoint',
  method: 'POST',
  path: '/api/v1/charge-points/{id}/calls/{Action}',
  tag: 'Calls',
  summary: 'Send a CALL to a charge point and wait for its answer',
  description:
    'The body is the OCPP 1.6 request payload of the action, exactly as it goes on the wire; an empty body is `{}`. Nothing is added, ' +
    'coerced or stripped, and a legal payload is never refused for plausibility: the charge point decides. The call is sent at once and ' +
    'exactly once. 200 means that the charge point answered, with a CALLRESULT or a CALLERROR; look at `outcome`, and in `payload` at the ' +
    "charge point's own status.",
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
  headers: {
    'Idempotency-Key': {
      type: 'string',
      minLength: 1,
      maxLength: 255,
      description:
        'Makes a repetition safe: the same key with the same charge point, action and body gets the same answer, and the call is not sent again. ' +
        'Remembered for 24 hours, in memory, once the call was sent.',
    },
  },
  body: {
    description: 'The request payload of the action.',
    required: false,
    checked: false,
    content: {
      'application/json': {
        schema: { anyOf: CENTRAL_SYSTEM_ACTIONS.map((action) => ref(payloadSchemaName(action))) },
        examples: payloadExamples,
      },
    },
  },
  responses: {
    200: {
      ...json('The charge point answered.', ref('CallAnswer'), {
        outcome: 'result',
        messageId: '5f0c6d8e-1',
        payload: { status: 'Accepted' },
        durationMs: 84,
      }),
      headers: {
        'Idempotency-Replayed': {
          type: 'string',
          const: 'true',
          description: 'The answer is that of an earlier request.',
        },
      },
    },
  },
  errors: [
    'unknown_charge_point',
    'unknown_action',
    'invalid_json',
    'payload_too_large',
    'not_connected',
    'registration_state',
    'invalid_payload',
    'idempotency_key_reused',
    'queue_full',
    'storage_full',
    'connection_lost',
    'timeout',
    'busy',
  ],
};

/** Operators' calls are few; what is remembered of them must never crowd out anything else. */
const MEMORY = { maxKeys: 10_000, maxBytes: 32 * 1024 * 1024, lifetimeMs: 24 * 60 * 60 * 1000 };

export async function addCallRoute(app: FastifyInstance, deps: ControlDeps): Promise<void> {
  const memory = new IdempotencyMemory(MEMORY);
  await app.register(async (scope) => {
    // Whatever the content type says, the body is the payload: `curl -d '{...}'` works as it is.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser<Buffer>('*', { parseAs: 'buffer' }, parsePayload);
    addRoute<{ Params: { id: string; Action: string } }>(scope, operation, async (request, reply) => {
      const { id, Action: action } = request.params;
      const payload = request.body === undefined ? {} : request.body;
      checkCall(deps.store, id, action, payload);
      const send = () => sendCall(deps, id, action, payload);
      const key = readKey(request.headers['idempotency-key']);
      if (key === undefined) {
        const { status, body } = await send();
        return reply.code(status).send(body);
      }
      const scopedKey = JSON.stringify([request.principal?.id, key]);
      const { status, body, replayed } = await memory.answer(scopedKey, [id, action, payload], send);
      if (replayed) reply.header('idempotency-replayed', 'true');
      return reply.code(status).send(body);
    });
  });
}

async function parsePayload(_request: FastifyRequest, bytes: Buffer): Promise<unknown> {
  return bytes.length === 0 ? {} : readJson(bytes);
}

function readKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && /^[\x21-\x7e]{1,255}$/.test(header)) return header;
  const problem = 'must be 1 to 255 printable characters without spaces';
  throw apiError('invalid_parameter', { name: 'Idempotency-Key', problem }, { parameter: 'Idempotency-Key' });
}

/** The answer of a call that was sent; throws where it was not, so that it may be tried again under the same Idempotency-Key. */
async function sendCall(
  { edges }: ControlDeps,
  id: string,
  action: string,
  payload: unknown,
): Promise<Answer> {
  const sent = await edges.call({ chargePointId: id, action, payload });
  const refusal = refusalOf(sent, id, action);
  if (!refusal) return { status: 200, body: sent };
  if (refusal.code !== 'connection_lost' && refusal.code !== 'timeout') throw refusal;
  return { status: refusal.status, body: errorBody(refusal) };
}
