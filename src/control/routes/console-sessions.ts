import type { FastifyInstance, FastifyRequest } from 'fastify';
import { writeTimestamp } from '../../protocol/timestamp.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import { apiError } from '../errors.ts';
import { instant } from '../instant.ts';
import type { LastingLogIn, LogIns } from '../log-ins.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { type PageQuery, pageQuery } from '../paging.ts';
import { addRoute } from '../route.ts';

const tag = 'Access';
const path = '/api/v1/sessions';

const list: Operation = {
  id: 'listSessions',
  method: 'GET',
  path,
  tag,
  scope: 'narrowed',
  summary: 'List log-ins of the console',
  description:
    'Those that last, newest first. Whoever is no admin sees the own ones: of the same user, or with the same key.',
  query: pageQuery,
  responses: {
    200: json('A page of log-ins.', ref('ConsoleSessionPage'), {
      items: [
        {
          id: '5f2a90c1d3b7e684',
          kind: 'user',
          holder: 'anna',
          role: 'operator',
          createdAt: '2026-03-01T08:00:00.000Z',
          expiresAt: '2026-03-01T20:00:00.000Z',
          lastSeenAt: '2026-03-01T12:00:00.000Z',
          remoteAddress: '192.0.2.7',
          userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
          current: true,
        },
      ],
      next: null,
    }),
  },
};

const end: Operation = {
  id: 'endSession',
  method: 'DELETE',
  path: `${path}/{id}`,
  tag,
  scope: 'narrowed',
  summary: 'End a log-in of the console',
  description:
    'Its cookie is worth nothing any more, and its live events end. Whoever is no admin may end the own ones.',
  role: 'viewer',
  params: { id: { type: 'string', minLength: 1, maxLength: 64, description: 'Id of the log-in.' } },
  responses: { 204: { description: 'The log-in has ended.' } },
  errors: ['unknown_session'],
};

export function addConsoleSessionRoutes(app: FastifyInstance, logIns: LogIns): void {
  const shownTo = ({ principal, sight }: FastifyRequest): readonly LastingLogIn[] =>
    logIns.list().filter(({ principal: { kind, id } }) => {
      if (principal?.role === 'admin' && !sight.scope) return true;
      return kind === principal?.kind && id === principal.id;
    });

  addRoute<{ Querystring: PageQuery }>(app, list, (request) => {
    const { cursor, limit } = request.query;
    const after = readCursor('console-sessions', cursor);
    const all = shownTo(request);
    const begin = after === undefined ? 0 : all.findIndex((session) => isBehind(session, after));
    const items = begin === -1 ? [] : all.slice(begin, begin + limit);
    const last = items.at(-1);
    const isMore = last !== undefined && all.at(-1) !== last;
    const current = logIns.idOf(request.headers.cookie);
    return {
      items: items.map((session) => view(session, current)),
      next: isMore ? writeCursor('console-sessions', positionOf(last)) : null,
    };
  });

  addRoute<{ Params: { id: string } }>(app, end, async (request, reply) => {
    const { id } = request.params;
    if (!shownTo(request).some((session) => session.id === id)) throw apiError('unknown_session', { id });
    await logIns.endById(id);
    return reply.code(204).send();
  });
}

function positionOf({ createdAt, id }: LastingLogIn): string {
  return `${createdAt} ${id}`;
}

/** Whether a log-in comes later in the list than a position; what stood there may have ended. */
function isBehind({ createdAt, id }: LastingLogIn, position: string): boolean {
  const [at = '', of = ''] = position.split(' ');
  return createdAt < Number(at) || (createdAt === Number(at) && id > of);
}

function view(session: LastingLogIn, current: string | undefined) {
  const { id, principal, createdAt, expiresAt, lastSeenAt, remoteAddress, userAgent } = session;
  return {
    id,
    kind: principal.kind,
    holder: principal.id,
    role: principal.role,
    createdAt: writeTimestamp(createdAt),
    expiresAt: writeTimestamp(expiresAt),
    lastSeenAt: instant(lastSeenAt),
    remoteAddress: remoteAddress ?? null,
    userAgent: userAgent ?? null,
    current: id === current,
  };
}
