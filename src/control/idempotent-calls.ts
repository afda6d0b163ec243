import type { FastifyReply, FastifyRequest, RouteGenericInterface } from 'fastify';
import { watchman } from '../telemetry/watchman.ts';
import { ApiError, apiError, errorBody } from './errors.ts';
import { IdempotencyMemory } from './idempotency.ts';
import type { Schema } from './openapi/operation.ts';

/** Operators' calls are few; what is remembered of them must never crowd out anything else. */
const MEMORY = { maxKeys: 10_000, maxBytes: 32 * 1024 * 1024, lifetimeMs: 24 * 60 * 60 * 1000 };

/** The request header, for the description of an operation. */
export const idempotencyKey: Readonly<Record<string, Schema>> = {
  'Idempotency-Key': {
    type: 'string',
    minLength: 1,
    maxLength: 255,
    description:
      'Makes a repetition safe: the same key with the same path, query and body gets the same answer, and nothing is sent or begun again. ' +
      'Remembered for 24 hours, in memory, once something was sent or begun.',
  },
};

/** The answer header, for the description of an operation. */
export const idempotencyReplayed: Readonly<Record<string, Schema>> = {
  'Idempotency-Replayed': {
    type: 'string',
    const: 'true',
    description: 'The answer is that of an earlier request.',
  },
};

/**
 * A request that is never answered would keep its key for ever; those that call charge points take their
 * timeouts, ms.
 */
const inHand = watchman.workOf({ name: 'requests with an idempotency key', limit: 10 * 60_000 });

type Handler<Shape extends RouteGenericInterface> = (
  request: FastifyRequest<Shape>,
  reply: FastifyReply,
) => unknown;

/**
 * `handler` for requests that may carry an Idempotency-Key, with a memory of its own. It returns the answer
 * and sends nothing itself. A request with the key and content of an earlier one gets what that got. Where
 * `handler` throws, nothing was sent and nothing is remembered, but for calls whose outcome is unknown.
 */
export function onceByKey<Shape extends RouteGenericInterface>(handler: Handler<Shape>): Handler<Shape> {
  const memory = new IdempotencyMemory(MEMORY);
  return async (request, reply) => {
    const key = readKey(request.headers['idempotency-key']);
    if (key === undefined) return handler(request, reply);
    const { params, query, body = {}, principal } = request;
    const {
      status,
      body: answer,
      replayed,
    } = await memory.answer(
      JSON.stringify([principal?.kind, principal?.id, key]),
      [params, query, body],
      () => inHand.during(() => remembered(request, reply, handler)),
    );
    if (replayed) reply.header('idempotency-replayed', 'true');
    return reply.code(status).send(answer);
  };
}

async function remembered<Shape extends RouteGenericInterface>(
  request: FastifyRequest<Shape>,
  reply: FastifyReply,
  handler: Handler<Shape>,
): Promise<{ status: number; body: unknown }> {
  try {
    const body = await handler(request, reply);
    return { status: reply.statusCode, body };
  } catch (error) {
    if (!(error instanceof ApiError) || !mayHaveLeft(error)) throw error;
    return { status: error.status, body: errorBody(error) };
  }
}

function mayHaveLeft({ code, details }: ApiError): boolean {
  if (code === 'timeout') return (details as { sent?: boolean }).sent !== false;
  return code === 'connection_lost';
}

function readKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && /^[\x21-\x7e]{1,255}$/.test(header)) return header;
  const problem = 'must be 1 to 255 printable characters without spaces';
  throw apiError('invalid_parameter', { name: 'Idempotency-Key', problem }, { parameter: 'Idempotency-Key' });
}
