import type { FastifyInstance } from 'fastify';
import type { ExportFormat } from '../../link/methods.ts';
import { sendFile } from '../analytics-export.ts';
import { askPage, type RowsQuery, readRange } from '../analytics-query.ts';
import { sendCsv } from '../csv-file.ts';
import type { ControlDeps } from '../deps.ts';
import { columnsOfMany, energyOfMany, isOfMany, type Subject } from '../energy-of-many.ts';
import { apiError } from '../errors.ts';
import { json, ref } from '../openapi/operation.ts';
import { pageQuery } from '../paging.ts';
import { addRoute } from '../route.ts';
import { scopeParameters } from '../scopes.ts';
import { membersOfSite } from '../site-members.ts';
import { operationOf, type Question, range, timezone } from './analytics-question.ts';

const question: Question = {
  name: 'energy',
  id: 'queryEnergy',
  summary: 'Energy by hour or day, or who used how much',
  description:
    'Active energy imported per interval, from the registers that charge points report. What no connector delivered does not count: bad readings and transactions whose ' +
    'energy nothing determines are left out, and listed. By tag, and for one tag, only transactions count. For one charge point or tag the answer has everything that has arrived; for ' +
    'a large fleet it follows within some minutes. Within a quarter of an hour energy counts as even. A ranking is one row per subject, ' +
    'the highest first: `interval=whole`, `sort=-energyWh`.',
  query: {
    interval: {
      type: 'string',
      enum: ['hour', 'day', 'whole'],
      default: 'hour',
      description:
        'Length of the intervals; `whole`: one from `from` to `to`, so that each subject has one row.',
    },
    ...range,
    by: {
      type: 'string',
      enum: ['connector', 'chargePoint', 'group', 'chargePointTag', 'site', 'tag', 'total'],
      default: 'connector',
      description:
        'What each row is about; `tag`: an idTag. Groups, tags of charge points and sites are those of now; a charge point with several tags counts for each of them. By `site` and `chargePointTag` there are no intervals: `interval` must be `whole`.',
    },
    chargePointId: { type: 'string', description: 'Only this charge point.' },
    group: { type: 'string', maxLength: 200, description: 'Only charge points of this group.' },
    site: { type: 'string', maxLength: 255, description: 'Only connectors of this site, of at most 1000.' },
    idTag: { type: 'string', maxLength: 20, description: 'Only transactions that this idTag started.' },
    timezone,
    sort: {
      type: 'string',
      enum: ['start', '-energyWh'],
      description: 'The order: by time and then by subject, as if absent, or the most energy first.',
    },
    limit: {
      type: 'integer',
      minimum: 1,
      maximum: 100_000,
      description: 'Most rows of a page; 100,000 if absent.',
    },
    cursor: pageQuery.cursor,
  },
  requiredQuery: ['from', 'to'],
  errors: ['unknown_site'],
  answer: json('Intervals without energy are left out.', ref('EnergyRows'), {
    rows: [
      {
        start: '2026-03-01T12:00:00.000Z',
        localStart: '2026-03-01T13:00:00',
        chargePointId: 'CP-17',
        connectorId: 1,
        energyWh: 7200,
        registerFalls: 0,
        readingsLeftOut: {},
        transactionsLeftOut: 0,
      },
    ],
    next: null,
  }),
};

type Query = RowsQuery & {
  readonly interval: 'hour' | 'day' | 'whole';
  readonly by: Subject | 'connector' | 'chargePoint' | 'group' | 'tag' | 'total';
  readonly site?: string;
  readonly sort?: 'start' | '-energyWh';
  readonly format?: 'json' | ExportFormat;
};

export function addEnergyRoute(app: FastifyInstance, deps: ControlDeps): void {
  const { name } = question;
  addRoute<{ Querystring: Query }>(app, operationOf(question), async ({ query, sight }, reply) => {
    const { format = 'json', site, ...given } = query;
    const asked = {
      ...given,
      ...scopeParameters(sight),
      ...(site !== undefined && { members: membersOfSite(deps.store, sight, site) }),
    };
    if (isOfMany(asked.by)) {
      refuseIntervals(asked);
      const { by, cursor, limit, sort, ...narrowed } = asked;
      if (format === 'json') return energyOfMany({ ...deps, sight }, by, narrowed, { cursor, limit, sort });
      refuseFormat(format);
      const { rows } = await energyOfMany({ ...deps, sight }, by, narrowed, { sort });
      return sendCsv(reply, `${name}-by-${by}`, columnsOfMany(by), [rows]);
    }
    if (format === 'json') return askPage(deps, name, asked);
    const { cursor: _, ...all } = asked;
    return sendFile(deps, reply, { name, parameters: readRange(all), format });
  });
}

function refuseIntervals({ interval, by }: Query): void {
  if (interval === 'whole') return;
  const problem = `must be whole where by is ${by}`;
  throw apiError('invalid_parameter', { name: 'interval', problem }, { parameter: 'interval' });
}

function refuseFormat(format: ExportFormat): void {
  if (format === 'csv') return;
  const problem = 'must be json or csv for these';
  throw apiError('invalid_parameter', { name: 'format', problem }, { parameter: 'format' });
}
