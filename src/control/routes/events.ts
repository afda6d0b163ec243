import type { FastifyInstance } from 'fastify';
import type { Topic } from '../../link/methods.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import { EventFeed, topics } from '../event-feed.ts';
import { EventStream } from '../event-stream.ts';
import type { Operation } from '../openapi/operation.ts';
import { addRoute } from '../route.ts';

/** Most clients that may listen at a time. */
const MAX_STREAMS = 256;
const HEARTBEAT_MS = 15_000;

const operation: Operation = {
  id: 'streamEvents',
  method: 'GET',
  path: '/api/v1/events',
  tag: 'Events',
  summary: 'What happens, as it happens',
  description:
    'Server-sent events. The event type is the topic, the data a JSON object that names its charge point. A client that reconnects with ' +
    '`Last-Event-ID` gets what it missed, as far as that is kept; where it is not, an event `missed` says so. A client that takes its events ' +
    'too slowly is ended with an event `end` that gives the reason; it may come back with `Last-Event-ID`. Comments keep the connection alive.',
  query: {
    topics: {
      type: 'string',
      pattern: `^(${topics.join('|')})(,(${topics.join('|')}))*$`,
      description: `One or more of ${topics.join(', ')}, separated by commas; absent: all of them.`,
    },
    chargePointId: { type: 'string', description: 'Only events of this charge point.' },
    lastEventId: {
      type: 'string',
      pattern: '^\\d{1,30}$',
      description: 'As the header Last-Event-ID, for a first connection.',
    },
  },
  headers: {
    'Last-Event-ID': {
      type: 'string',
      pattern: '^\\d{1,30}$',
      description: 'Id of the last event that the client has.',
    },
  },
  responses: {
    200: {
      description: 'An endless stream.',
      content: {
        'text/event-stream': {
          schema: { type: 'string' },
          examples: {
            status:
              'id: 1042\nevent: status\ndata: {"chargePointId":"CP-17","connectorId":1,"status":"Charging"}\n\n',
          },
        },
      },
    },
  },
  errors: ['busy', 'shutting_down'],
};

interface EventsQuery {
  readonly topics?: string;
  readonly chargePointId?: string;
  readonly lastEventId?: string;
}

export function addEventRoute(app: FastifyInstance, { link, log }: ControlDeps): void {
  const feed = new EventFeed(link, log);
  const streams = new Set<EventStream>();
  let closing = false;
  const heartbeat = setInterval(() => {
    for (const stream of streams) stream.heartbeat();
  }, HEARTBEAT_MS);
  heartbeat.unref();

  // Before the server waits for its connections to end: these would never end by themselves.
  app.addHook('preClose', async () => {
    closing = true;
    clearInterval(heartbeat);
    feed.close();
    for (const stream of streams) stream.end('shutting_down');
  });

  addRoute<{ Querystring: EventsQuery }>(app, operation, ({ query, headers }, reply) => {
    if (closing) throw apiError('shutting_down', {});
    if (streams.size >= MAX_STREAMS) throw apiError('busy', { what: 'event streams' });
    const after = readEventId(headers['last-event-id'] ?? query.lastEventId);
    const wanted = query.topics?.split(',') ?? topics;
    reply.hijack();
    reply.raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    const { chargePointId } = query;
    const stream = new EventStream(reply.raw, {
      topics: new Set(wanted as Topic[]),
      ...(chargePointId !== undefined && { chargePointId }),
    });
    streams.add(stream);
    const leave = feed.subscribe(stream, after);
    reply.raw.once('close', () => {
      leave();
      streams.delete(stream);
    });
  });
}

function readEventId(text: string | string[] | undefined): bigint | undefined {
  // Browsers send an empty one where the last event had no id.
  if (text === undefined || text === '') return undefined;
  if (typeof text === 'string' && /^\d{1,30}$/.test(text)) return BigInt(text);
  throw apiError(
    'invalid_parameter',
    { name: 'Last-Event-ID', problem: 'must be the id of an event' },
    { parameter: 'Last-Event-ID' },
  );
}
