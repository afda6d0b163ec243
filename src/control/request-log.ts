import type { FastifyInstance, FastifyReply } from 'fastify';
import { metrics } from '../telemetry/metrics.ts';

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
