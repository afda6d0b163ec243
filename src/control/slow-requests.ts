import type { FastifyInstance, FastifyRequest } from 'fastify';
import { apiError } from './errors.ts';

/** How long a client may take to send the head of a request, ms; also to send a first byte. */
export const HEAD_TIMEOUT_MS = 20_000;
/** How long it may take to send all of a request, ms: imports are streams that last. */
export const REQUEST_TIMEOUT_MS = 10 * 60_000;
/** Connections at the same time; further ones are closed at once, so that files can still be opened. */
export const MAX_CONNECTIONS = 4096;

const bodyTimers = new WeakMap<FastifyRequest, NodeJS.Timeout>();

/**
 * Refuses bodies that take longer than `bodyMs` to arrive, and ends their connection; imports, which are read
 * as streams, may last.
 */
export function endSlowBodies(app: FastifyInstance, bodyMs: number): void {
  app.addHook('preParsing', async (request, reply) => {
    const { body } = request.routeOptions.config.operation ?? {};
    if (body?.isStream || request.raw.complete) return;
    const timer = setTimeout(() => {
      reply.header('connection', 'close').send(apiError('request_timeout', {}));
    }, bodyMs);
    timer.unref();
    bodyTimers.set(request, timer);
  });
  const arrived = async (request: FastifyRequest) => clearTimeout(bodyTimers.get(request));
  app.addHook('preValidation', arrived);
  app.addHook('onError', arrived);
  app.addHook('onRequestAbort', arrived);
}
