import type { FastifyReply, FastifyRequest } from 'fastify';
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
      'Makes a repetition safe: the same key with the same charge point, action and body gets the same answer, and the call is not sent again. ' +
      'Remembered for 24 hours, in memory, once the call was sent.',
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

/** Requests that send a call to a charge point and may carry an Idempotency-Key. One per route. */
export class IdempotentCalls {
  private readonly memory = new IdempotencyMemory(MEMORY);

  /**
   * Answers the request with what `send` resolves to, or with what an earlier request of the same key and content got. Where `send` throws,
   * nothing was sent and nothing is remembered, but for calls whose outcome is unknown.
   */
  async answer(
    request: FastifyRequest,
    reply: FastifyReply,
    content: unknown,
    send: () => Promise<unknown>,
  ): Promise<FastifyReply> {
    const key = readKey(request.headers['idempotency-key']);
    if (key === undefined) return reply.send(await send());
    const scopedKey = JSON.stringify([request.principal?.id, key]);
    const { status, body, replayed } = await this.memory.answer(scopedKey, content, () => remembered(send));
    if (replayed) reply.header('idempotency-replayed', 'true');
    return reply.code(status).send(body);
  }
}

async function remembered(send: () => Promise<unknown>): Promise<{ status: number; body: unknown }> {
  try {
    return { status: 200, body: await send() };
  } catch (error) {
    const wasSent =
      error instanceof ApiError && (error.code === 'connection_lost' || error.code === 'timeout');
    if (!wasSent) throw error;
    return { status: error.status, body: errorBody(error) };
  }
}

function readKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && /^[\x21-\x7e]{1,255}$/.test(header)) return header;
  const problem = 'must be 1 to 255 printable characters without spaces';
  throw apiError('invalid_parameter', { name: 'Idempotency-Key', problem }, { parameter: 'Idempotency-Key' });
}
