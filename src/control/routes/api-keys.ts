import type { FastifyInstance } from 'fastify';
import { writeTimestamp } from '../../protocol/timestamp.ts';
import type { ApiKeyRecord, Role } from '../../store/api-keys.ts';
import type { Store } from '../../store/store.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import { apiError } from '../errors.ts';
import type { KeyRing } from '../key-ring.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { type PageQuery, pageQuery } from '../paging.ts';
import { addRoute } from '../route.ts';

const tag = 'Access';
const path = '/api/v1/api-keys';
const role = 'admin';
const example = {
  id: 'night-shift',
  role: 'operator',
  note: null,
  createdAt: '2026-03-01T12:00:00.000Z',
  createdBy: 'bootstrap',
};

const list: Operation = {
  id: 'listApiKeys',
  method: 'GET',
  path,
  tag,
  summary: 'List API keys',
  description: 'Without the keys themselves: only their hashes are kept.',
  role,
  query: pageQuery,
  responses: { 200: json('A page of API keys.', ref('ApiKeyPage'), { items: [example], next: null }) },
};

const create: Operation = {
  id: 'createApiKey',
  method: 'POST',
  path,
  tag,
  summary: 'Create an API key',
  role,
  body: {
    required: true,
    checked: true,
    content: {
      'application/json': {
        schema: ref('NewApiKey'),
        examples: { operator: { id: 'night-shift', role: 'operator' } },
      },
    },
  },
  responses: {
    201: json('The key, shown this once.', ref('CreatedApiKey'), { ...example, key: 'farad_...' }),
  },
  errors: ['api_key_exists'],
};

const remove: Operation = {
  id: 'deleteApiKey',
  method: 'DELETE',
  path: `${path}/{id}`,
  tag,
  summary: 'Delete an API key',
  description: 'It is refused from now on, and whoever logged in with it is logged out.',
  role,
  params: { id: { type: 'string', description: 'Id of the key.' } },
  responses: { 204: { description: 'The key is worth nothing any more.' } },
  errors: ['unknown_api_key', 'api_key_fixed'],
};

export function addApiKeyRoutes(app: FastifyInstance, { apiKeys }: Store, keys: KeyRing): void {
  addRoute<{ Querystring: PageQuery }>(app, list, ({ query: { cursor, limit } }) => {
    const after = readCursor('api-keys', cursor);
    const { items, next } = apiKeys.list({ limit, ...(after !== undefined && { after }) });
    return { items: items.map(view), next: next === undefined ? null : writeCursor('api-keys', next) };
  });

  addRoute<{ Body: { id: string; role: Role; note?: string | null } }>(
    app,
    create,
    async (request, reply) => {
      const { id, role: wanted, note } = request.body;
      const given = { id, role: wanted, ...(note && { note }) };
      const created = await keys.create(given, request.principal?.id ?? '');
      if (!created) throw apiError('api_key_exists', { id });
      return reply.code(201).send({ ...view(created.record), key: created.key });
    },
  );

  addRoute<{ Params: { id: string } }>(app, remove, async ({ params: { id } }, reply) => {
    if (keys.isFixed(id)) throw apiError('api_key_fixed', { id });
    if (!(await keys.remove(id))) throw apiError('unknown_api_key', { id });
    return reply.code(204).send();
  });
}

function view({ id, role = 'admin', note, createdAt, createdBy }: ApiKeyRecord) {
  return {
    id,
    role,
    note: note ?? null,
    createdAt: writeTimestamp(createdAt),
    createdBy: createdBy ?? null,
  };
}
