import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { writeTimestamp } from '../../protocol/timestamp.ts';
import type { SavedQuery } from '../../store/saved-queries.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import { filteredPage } from '../filtered-page.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { type PageQuery, pageQuery } from '../paging.ts';
import { expectedVersion } from '../preconditions.ts';
import type { Principal } from '../roles.ts';
import { addRoute } from '../route.ts';

const tag = 'Analytics';
const role = 'admin';
const root = '/api/v1/analytics/saved-queries';
const path = `${root}/{id}`;
const params = { id: { type: 'string', minLength: 1, maxLength: 100, description: 'Id of the query.' } };
/** Queries that there may be. */
const MOST = 2000;
const update = { name: 'Sessions by month', sql: 'SELECT count() FROM transactions FINAL', shared: true };
const example = {
  id: '6f1d2c3b4a596877',
  ...update,
  owner: 'ann',
  mine: true,
  writtenBy: 'ann',
  writtenAt: '2026-03-01T12:00:00.000Z',
  version: 3,
};
const body = {
  required: true,
  checked: true,
  content: {
    'application/json': { schema: ref('SavedQueryUpdate'), examples: { shared: update } },
  },
} as const;

const list: Operation = {
  id: 'listSavedQueries',
  method: 'GET',
  path: root,
  tag,
  scope: 'refused',
  role,
  summary: 'List saved queries',
  description: 'Your own and those that are shared.',
  query: pageQuery,
  responses: { 200: json('A page of queries.', ref('SavedQueryPage'), { items: [example], next: null }) },
};

const get: Operation = {
  id: 'getSavedQuery',
  versioned: true,
  method: 'GET',
  path,
  tag,
  scope: 'refused',
  role,
  summary: 'Get a saved query',
  params,
  responses: { 200: json('The query.', ref('SavedQuery'), example) },
  errors: ['unknown_saved_query'],
};

const create: Operation = {
  id: 'createSavedQuery',
  idempotent: true,
  method: 'POST',
  path: root,
  tag,
  scope: 'refused',
  role,
  summary: 'Save a query under a name',
  description: `For yourself, or shared with everybody who may ask in SQL. Nothing is asked. At most ${MOST} of all together.`,
  body,
  responses: { 201: json('The query was saved.', ref('SavedQuery'), example) },
  errors: ['too_many_saved_queries'],
};

const put: Operation = {
  id: 'putSavedQuery',
  versioned: true,
  method: 'PUT',
  path,
  tag,
  scope: 'refused',
  role,
  summary: 'Change a saved query',
  description: 'One that is shared is changed by anybody; only its owner takes it back for himself.',
  params,
  body,
  responses: { 200: json('The query was changed.', ref('SavedQuery'), example) },
  errors: ['unknown_saved_query', 'query_of_another'],
};

const remove: Operation = {
  id: 'deleteSavedQuery',
  versioned: true,
  method: 'DELETE',
  path,
  tag,
  scope: 'refused',
  role,
  summary: 'Delete a saved query',
  params,
  responses: { 204: { description: 'The query is gone.' } },
  errors: ['unknown_saved_query'],
};

interface OfQuery {
  Params: { id: string };
}

type Body = Pick<SavedQuery, 'name' | 'sql' | 'shared'>;

export function addSavedQueryRoutes(app: FastifyInstance, { store }: ControlDeps): void {
  /** One that somebody else keeps for himself is as if it were not there. */
  const find = (id: string, who: Principal | null) => {
    const found = store.savedQueries.get(id);
    if (!found || !(found.shared || isOwn(found, who))) throw apiError('unknown_saved_query', { id });
    return found;
  };

  addRoute<{ Querystring: PageQuery }>(app, list, (request) => {
    const { cursor, limit } = request.query;
    const { principal: who } = request;
    const { items, next } = filteredPage(
      (after, most) => store.savedQueries.list({ limit: most, ...(after !== undefined && { after }) }),
      {
        after: readCursor('saved-queries', cursor),
        limit,
        matches: (query) => query.shared || isOwn(query, who),
      },
    );
    return {
      items: items.map((item) => view(item, who)),
      next: next === undefined ? null : writeCursor('saved-queries', next),
    };
  });

  addRoute<OfQuery>(app, get, ({ params: { id }, principal }) => view(find(id, principal), principal));

  addRoute<{ Body: Body }>(app, create, async (request, reply) => {
    const { body: given, principal } = request;
    const { kind: ownerKind = 'key', id: owner = '' } = principal ?? {};
    const query = { ...given, owner, ownerKind, writtenBy: owner, writtenAt: Date.now() };
    const written = await store.savedQueries.put({ id: randomBytes(8).toString('hex'), ...query }, MOST);
    if (written === 'full') throw apiError('too_many_saved_queries', { most: MOST });
    reply.code(201);
    return view(written, principal);
  });

  addRoute<OfQuery & { Body: Body }>(app, put, async (request) => {
    const { params, body: changed, principal } = request;
    const before = find(params.id, principal);
    const { owner } = before;
    if (!changed.shared && !isOwn(before, principal)) throw apiError('query_of_another', { owner });
    const query = { ...before, ...changed, writtenBy: principal?.id ?? '', writtenAt: Date.now() };
    const written = await store.savedQueries.put(query, MOST, expectedVersion(request) ?? 'any');
    if (written === 'full') throw apiError('too_many_saved_queries', { most: MOST });
    return view(written, principal);
  });

  addRoute<OfQuery>(app, remove, async (request, reply) => {
    const { id } = request.params;
    find(id, request.principal);
    await store.savedQueries.remove(id, expectedVersion(request));
    return reply.code(204).send();
  });
}

function isOwn({ owner, ownerKind }: SavedQuery, who: Principal | null): boolean {
  return who !== null && owner === who.id && ownerKind === who.kind;
}

function view(saved: SavedQuery, who: Principal | null) {
  const { ownerKind: _, writtenAt, ...query } = saved;
  return { ...query, mine: isOwn(saved, who), writtenAt: writeTimestamp(writtenAt) };
}
