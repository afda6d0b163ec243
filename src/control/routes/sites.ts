import type { FastifyInstance } from 'fastify';
import type { SiteOperations } from '../../operations/sites/sites.ts';
import type { ExpectedVersion } from '../../store/expected-version.ts';
import type { Sight } from '../../store/sight.ts';
import type { SiteInput, SiteRecord } from '../../store/site-record.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import { filteredPage } from '../filtered-page.ts';
import { InTurn } from '../in-turn.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { PRINTED_SEGMENT } from '../openapi/shapes.ts';
import { type PageQuery, pageQuery } from '../paging.ts';
import { expectedVersion } from '../preconditions.ts';
import { addRoute } from '../route.ts';
import { changeSite, readSite, type SiteBody, type SiteChangeBody, viewSite } from '../site-body.ts';

const tag = 'Sites';
const path = '/api/v1/sites/{id}';
const params = {
  id: { type: 'string', minLength: 1, maxLength: 200, description: 'Name of the site.' },
};
const site = {
  groups: [
    { id: 'connection', parent: null, limit: { unit: 'A', perPhase: [400, 400, 400] } },
    { id: 'garage', parent: 'connection', limit: { unit: 'W', perPhase: [20000, 20000, 20000] } },
  ],
  members: [
    { chargePointId: 'CP-17', connectorId: 1, group: 'garage', phases: ['L1', 'L2', 'L3'], rating: 32 },
    { chargePointId: 'CP-18', connectorId: 1, group: 'connection', phases: ['L2'], rating: 16 },
  ],
};
const example = {
  id: 'depot-north',
  sharing: 'equal',
  minimumCurrent: 6,
  fallbackCurrent: null,
  voltage: 230,
  remoteStop: false,
  note: null,
  ...site,
};

const list: Operation = {
  id: 'listSites',
  method: 'GET',
  path: '/api/v1/sites',
  tag,
  scope: 'narrowed',
  summary: 'List sites',
  description: 'In the order of their names.',
  query: {
    text: {
      type: 'string',
      maxLength: 100,
      description: 'Only sites whose name or note contains this, without case.',
    },
    ...pageQuery,
  },
  responses: {
    200: json('A page of sites.', ref('SitePage'), { items: [{ ...example, version: 1 }], next: null }),
  },
};

const get: Operation = {
  id: 'getSite',
  versioned: true,
  method: 'GET',
  path,
  tag,
  scope: 'narrowed',
  summary: 'Get a site',
  params,
  responses: { 200: json('The site.', ref('Site'), { ...example, version: 1 }) },
  errors: ['unknown_site'],
};

const put: Operation = {
  id: 'putSite',
  versioned: true,
  method: 'PUT',
  path,
  tag,
  scope: 'refused',
  summary: 'Create or replace a site',
  description:
    'From then on Farad shares the power of the site among running transactions: it sets a TxProfile for each of them and a TxDefaultProfile on each connector.',
  params: { id: { ...params.id, pattern: PRINTED_SEGMENT } },
  body: {
    required: true,
    checked: true,
    isList: true,
    content: { 'application/json': { schema: ref('SiteUpdate'), examples: { site } } },
  },
  responses: {
    200: json('The site was replaced.', ref('Site'), { ...example, version: 2 }),
    201: json('The site was created.', ref('Site'), { ...example, version: 1 }),
  },
  errors: ['connector_taken'],
};

const patch: Operation = {
  id: 'changeSite',
  versioned: true,
  method: 'PATCH',
  path,
  tag,
  scope: 'refused',
  summary: 'Change a site, for example a limit',
  params,
  body: {
    required: true,
    checked: true,
    isList: true,
    content: {
      'application/json': {
        schema: ref('SiteChange'),
        examples: { limit: { groups: [{ id: 'connection', limit: { unit: 'A', perPhase: 200 } }] } },
      },
    },
  },
  responses: { 200: json('The site was changed.', ref('Site'), { ...example, version: 3 }) },
  errors: ['unknown_site', 'connector_taken'],
};

const remove: Operation = {
  id: 'deleteSite',
  versioned: true,
  method: 'DELETE',
  path,
  tag,
  scope: 'refused',
  summary: 'Delete a site',
  description: 'Its charging profiles are cleared from charge points as they can be reached.',
  params,
  responses: { 204: { description: 'The site is gone.' } },
  errors: ['unknown_site'],
};

const plan: Operation = {
  id: 'getSitePlan',
  method: 'GET',
  path: `${path}/plan`,
  tag,
  scope: 'narrowed',
  summary: 'Get what is planned for a site',
  description: 'Limits, shares, pauses, what is reserved, and what was measured.',
  params,
  responses: { 200: json('The plan.', ref('SitePlan')) },
  errors: ['unknown_site'],
};

interface OfSite {
  Params: { id: string };
}

export function addSiteRoutes(app: FastifyInstance, { store }: ControlDeps, sites: SiteOperations): void {
  const inTurn = new InTurn();

  const find = (id: string): SiteRecord => {
    const found = store.sites.get(id);
    if (!found) throw apiError('unknown_site', { id });
    return found;
  };
  const write = async (input: SiteInput, expected: ExpectedVersion | undefined) => {
    const written = await store.sites.put(input, expected);
    if ('taken' in written) throw apiError('connector_taken', written.taken, written.taken);
    sites.changed(input.id);
    return viewSite(written);
  };

  addRoute<{ Querystring: PageQuery & { text?: string } }>(
    app,
    list,
    ({ query: { cursor, limit, text }, sight }) => {
      const listing = (after: string | undefined, count: number) =>
        store.sites.list({
          limit: count,
          ...(after !== undefined && { after }),
          ...(text !== undefined && { search: text }),
        });
      const { items, next } = filteredPage(listing, {
        after: readCursor('sites', cursor),
        limit,
        ...(sight.scope && { matches: ({ id }) => sight.seesSite(id) }),
      });
      return { items: items.map(viewSite), next: next === undefined ? null : writeCursor('sites', next) };
    },
  );

  /** Throws `unknown_site`, too, for one that is not in sight. */
  const findInSight = (id: string, sight: Sight): SiteRecord => {
    if (!sight.seesSite(id)) throw apiError('unknown_site', { id });
    return find(id);
  };

  addRoute<OfSite>(app, get, ({ params: { id }, sight }) => viewSite(findInSight(id, sight)));

  addRoute<OfSite & { Body: SiteBody }>(app, put, (request, reply) => {
    const { id } = request.params;
    return inTurn.run(id, async () => {
      const known = store.sites.get(id);
      const written = await write(readSite(id, request.body), expectedVersion(request));
      return reply.code(known ? 200 : 201).send(written);
    });
  });

  addRoute<OfSite & { Body: SiteChangeBody }>(app, patch, (request) => {
    const { id } = request.params;
    return inTurn.run(id, () => write(changeSite(find(id), request.body), expectedVersion(request)));
  });

  addRoute<OfSite>(app, remove, (request, reply) => {
    const { id } = request.params;
    return inTurn.run(id, async () => {
      find(id);
      await store.sites.remove(id, expectedVersion(request));
      sites.changed(id);
      return reply.code(204).send();
    });
  });

  addRoute<OfSite>(app, plan, ({ params: { id }, sight }) => {
    findInSight(id, sight);
    const planned = sites.plan(id);
    // Its first round has just not come yet.
    if (!planned) throw apiError('unknown_site', { id });
    return planned;
  });
}
