import type { FastifyInstance } from 'fastify';
import { MOST_TEMPLATES } from '../../store/configuration-templates.ts';
import { censusInSight } from '../census-in-sight.ts';
import { readTemplate, type TemplateBody, viewTemplate } from '../configuration-template-view.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import type { FleetIndex } from '../fleet-index.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { PRINTED_SEGMENT } from '../openapi/shapes.ts';
import { type PageQuery, pageQuery } from '../paging.ts';
import { expectedVersion } from '../preconditions.ts';
import { addRoute } from '../route.ts';

const tag = 'Charge points';
const path = '/api/v1/configuration-templates/{id}';
const params = {
  id: {
    type: 'string',
    minLength: 1,
    maxLength: 100,
    pattern: PRINTED_SEGMENT,
    description: 'Name of the template.',
  },
};
const update = {
  filter: { vendor: 'Voltwerk', model: 'Duo 22' },
  keys: [
    { key: 'MeterValueSampleInterval', value: '60' },
    { key: 'NumberOfConnectors', value: '2', expected: true },
  ],
};
const example = {
  id: 'Duo 22',
  ...update,
  keys: update.keys.map((key) => ({ expected: false, ...key })),
  priority: 0,
  note: null,
  writtenBy: 'night-shift',
  writtenAt: '2026-03-01T12:00:00.000Z',
  drift: {
    at: '2026-03-01T12:01:00.000Z',
    matches: 118,
    reboot_required: 0,
    not_reported: 3,
    differs: 2,
    rejected: 0,
  },
  version: 3,
};

const list: Operation = {
  id: 'listConfigurationTemplates',
  method: 'GET',
  path: '/api/v1/configuration-templates',
  tag,
  scope: 'narrowed',
  summary: 'List configuration templates',
  description: 'In the order of their names.',
  query: pageQuery,
  responses: {
    200: json('A page of templates.', ref('ConfigurationTemplatePage'), { items: [example], next: null }),
  },
};

const get: Operation = {
  id: 'getConfigurationTemplate',
  versioned: true,
  method: 'GET',
  path,
  tag,
  scope: 'narrowed',
  summary: 'Get a configuration template',
  params,
  responses: { 200: json('The template.', ref('ConfigurationTemplate'), example) },
  errors: ['unknown_configuration_template'],
};

const put: Operation = {
  id: 'putConfigurationTemplate',
  versioned: true,
  method: 'PUT',
  path,
  tag,
  scope: 'refused',
  summary: 'Create or replace a configuration template',
  description:
    'Nothing is sent to charge points: the template says what they are to have, and how they differ from that is told until somebody mends it. ' +
    `At most ${MOST_TEMPLATES} templates.`,
  params,
  body: {
    required: true,
    checked: true,
    content: {
      'application/json': {
        schema: ref('ConfigurationTemplateUpdate'),
        examples: {
          make: update,
          group: { filter: { group: 'Depot north' }, priority: 10, keys: [update.keys[0]] },
        },
      },
    },
  },
  responses: {
    200: json('The template was replaced.', ref('ConfigurationTemplate'), example),
    201: json('The template was created.', ref('ConfigurationTemplate'), { ...example, drift: null }),
  },
  errors: ['too_many_configuration_templates'],
};

const remove: Operation = {
  id: 'deleteConfigurationTemplate',
  versioned: true,
  method: 'DELETE',
  path,
  tag,
  scope: 'refused',
  summary: 'Delete a configuration template',
  description:
    'Charge points keep what they have. A campaign of the template that is under way sends nothing more.',
  params,
  responses: { 204: { description: 'The template is gone.' } },
  errors: ['unknown_configuration_template'],
};

interface OfTemplate {
  Params: { id: string };
}

export function addConfigurationTemplateRoutes(
  app: FastifyInstance,
  { store }: ControlDeps,
  fleet: FleetIndex,
): void {
  const { configurationTemplates: templates } = store;

  addRoute<{ Querystring: PageQuery }>(app, list, async ({ query: { cursor, limit }, sight }) => {
    const after = readCursor('configuration-templates', cursor);
    const { items, next } = templates.list({ limit, ...(after !== undefined && { after }) });
    const census = censusInSight(await fleet.census(), sight);
    return {
      items: items.map((item) => viewTemplate(item, census)),
      next: next === undefined ? null : writeCursor('configuration-templates', next),
    };
  });

  addRoute<OfTemplate>(app, get, async ({ params: { id }, sight }) => {
    const found = templates.get(id);
    if (!found) throw apiError('unknown_configuration_template', { id });
    return viewTemplate(found, censusInSight(await fleet.census(), sight));
  });

  addRoute<OfTemplate & { Body: TemplateBody }>(app, put, async (request, reply) => {
    const { params, body, principal } = request;
    const { id } = params;
    const isKnown = templates.get(id) !== undefined;
    const template = { ...readTemplate(id, body), writtenBy: principal?.id ?? '', writtenAt: Date.now() };
    const written = await templates.put(template, MOST_TEMPLATES, expectedVersion(request));
    if (written === 'full') throw apiError('too_many_configuration_templates', { most: MOST_TEMPLATES });
    return reply.code(isKnown ? 200 : 201).send(viewTemplate(written, await fleet.census()));
  });

  addRoute<OfTemplate>(app, remove, async (request, reply) => {
    const { id } = request.params;
    if (!(await templates.remove(id, expectedVersion(request)))) {
      throw apiError('unknown_configuration_template', { id });
    }
    return reply.code(204).send();
  });
}
