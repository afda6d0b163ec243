import type { FastifyInstance } from 'fastify';
import type { TokenInput } from '../../store/token.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import { filteredPage } from '../filtered-page.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { PRINTED } from '../openapi/shapes.ts';
import { tokenStatus } from '../openapi/token-schemas.ts';
import { type PageQuery, pageQuery } from '../paging.ts';
import { expectedVersion } from '../preconditions.ts';
import { addRoute } from '../route.ts';
import { readToken, type TokenBody, viewToken } from '../token-view.ts';

const tag = 'Tokens';
const path = '/api/v1/tokens/{idTag}';
const params = {
  idTag: {
    type: 'string',
    minLength: 1,
    maxLength: 20,
    description: 'In any spelling: upper and lower case make no difference.',
  },
};
const example = {
  idTag: '04A2B3C4D5',
  status: 'Accepted',
  parentIdTag: 'FLEET-7',
  expiryDate: '2030-01-01T00:00:00.000Z',
  note: null,
  maxConcurrent: null,
};

const listing: Operation = {
  id: 'listTokens',
  method: 'GET',
  path: '/api/v1/tokens',
  tag,
  scope: 'refused',
  summary: 'List tokens',
  description: 'In the order of the idTag without case.',
  query: {
    text: { type: 'string', maxLength: 100, description: 'Only idTags that contain this, without case.' },
    status: { ...tokenStatus, description: 'Only tokens that operators set to this.' },
    ...pageQuery,
  },
  responses: {
    200: json('A page of tokens.', ref('TokenPage'), { items: [{ ...example, version: 1 }], next: null }),
  },
};

const get: Operation = {
  id: 'getToken',
  versioned: true,
  method: 'GET',
  path,
  tag,
  scope: 'refused',
  summary: 'Get a token',
  params,
  responses: { 200: json('The token.', ref('Token'), { ...example, version: 1 }) },
  errors: ['unknown_token'],
};

const put: Operation = {
  id: 'putToken',
  versioned: true,
  method: 'PUT',
  path,
  tag,
  scope: 'refused',
  summary: 'Create or replace a token',
  description: 'Takes effect with the next message that presents the idTag.',
  params: { idTag: { ...params.idTag, pattern: PRINTED } },
  body: {
    required: true,
    checked: true,
    content: {
      'application/json': {
        schema: ref('TokenUpdate'),
        examples: { accepted: { status: 'Accepted' }, fleet: { status: 'Accepted', parentIdTag: 'FLEET-7' } },
      },
    },
  },
  responses: {
    200: json('The token was replaced.', ref('Token'), { ...example, version: 2 }),
    201: json('The token was created.', ref('Token'), { ...example, version: 1 }),
  },
};

const remove: Operation = {
  id: 'deleteToken',
  versioned: true,
  method: 'DELETE',
  path,
  tag,
  scope: 'refused',
  summary: 'Delete a token',
  params,
  responses: { 204: { description: 'The token is gone.' } },
  errors: ['unknown_token'],
};

interface OfToken {
  Params: { idTag: string };
}

export function addTokenRoutes(app: FastifyInstance, { store }: ControlDeps): void {
  addRoute<{ Querystring: PageQuery & { text?: string; status?: TokenInput['status'] } }>(
    app,
    listing,
    ({ query }) => {
      const { text, status, limit } = query;
      const list = (after: string | undefined, count: number) =>
        store.tokens.list({
          limit: count,
          ...(after !== undefined && { after }),
          ...(text !== undefined && { search: text }),
        });
      const { items, next } = filteredPage(list, {
        after: readCursor('tokens', query.cursor),
        limit,
        ...(status !== undefined && { matches: (token) => token.status === status }),
      });
      return { items: items.map(viewToken), next: next === undefined ? null : writeCursor('tokens', next) };
    },
  );

  addRoute<OfToken>(app, get, ({ params: { idTag } }) => {
    const token = store.tokens.get(idTag);
    if (!token) throw apiError('unknown_token', { idTag });
    return viewToken(token);
  });

  addRoute<OfToken & { Body: TokenBody }>(app, put, async (request, reply) => {
    const { idTag } = request.params;
    const known = store.tokens.get(idTag);
    const token = await store.tokens.put(readToken(idTag, request.body), expectedVersion(request));
    return reply.code(known ? 200 : 201).send(viewToken(token));
  });

  addRoute<OfToken>(app, remove, async (request, reply) => {
    const { idTag } = request.params;
    const removed = await store.tokens.remove(idTag, expectedVersion(request));
    if (!removed) throw apiError('unknown_token', { idTag });
    return reply.code(204).send();
  });
}
