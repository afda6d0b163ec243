import type { FastifyInstance } from 'fastify';
import type { ExportFormat } from '../../link/methods.ts';
import { fileContents, formatParameter, sendFile } from '../analytics-export.ts';
import { askAnalytics, readRange } from '../analytics-query.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError, type ErrorCode } from '../errors.ts';
import { json, type Operation, ref, type Schema } from '../openapi/operation.ts';
import { transactionState } from '../openapi/shapes.ts';
import { addRoute } from '../route.ts';
import { addSqlRoute } from './analytics-sql.ts';
import { fleetQueries } from './fleet-analytics.ts';

const tag = 'Analytics';
const errors: readonly ErrorCode[] = ['bad_parameter', 'time_limit', 'engine_unavailable', 'busy'];

const from: Schema = { type: 'string', format: 'date-time', description: 'At this time or later.' };
const to: Schema = { type: 'string', format: 'date-time', description: 'Before this time.' };
const offset: Schema = {
  type: 'integer',
  minimum: 0,
  maximum: 1_000_000,
  default: 0,
  description: 'How many rows to leave out at the beginning.',
};
const limitTo = (maximum: number, byDefault: number): Schema => ({
  type: 'integer',
  minimum: 1,
  maximum,
  default: byDefault,
  description: 'Most rows of the answer.',
});

const energy: Operation = {
  id: 'queryEnergy',
  method: 'GET',
  path: '/api/v1/analytics/energy',
  tag,
  summary: 'Energy by hour or day',
  description:
    'Active energy imported per interval, from the registers that charge points report: the difference between one reading and the next, shared ' +
    'out evenly over the time between them. By tag, and for one tag, only readings of its transactions count. The total of the whole fleet between full ' +
    'hours is worked out ahead: it follows what arrives within a minute, and what arrives late within some minutes.',
  query: {
    interval: {
      type: 'string',
      enum: ['hour', 'day'],
      default: 'hour',
      description: 'Length of the intervals.',
    },
    from,
    to,
    by: {
      type: 'string',
      enum: ['connector', 'chargePoint', 'tag', 'total'],
      default: 'connector',
      description: 'What each row is about.',
    },
    chargePointId: { type: 'string', description: 'Only this charge point.' },
    idTag: { type: 'string', maxLength: 20, description: 'Only transactions that this idTag started.' },
    timezone: {
      type: 'string',
      default: 'UTC',
      description: 'IANA name of the time zone in which hours and days begin, for example Europe/Berlin.',
    },
    limit: {
      type: 'integer',
      minimum: 1,
      maximum: 100_000,
      description: 'Most rows of the answer; 100,000 if absent.',
    },
    offset: {
      type: 'integer',
      minimum: 0,
      maximum: 10_000_000,
      description: 'How many rows to leave out at the beginning.',
    },
  },
  requiredQuery: ['from', 'to'],
  responses: {
    200: json('Intervals without energy are left out.', ref('EnergyRows'), {
      rows: [
        {
          start: '2026-03-01T12:00:00.000Z',
          localStart: '2026-03-01T13:00:00',
          chargePointId: 'CP-17',
          connectorId: 1,
          energyWh: 7200,
          registerFalls: 0,
        },
      ],
    }),
  },
  errors,
};

const samples: Operation = {
  id: 'queryMeterSamples',
  method: 'GET',
  path: '/api/v1/analytics/meter-samples',
  tag,
  summary: 'Meter samples of a charge point',
  description: 'By their time; a sample that the charge point repeated appears once.',
  query: {
    chargePointId: { type: 'string', description: 'Which charge point.' },
    from,
    to,
    measurand: {
      type: 'string',
      maxLength: 50,
      description: 'Only this one, for example Power.Active.Import.',
    },
    order: { type: 'string', enum: ['asc', 'desc'], default: 'asc', description: 'Oldest or newest first.' },
    limit: limitTo(50_000, 1000),
    offset,
  },
  requiredQuery: ['chargePointId'],
  responses: { 200: json('The samples.', ref('MeterSampleRows')) },
  errors,
};

const transactions: Operation = {
  id: 'queryTransactions',
  method: 'GET',
  path: '/api/v1/analytics/transactions',
  tag,
  summary: 'All transactions',
  description: 'Latest start first, also those whose `transactions.retention` is over.',
  query: {
    chargePointId: { type: 'string', description: 'Only those of this charge point.' },
    idTag: {
      type: 'string',
      maxLength: 20,
      description: 'Only those that this idTag started, in any spelling.',
    },
    state: { ...transactionState, description: 'Only those in this state.' },
    from,
    to,
    limit: limitTo(1000, 100),
    offset,
  },
  responses: { 200: json('The transactions.', ref('TransactionHistoryRows')) },
  errors,
};

const storage: Operation = {
  id: 'queryStorage',
  method: 'GET',
  path: '/api/v1/analytics/storage',
  tag,
  summary: 'How much ClickHouse holds',
  responses: { 200: json('The tables.', ref('StorageRows')) },
  errors,
};

const totalsQuery: Readonly<Record<string, Schema>> = {
  prefix: { type: 'string', description: 'Only charge points whose identity begins with this.' },
  from,
  to,
  final: {
    type: 'boolean',
    default: false,
    description: 'Counts each row once even where it was sent again; slower.',
  },
};

const sampleTotals: Operation = {
  id: 'queryMeterSampleTotals',
  method: 'GET',
  path: '/api/v1/analytics/meter-sample-totals',
  tag,
  summary: 'Totals of the meter samples per charge point',
  description: 'To compare what charge points were confirmed with what ClickHouse holds.',
  query: totalsQuery,
  responses: { 200: json('The totals.', ref('MeterSampleTotalsRows')) },
  errors,
};

const transactionTotals: Operation = {
  id: 'queryTransactionTotals',
  method: 'GET',
  path: '/api/v1/analytics/transaction-totals',
  tag,
  summary: 'Totals of the transactions per charge point',
  description: 'To compare what charge points were confirmed with what ClickHouse holds.',
  query: totalsQuery,
  responses: { 200: json('The totals.', ref('TransactionTotalsRows')) },
  errors,
};

/** Name of the query in analytics, and where it is found. */
const queries: readonly (readonly [name: string, operation: Operation])[] = [
  ['energy', energy],
  ['meter-samples', samples],
  ['transactions', transactions],
  ['meter-sample-totals', sampleTotals],
  ['transaction-totals', transactionTotals],
  ['storage', storage],
  ...fleetQueries,
];

type Query = Record<string, string> & { readonly format?: 'json' | ExportFormat };

export function addAnalyticsRoutes(app: FastifyInstance, deps: ControlDeps): void {
  for (const [name, operation] of queries) {
    addRoute<{ Querystring: Query }>(app, withFiles(operation), async ({ query }, reply) => {
      const { format = 'json', site, ...rest } = query;
      const parameters = {
        ...readRange(rest),
        ...(site !== undefined && { members: membersOf(deps, site) }),
      };
      if (format !== 'json') return sendFile(deps, reply, { name, parameters, format });
      return { rows: await askAnalytics(deps, name, parameters) };
    });
  }
  addSqlRoute(app, deps);
}

/** The connectors of a site, as the named query takes them: analytics knows nothing of sites. Throws `unknown_site`. */
function membersOf({ store }: Pick<ControlDeps, 'store'>, id: string): string[] {
  const site = store.sites.get(id);
  if (!site) throw apiError('unknown_site', { id });
  return site.members.map(({ connectorId, chargePointId }) => `${connectorId} ${chargePointId}`);
}

/** The same question, answered as a file as well. */
function withFiles(operation: Operation): Operation {
  const answer = operation.responses[200];
  return {
    ...operation,
    query: { ...operation.query, format: formatParameter },
    responses: {
      ...operation.responses,
      200: { description: '', ...answer, content: { ...answer?.content, ...fileContents } },
    },
  };
}
