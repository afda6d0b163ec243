import type { FastifyInstance } from 'fastify';
import { readCursor, writeCursor } from '../cursor.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { PRINTED_SEGMENT } from '../openapi/shapes.ts';
import { type PageQuery, pageQuery } from '../paging.ts';
import { expectedVersion } from '../preconditions.ts';
import { type ReportBody, readReport, viewReport } from '../report-view.ts';
import { addRoute } from '../route.ts';

const tag = 'Analytics';
const path = '/api/v1/reports/{id}';
const params = {
  id: {
    type: 'string',
    minLength: 1,
    maxLength: 100,
    pattern: PRINTED_SEGMENT,
    description: 'Id of the report.',
  },
};
/** Reports that there may be. */
const MOST = 100;
const update = {
  name: 'Energy of the month, by site',
  what: { name: 'energy', by: 'site', interval: 'whole' },
  format: 'csv',
  enabled: true,
  schedule: { every: 'month', hour: 6 },
  files: { name: 'energy-by-site', keep: 24 },
};
const url = 'https://files.example/farad';
const example = {
  id: 'energy-by-site',
  ...update,
  webhook: { url, hasSecret: true },
  run: {
    cause: 'due',
    from: '2026-01-31T23:00:00.000Z',
    to: '2026-02-28T23:00:00.000Z',
    begunAt: '2026-03-01T05:00:00.000Z',
    endedAt: '2026-03-01T05:00:02.000Z',
    outcome: 'written',
    file: 'energy-by-site-2026-02-01_2026-02-28.csv',
    bytes: 4711,
    problem: null,
  },
  failures: 0,
  nextAt: '2026-04-01T04:00:00.000Z',
  writtenBy: 'controlling',
  writtenAt: '2026-01-15T11:00:00.000Z',
  version: 3,
};

const list: Operation = {
  id: 'listReports',
  method: 'GET',
  path: '/api/v1/reports',
  tag,
  scope: 'refused',
  summary: 'List scheduled reports',
  description: 'In the order of their ids, with what came of each.',
  role: 'operator',
  query: pageQuery,
  responses: { 200: json('A page of reports.', ref('ReportPage'), { items: [example], next: null }) },
};

const get: Operation = {
  id: 'getReport',
  versioned: true,
  method: 'GET',
  path,
  tag,
  scope: 'refused',
  summary: 'Get a scheduled report',
  role: 'operator',
  params,
  responses: { 200: json('The report.', ref('Report'), example) },
  errors: ['unknown_report'],
};

const put: Operation = {
  id: 'putReport',
  versioned: true,
  method: 'PUT',
  path,
  tag,
  scope: 'refused',
  summary: 'Create or replace a scheduled report',
  description: `It is written when it is due from then on. At most ${MOST}. What has failed is tried again at once.`,
  role: 'admin',
  params,
  body: {
    required: true,
    checked: true,
    content: {
      'application/json': {
        schema: ref('ReportUpdate'),
        examples: { energy: { ...update, webhook: { url, secret: 'a-secret-of-the-receiver' } } },
      },
    },
  },
  responses: {
    200: json('The report was replaced.', ref('Report'), example),
    201: json('The report was created.', ref('Report'), example),
  },
  errors: ['too_many_reports', 'report_files_taken'],
};

const remove: Operation = {
  id: 'deleteReport',
  versioned: true,
  method: 'DELETE',
  path,
  tag,
  scope: 'refused',
  summary: 'Delete a scheduled report',
  description: 'Its files stay.',
  role: 'admin',
  params,
  responses: { 204: { description: 'The report is gone.' } },
  errors: ['unknown_report'],
};

const run: Operation = {
  id: 'runReport',
  method: 'POST',
  path: `${path}/run`,
  tag,
  scope: 'refused',
  summary: 'Write a report now',
  description:
    'Of the last whole day, week or month, into the same file as when it is due. It is written when those before it are; `run` of the report tells what came of it. It is tried once.',
  params,
  responses: { 202: json('It will be written.', ref('Report'), example) },
  errors: ['unknown_report'],
};

interface OfReport {
  Params: { id: string };
}

export function addReportRoutes(
  app: FastifyInstance,
  { store, operations: { reports }, config }: ControlDeps,
): void {
  const find = (id: string) => {
    const found = store.reports.get(id);
    if (!found) throw apiError('unknown_report', { id });
    return found;
  };
  const view = (report: ReturnType<typeof find>) =>
    viewReport(report, store.reports.progressOf(report.id), reports.nextAt(report));

  addRoute<{ Querystring: PageQuery }>(app, list, ({ query: { cursor, limit } }) => {
    const after = readCursor('reports', cursor);
    const { items, next } = store.reports.list({ limit, ...(after !== undefined && { after }) });
    return { items: items.map(view), next: next === undefined ? null : writeCursor('reports', next) };
  });

  addRoute<OfReport>(app, get, ({ params: { id } }) => view(find(id)));

  addRoute<OfReport & { Body: ReportBody }>(app, put, async (request, reply) => {
    const { id } = request.params;
    const isKnown = store.reports.get(id) !== undefined;
    const report = readReport(id, request.body, {
      writtenBy: request.principal?.id ?? '',
      folder: config.reports.folder,
    });
    const put = await store.reports.put(report, MOST, expectedVersion(request));
    if (put === 'full') throw apiError('too_many_reports', { most: MOST });
    if (put === 'name-taken') throw apiError('report_files_taken', { name: report.files?.name ?? '' });
    reports.changed();
    return reply.code(isKnown ? 200 : 201).send(view(put));
  });

  addRoute<OfReport>(app, remove, async (request, reply) => {
    const { id } = request.params;
    if (!(await store.reports.remove(id, expectedVersion(request)))) throw apiError('unknown_report', { id });
    reports.changed();
    return reply.code(204).send();
  });

  addRoute<OfReport>(app, run, async ({ params: { id } }, reply) => {
    if (!(await reports.run(find(id)))) throw apiError('unknown_report', { id });
    return reply.code(202).send(view(find(id)));
  });
}
