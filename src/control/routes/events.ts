import type { FastifyInstance } from 'fastify';
import type { Topic } from '../../link/methods.ts';
import { sightOf } from '../../store/sight.ts';
import { alarmsInSight } from '../alarms-in-sight.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import { EventFeed, type Subscription } from '../event-feed.ts';
import { type EventFilter, ofChargePoints, topics, wantsTopic } from '../event-filter.ts';
import { EventStream } from '../event-stream.ts';
import type { Operation } from '../openapi/operation.ts';
import type { Recognition } from '../recognition.ts';
import { addRoute } from '../route.ts';

/** Most clients that may listen at a time. */
const MAX_STREAMS = 256;
const HEARTBEAT_MS = 15_000;
/** How often streams are held against the keys and log-ins that they were begun with, ms. */
const RECOGNISED_EVERY_MS = 1000;
/** More charge points than these are asked for as all of them. */
const MAX_CHARGE_POINTS = 100;

const MEDIA_TYPE = 'text/event-stream; charset=utf-8';

const topicList = {
  type: 'string',
  pattern: `^(${topics.join('|')})(,(${topics.join('|')}))*$`,
};

const operation: Operation = {
  id: 'streamEvents',
  method: 'GET',
  path: '/api/v1/events',
  tag: 'Events',
  scope: 'narrowed',
  summary: 'What happens, as it happens',
  description:
    'Server-sent events. The event type is the topic, the data a JSON object that names its charge point; of `alarms` the counts of those that stand, at the beginning and whenever one has changed. A client that reconnects with ' +
    '`Last-Event-ID` gets what it missed, as far as that is kept; where it is not, an event `missed` says so. A client that takes its events ' +
    'too slowly is ended with an event `end` that gives the reason; it may come back with `Last-Event-ID`. So is one whose key or log-in has ended ' +
    '(`logged_out`). The first event, `joined`, says with its id after which event the stream begins, and as whom the client was recognised; ' +
    '`position` says now and then up to which id everything was sent. Comments keep the connection alive.',
  query: {
    topics: {
      ...topicList,
      description: `One or more of ${topics.join(', ')}, separated by commas; absent: all but alarms.`,
    },
    chargePointId: {
      type: 'array',
      items: { type: 'string' },
      maxItems: MAX_CHARGE_POINTS,
      description: 'Only events of this charge point; several times: of these.',
    },
    fleetTopics: {
      ...topicList,
      description: 'Topics that come of every charge point, whatever `chargePointId` says.',
    },
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
  readonly chargePointId?: readonly string[];
  readonly fleetTopics?: string;
  readonly lastEventId?: string;
}

interface Listening {
  readonly stream: EventStream;
  readonly subscription: Subscription;
  /** Whether the key or log-in that it was begun with still counts; takes up what may be seen by now. */
  readonly isRecognised: () => boolean;
  /**
   * Tells somebody who sees a part of the charge points how many alarms stand there, where that may have
   * changed.
   */
  readonly tellAlarms: () => void;
}

export function addEventRoute(
  app: FastifyInstance,
  { link, log, store, operations: { alarms } }: ControlDeps,
  recognition: Recognition,
): void {
  const feed = new EventFeed(link, log);
  feed.tell('alarms', { ...alarms.counts() });
  let alarmChanges = 0;
  const deafen = alarms.onChange((counts) => {
    alarmChanges++;
    feed.tell('alarms', { ...counts });
  });
  const listening = new Set<Listening>();
  let closing = false;
  const heartbeat = setInterval(() => {
    for (const { stream, subscription } of listening) stream.heartbeat(subscription.position());
  }, HEARTBEAT_MS);
  heartbeat.unref();
  const recognising = setInterval(() => {
    for (const { stream, isRecognised, tellAlarms } of listening) {
      if (isRecognised()) tellAlarms();
      else stream.end('logged_out');
    }
  }, RECOGNISED_EVERY_MS);
  recognising.unref();

  // Before the server waits for its connections to end: these would never end by themselves.
  app.addHook('preClose', async () => {
    closing = true;
    deafen();
    clearInterval(heartbeat);
    clearInterval(recognising);
    feed.close();
    for (const { stream } of listening) stream.end('shutting_down');
  });

  addRoute<{ Querystring: EventsQuery }>(app, operation, (request, reply) => {
    const { query, headers } = request;
    if (closing) throw apiError('shutting_down', {});
    if (listening.size >= MAX_STREAMS) throw apiError('busy', { what: 'event streams' });
    const after = readEventId(headers['last-event-id'] ?? query.lastEventId);
    const listener = recognition.of(headers);
    if (!listener) throw apiError('unauthorized', {});
    if (request.method === 'HEAD') {
      void reply.type(MEDIA_TYPE).send();
      return;
    }
    reply.hijack();
    reply.raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': MEDIA_TYPE,
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    let { sight } = request;
    // What is of no charge point is of all.
    const sees = (chargePointId: string | undefined) =>
      chargePointId === undefined ? sight.scope === undefined : sight.sees(chargePointId);
    const stream = new EventStream(reply.raw, { ...filterOf(query), sees }, listener);
    const subscription = feed.subscribe(stream, after);
    const isRecognised = () => {
      const principal = recognition.principalOf(headers);
      if (principal) sight = sightOf(store, principal.scope);
      return principal !== undefined && !principal.owesPassword;
    };
    let knownChanges = -1;
    const tellAlarms = () => {
      if (!sight.scope || knownChanges === alarmChanges || !wantsTopic(stream.filter, 'alarms')) return;
      knownChanges = alarmChanges;
      stream.event({ id: '', topic: 'alarms', data: { ...alarmsInSight(store, sight) } });
    };
    const entry = { stream, subscription, isRecognised, tellAlarms };
    listening.add(entry);
    reply.raw.once('close', () => {
      subscription.leave();
      listening.delete(entry);
    });
  });
}

function filterOf({ topics: wanted, chargePointId, fleetTopics }: EventsQuery): Omit<EventFilter, 'sees'> {
  return {
    topics: setOf(wanted) ?? new Set(ofChargePoints),
    ...(chargePointId && { chargePointIds: new Set(chargePointId) }),
    fleetTopics: setOf(fleetTopics) ?? new Set(),
  };
}

function setOf(list: string | undefined): Set<Topic> | undefined {
  return list === undefined ? undefined : new Set(list.split(',') as Topic[]);
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
