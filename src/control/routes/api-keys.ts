import type { FastifyInstance } from 'fastify';
import { writeTimestamp } from '../../protocol/timestamp.ts';
import type { ApiKeyRecord, Role } from '../../store/api-keys.ts';
import type { Scope } from '../../store/sight.ts';
import type { Store } from '../../store/store.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import { apiError } from '../errors.ts';
import { instant } from '../instant.ts';
import type { KeyRing, KeyUses } from '../key-ring.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { type PageQuery, pageQuery } from '../paging.ts';
import { addRoute } from '../route.ts';
import { readInstant } from '../validation.ts';

const tag = 'Access';
const path = '/api/v1/api-keys';
const role = 'admin';
const example = {
  id: 'night-shift',
  role: 'operator',
  scope: null,
  note: null,
  createdAt: '2026-03-01T12:00:00.000Z',
  createdBy: 'bootstrap',
  expiresAt: '2026-09-01T00:00:00.000Z',
  lastUsedAt: '2026-03-02T06:00:00.000Z',
};

const list: Operation = {
  id: 'listApiKeys',
  method: 'GET',
  path,
  tag,
  scope: 'refused',
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
  scope: 'refused',
  summary: 'Create an API key',
  role,
  body: {
    required: true,
    checked: true,
    content: {
      'application/json': {
        schema: ref('NewApiKey'),
        examples: {
          operator: { id: 'night-shift', role: 'operator' },
          forAWhile: { id: 'audit-2026', role: 'viewer', expiresAt: '2026-09-01T00:00:00Z' },
        },
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
  scope: 'refused',
  summary: 'Delete an API key',
  description: 'It is refused from now on, and whoever logged in with it is logged out.',
  role,
  params: { id: { type: 'string', description: 'Id of the key.' } },
  responses: { 204: { description: 'The key is worth nothing any more.' } },
  errors: ['unknown_api_key', 'api_key_fixed'],
};

interface NewKeyBody {
  readonly id: string;
  readonly role: Role;
  readonly scope?: Scope | null;
  readonly note?: string | null;
  /** RFC 3339. */
  readonly expiresAt?: string | null;
}

export function addApiKeyRoutes(
  app: FastifyInstance,
  { apiKeys }: Store,
  keys: KeyRing,
  uses: KeyUses,
): void {
  const view = (key: ApiKeyRecord) => viewKey(key, uses.lastOf(key.id));

  addRoute<{ Querystring: PageQuery }>(app, list, ({ query: { cursor, limit } }) => {
    const after = readCursor('api-keys', cursor);
    const { items, next } = apiKeys.list({ limit, ...(after !== undefined && { after }) });
    return { items: items.map(view), next: next === undefined ? null : writeCursor('api-keys', next) };
  });

  addRoute<{ Body: NewKeyBody }>(app, create, async (request, reply) => {
    const { id, role: wanted, scope, note, expiresAt } = request.body;
    const end = readExpiry(expiresAt);
    const given = {
      id,
      role: wanted,
      ...(scope && { scope }),
      ...(note && { note }),
      ...(end !== undefined && { expiresAt: end }),
    };
    const created = await keys.create(given, request.principal?.id ?? '');
    if (!created) throw apiError('api_key_exists', { id });
    return reply.code(201).send({ ...view(created.record), key: created.key });
  });

  addRoute<{ Params: { id: string } }>(app, remove, async ({ params: { id } }, reply) => {
    if (keys.isFixed(id)) throw apiError('api_key_fixed', { id });
    if (!(await keys.remove(id))) throw apiError('unknown_api_key', { id });
    return reply.code(204).send();
  });
}

/** Epoch ms; undefined: never. Throws `invalid_body` for a time that is over. */
function readExpiry(expiresAt: string | null | undefined): number | undefined {
  const end = typeof expiresAt === 'string' ? readInstant(expiresAt) : undefined;
  if (end === undefined || end > Date.now()) return end;
  const problem = 'must lie in the future';
  throw apiError(
    'invalid_body',
    { problem: `/expiresAt ${problem}` },
    { problems: [{ path: '/expiresAt', problem }] },
  );
}

function viewKey(
  { id, role = 'admin', scope, note, createdAt, createdBy, expiresAt }: ApiKeyRecord,
  lastUsedAt: number | undefined,
) {
  return {
    id,
    role,
    scope: scope ?? null,
    note: note ?? null,
    createdAt: writeTimestamp(createdAt),
    createdBy: createdBy ?? null,
    expiresAt: instant(expiresAt),
    lastUsedAt: instant(lastUsedAt),
  };
}
