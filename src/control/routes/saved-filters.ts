import type { FastifyInstance } from 'fastify';
import { writeTimestamp } from '../../protocol/timestamp.ts';
import type { SavedFilter } from '../../store/saved-filters.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { PRINTED } from '../openapi/shapes.ts';
import { type PageQuery, pageQuery } from '../paging.ts';
import { expectedVersion } from '../preconditions.ts';
import { addRoute } from '../route.ts';

const tag = 'Charge points';
const path = '/api/v1/saved-filters/{id}';
const params = {
  id: { type: 'string', minLength: 1, maxLength: 100, pattern: PRINTED, description: 'Name of the filter.' },
};
/** Filters that there may be. */
const MOST = 500;
const example = {
  id: 'faulted in the north',
  query: { tag: 'north', status: 'Faulted' },
  writtenBy: 'night-shift',
  writtenAt: '2026-03-01T12:00:00.000Z',
  version: 3,
};

const list: Operation = {
  id: 'listSavedFilters',
  method: 'GET',
  path: '/api/v1/saved-filters',
  tag,
  scope: 'same',
  summary: 'List saved filters',
  description: 'In the order of their names.',
  query: pageQuery,
  responses: { 200: json('A page of filters.', ref('SavedFilterPage'), { items: [example], next: null }) },
};

const get: Operation = {
  id: 'getSavedFilter',
  versioned: true,
  method: 'GET',
  path,
  tag,
  scope: 'same',
  summary: 'Get a saved filter',
  params,
  responses: { 200: json('The filter.', ref('SavedFilter'), example) },
  errors: ['unknown_saved_filter'],
};

const put: Operation = {
  id: 'putSavedFilter',
  versioned: true,
  method: 'PUT',
  path,
  tag,
  scope: 'refused',
  summary: 'Save a filter of charge points under a name',
  description: `For everybody, and in the place of one of this name. At most ${MOST}.`,
  params,
  body: {
    required: true,
    checked: true,
    content: {
      'application/json': {
        schema: ref('SavedFilterUpdate'),
        examples: { faulted: { query: example.query } },
      },
    },
  },
  responses: {
    200: json('The filter was replaced.', ref('SavedFilter'), example),
    201: json('The filter was saved.', ref('SavedFilter'), example),
  },
  errors: ['too_many_saved_filters'],
};

const remove: Operation = {
  id: 'deleteSavedFilter',
  versioned: true,
  method: 'DELETE',
  path,
  tag,
  scope: 'refused',
  summary: 'Delete a saved filter',
  params,
  responses: { 204: { description: 'The filter is gone.' } },
  errors: ['unknown_saved_filter'],
};

interface OfFilter {
  Params: { id: string };
}

export function addSavedFilterRoutes(app: FastifyInstance, { store }: ControlDeps): void {
  addRoute<{ Querystring: PageQuery }>(app, list, ({ query: { cursor, limit } }) => {
    const after = readCursor('saved-filters', cursor);
    const { items, next } = store.savedFilters.list({ limit, ...(after !== undefined && { after }) });
    return {
      items: items.map(view),
      next: next === undefined ? null : writeCursor('saved-filters', next),
    };
  });

  addRoute<OfFilter>(app, get, ({ params: { id } }) => {
    const found = store.savedFilters.get(id);
    if (!found) throw apiError('unknown_saved_filter', { id });
    return view(found);
  });

  addRoute<OfFilter & { Body: Pick<SavedFilter, 'query'> }>(app, put, async (request, reply) => {
    const { params, body, principal } = request;
    const { id } = params;
    const isKnown = store.savedFilters.get(id) !== undefined;
    const filter = { id, query: body.query, writtenBy: principal?.id ?? '', writtenAt: Date.now() };
    const written = await store.savedFilters.put(filter, MOST, expectedVersion(request));
    if (written === 'full') throw apiError('too_many_saved_filters', { most: MOST });
    return reply.code(isKnown ? 200 : 201).send(view(written));
  });

  addRoute<OfFilter>(app, remove, async (request, reply) => {
    const { id } = request.params;
    if (!(await store.savedFilters.remove(id, expectedVersion(request)))) {
      throw apiError('unknown_saved_filter', { id });
    }
    return reply.code(204).send();
  });
}

function view({ writtenAt, ...filter }: SavedFilter) {
  return { ...filter, writtenAt: writeTimestamp(writtenAt) };
}
