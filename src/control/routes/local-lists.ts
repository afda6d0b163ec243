import type { FastifyInstance } from 'fastify';
import { wantedList } from '../../operations/local-lists/wanted-list.ts';
import type { LocalListRecord } from '../../store/local-list-record.ts';
import type { Sight } from '../../store/sight.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import { filteredPage } from '../filtered-page.ts';
import { type LocalListBody, readLocalList, viewLocalList, viewLocalListHead } from '../local-list-view.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { PRINTED } from '../openapi/shapes.ts';
import { type PageQuery, pageQuery } from '../paging.ts';
import { expectedVersion } from '../preconditions.ts';
import { addRoute } from '../route.ts';

const tag = 'Local lists';
const path = '/api/v1/local-lists/{id}';
const params = {
  id: { type: 'string', minLength: 1, maxLength: 100, description: 'Name of the list, of your choice.' },
};
const head = { id: 'depot-north', scope: { group: 'Depot north' }, sync: 'manual', note: null, version: 1 };
const entries = [{ idTag: '04A2B3C4D5' }, { idTag: 'GUEST', idTagInfo: { status: 'Accepted' } }];
const example = { ...head, entries, unknownTags: [] };

const listing: Operation = {
  id: 'listLocalLists',
  method: 'GET',
  path: '/api/v1/local-lists',
  tag,
  scope: 'narrowed',
  summary: 'List local authorization lists',
  description: 'In the order of their names, without their entries.',
  query: {
    text: {
      type: 'string',
      maxLength: 100,
      description: 'Only lists that have this in their name, scope or note, without case.',
    },
    ...pageQuery,
  },
  responses: {
    200: json('A page of lists.', ref('LocalListHeadPage'), {
      items: [{ ...head, entryCount: 2 }],
      next: null,
    }),
  },
};

const get: Operation = {
  id: 'getLocalList',
  versioned: true,
  method: 'GET',
  path,
  tag,
  scope: 'narrowed',
  summary: 'Get a local authorization list',
  params,
  responses: { 200: json('The list.', ref('LocalList'), example) },
  errors: ['unknown_local_list'],
};

const put: Operation = {
  id: 'putLocalList',
  versioned: true,
  method: 'PUT',
  path,
  tag,
  scope: 'refused',
  summary: 'Create or replace a local authorization list',
  description:
    'What charge points shall hold to authorize without asking. Nothing is sent by this, unless `sync` is automatic: then every charge point of the ' +
    'scope is brought up to date when it is connected, and again when the list or a token in it changes.',
  params: { id: { ...params.id, pattern: PRINTED } },
  body: {
    required: true,
    checked: true,
    isList: true,
    content: {
      'application/json': {
        schema: ref('LocalListUpdate'),
        examples: { group: { scope: { group: 'Depot north' }, entries } },
      },
    },
  },
  responses: {
    200: json('The list was replaced.', ref('LocalList'), { ...example, version: 2 }),
    201: json('The list was created.', ref('LocalList'), example),
  },
  errors: ['local_list_scope_taken'],
};

const remove: Operation = {
  id: 'deleteLocalList',
  versioned: true,
  method: 'DELETE',
  path,
  tag,
  scope: 'refused',
  summary: 'Delete a local authorization list',
  description: 'Charge points keep what they hold: send an empty list first to clear them.',
  params,
  responses: { 204: { description: 'The list is gone.' } },
  errors: ['unknown_local_list'],
};

interface OfList {
  Params: { id: string };
}

export function addLocalListRoutes(app: FastifyInstance, { store }: ControlDeps): void {
  const show = (list: LocalListRecord) => viewLocalList(list, wantedList(list, store.tokens).unknownTags);

  addRoute<{ Querystring: PageQuery & { text?: string } }>(app, listing, ({ query, sight }) => {
    const list = (after: string | undefined, count: number) =>
      store.localLists.list({
        limit: count,
        ...(after !== undefined && { after }),
        ...(query.text !== undefined && { search: query.text }),
      });
    const { items, next } = filteredPage(list, {
      after: readCursor('local-lists', query.cursor),
      limit: query.limit,
      ...(sight.scope && { matches: (one) => isInSight(one, sight) }),
    });
    return {
      items: items.map(viewLocalListHead),
      next: next === undefined ? null : writeCursor('local-lists', next),
    };
  });

  addRoute<OfList>(app, get, ({ params: { id }, sight }) => {
    const list = store.localLists.get(id);
    if (!list || !isInSight(list, sight)) throw apiError('unknown_local_list', { id });
    return show(list);
  });

  addRoute<OfList & { Body: LocalListBody }>(app, put, async (request, reply) => {
    const { id } = request.params;
    const known = store.localLists.get(id);
    const written = await store.localLists.put(readLocalList(id, request.body), expectedVersion(request));
    if ('taken' in written) {
      throw apiError('local_list_scope_taken', { list: written.taken }, { list: written.taken });
    }
    return reply.code(known ? 200 : 201).send(show(written));
  });

  addRoute<OfList>(app, remove, async (request, reply) => {
    const { id } = request.params;
    if (!(await store.localLists.remove(id, expectedVersion(request))))
      throw apiError('unknown_local_list', { id });
    return reply.code(204).send();
  });
}

/** Whether all charge points that a list is for are in sight. */
function isInSight({ scope }: Pick<LocalListRecord, 'scope'>, sight: Sight): boolean {
  return 'group' in scope ? sight.seesGroup(scope.group) : sight.sees(scope.chargePointId);
}
