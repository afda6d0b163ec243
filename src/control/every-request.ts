import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Store } from '../store/store.ts';
import { metrics } from '../telemetry/metrics.ts';
import { apiError } from './errors.ts';
import type { Schema } from './openapi/operation.ts';
import { readInstant } from './validation.ts';

/** The request header, for the description of operations that may change or send something. */
export const deadlineHeader: Readonly<Record<string, Schema>> = {
  'Farad-Deadline': {
    type: 'string',
    format: 'date-time',
    description:
      'Refuses the request with `too_late` if it arrives completely only after this time, by the clock that `Farad-Time` of earlier answers shows. ' +
      'Whoever gives a request up then can be sure that nothing comes of it. Of a body that is read as it arrives (an import) only the head has to be in time.',
  },
};

/**
 * Of every answer. The API has no CORS headers on purpose: a page of another origin may not read it. Routes
 * that serve pages replace the Content-Security-Policy by one of their own.
 */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/**
 * Adds what holds for every request, whatever its route. It begins with a new view of the store: whoever was
 * answered by an edge a moment ago finds here what came of it. Its answer has the security headers and, in
 * `Farad-Time`, the time of this machine. It is refused if it arrives after its deadline, before anything is
 * done or sent: a browser or a proxy may hold a request back for minutes, when nobody wants it any more.
 */
export function prepareRequests(
  app: FastifyInstance,
  store: Pick<Store, 'refresh'>,
  now: () => number = Date.now,
): void {
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(SECURITY_HEADERS);
    store.refresh();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    reply.header('farad-time', new Date(now()).toISOString());
    done(null, payload);
  });
  // Once the whole body is there: it may take its time as well.
  app.addHook('preHandler', (request, _reply, done) => {
    assertInTime(request, now());
    done();
  });
}

function assertInTime({ headers, method }: FastifyRequest, now: number): void {
  const deadline = headers['farad-deadline'];
  if (deadline === undefined || method === 'GET' || method === 'HEAD') return;
  const at = typeof deadline === 'string' ? readInstant(deadline) : undefined;
  if (at === undefined) {
    const problem = 'must be a time with its zone, for example 2026-03-01T12:00:00Z';
    throw apiError('invalid_parameter', { name: 'Farad-Deadline', problem }, { parameter: 'Farad-Deadline' });
  }
  if (now <= at) return;
  throw apiError('too_late', { lateMs: String(now - at) }, { lateMs: now - at });
}

const requests = metrics.counter('farad_api_requests_total', 'Requests that the API answered.', [
  'route',
  'method',
  'status',
]);
const durations = metrics.histogram(
  'farad_api_request_duration_seconds',
  'From the request to the end of its answer; without event streams, which last as long as their client.',
  undefined,
  ['route', 'method'],
);

const aborted = metrics.counter(
  'farad_api_requests_aborted_total',
  'Requests whose client went away before the whole request had arrived.',
  ['route', 'method'],
);

/**
 * Counts and times every request by its route, and logs it at debug: never with its query, headers or body.
 */
export function logRequests(app: FastifyInstance): void {
  app.addHook('onRequestAbort', async (request) => {
    const route = request.routeOptions.url ?? 'none';
    aborted.with({ route, method: request.method }).inc();
    request.log.debug({ requestId: request.id, method: request.method, route }, 'request aborted');
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    const { method } = request;
    requests.with({ route, method, status: String(reply.statusCode) }).inc();
    if (!isStream(reply)) durations.with({ route, method }).observe(reply.elapsedTime / 1000);
    request.log.debug(
      { requestId: request.id, method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      'request',
    );
  });
}

function isStream({ raw }: FastifyReply): boolean {
  return String(raw.getHeader('content-type')).startsWith('text/event-stream');
}
