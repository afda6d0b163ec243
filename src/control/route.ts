import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  RouteGenericInterface,
  RouteShorthandOptions,
} from 'fastify';
import { bodyLimitOf } from './body-limit.ts';
import { onceByKey } from './idempotent-calls.ts';
import type { Operation, Schema } from './openapi/operation.ts';
import { addEntityTag } from './preconditions.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    operation?: Operation;
  }
}

type Handler<Shape extends RouteGenericInterface> = (
  request: FastifyRequest<Shape>,
  reply: FastifyReply,
) => unknown;

/**
 * Registers an operation: its parameters (and its body, where it says so) are checked before `handler` runs,
 * after its `hooks`.
 */
export function addRoute<Shape extends RouteGenericInterface>(
  app: FastifyInstance,
  operation: Operation,
  handler: Handler<Shape>,
  hooks: Pick<RouteShorthandOptions, 'onRequest'> = {},
): void {
  const { params, paramsChecked = true, query, requiredQuery = [], anyQuery = false, body } = operation;
  const checkedBody = body?.checked ? body.content['application/json']?.schema : undefined;
  app.route<Shape>({
    method: operation.method,
    url: operation.path.replace(/\{(\w+)\}/g, ':$1'),
    ...hooks,
    ...(operation.versioned && { preSerialization: addEntityTag }),
    // As GET, without the body (RFC 9110 §9.3.2).
    exposeHeadRoute: operation.method === 'GET',
    bodyLimit: bodyLimitOf(operation, app.initialConfig.bodyLimit ?? 0),
    config: { operation },
    schema: {
      ...(params && paramsChecked && { params: objectOf(params, Object.keys(params)) }),
      querystring: { ...objectOf(query ?? {}, requiredQuery), additionalProperties: anyQuery },
      ...(checkedBody && { body: checkedBody }),
    },
    handler: (operation.idempotent ? onceByKey(handler) : handler) as never,
  });
}

function objectOf(properties: Readonly<Record<string, Schema>>, required: readonly string[]): Schema {
  return { type: 'object', properties, required, additionalProperties: false };
}
