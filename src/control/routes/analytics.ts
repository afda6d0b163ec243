import type { FastifyInstance } from 'fastify';
import type { ExportFormat } from '../../link/methods.ts';
import { sendFile } from '../analytics-export.ts';
import { askAnalytics, readRange } from '../analytics-query.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import { json, ref, type Schema } from '../openapi/operation.ts';
import { transactionState } from '../openapi/shapes.ts';
import { addRoute } from '../route.ts';
import { limitTo, offsetTo, operationOf, type Question, range, timezone } from './analytics-question.ts';
import { addSqlRoute } from './analytics-sql.ts';
import { fleetQuestions } from './fleet-analytics.ts';

const totalsQuery: Readonly<Record<string, Schema>> = {
  prefix: { type: 'string', description: 'Only charge points whose identity begins with this.' },
  ...range,
  final: {
    type: 'boolean',
    default: false,
    description: 'Counts each row once even where it was sent again; slower.',
  },
};

/** Questions about charge points, their samples and their transactions. */
const questions: readonly Question[] = [
  {
    name: 'energy',
    id: 'queryEnergy',
    summary: 'Energy by hour or day, or who used how much',
    description:
      'Active energy imported per interval, from the registers that charge points report. What no connector delivered does not count: bad readings and transactions whose ' +
      'energy nothing determines are left out, and told. By tag, and for one tag, only transactions count. For one charge point or tag the answer has everything that has arrived; for ' +
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
        enum: ['connector', 'chargePoint', 'tag', 'total'],
        default: 'connector',
        description: 'What each row is about.',
      },
      chargePointId: { type: 'string', description: 'Only this charge point.' },
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
    }),
  },
  {
    name: 'meter-samples',
    id: 'queryMeterSamples',
    summary: 'Meter samples of a charge point',
    description: 'By their time; a sample that the charge point repeated appears once.',
    query: {
      chargePointId: { type: 'string', description: 'Which charge point.' },
      ...range,
      measurand: {
        type: 'string',
        maxLength: 50,
        description: 'Only this one, for example Power.Active.Import.',
      },
      order: {
        type: 'string',
        enum: ['asc', 'desc'],
        default: 'asc',
        description: 'Oldest or newest first.',
      },
      limit: limitTo(50_000, 1000),
      offset: offsetTo(1_000_000),
    },
    requiredQuery: ['chargePointId'],
    answer: json('The samples.', ref('MeterSampleRows')),
  },
  {
    name: 'transactions',
    id: 'queryTransactions',
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
      ...range,
      limit: limitTo(1000, 100),
      offset: offsetTo(1_000_000),
    },
    answer: json('The transactions.', ref('TransactionHistoryRows')),
  },
  {
    name: 'meter-sample-totals',
    id: 'queryMeterSampleTotals',
    summary: 'Totals of the meter samples per charge point',
    description: 'To compare what charge points were confirmed with what ClickHouse holds.',
    query: totalsQuery,
    answer: json('The totals.', ref('MeterSampleTotalsRows')),
  },
  {
    name: 'transaction-totals',
    id: 'queryTransactionTotals',
    summary: 'Totals of the transactions per charge point',
    description: 'To compare what charge points were confirmed with what ClickHouse holds.',
    query: totalsQuery,
    answer: json('The totals.', ref('TransactionTotalsRows')),
  },
  {
    name: 'storage',
    id: 'queryStorage',
    summary: 'How much ClickHouse holds',
    answer: json('The tables.', ref('StorageRows')),
  },
];

type Query = Record<string, string> & { readonly format?: 'json' | ExportFormat };

export function addAnalyticsRoutes(app: FastifyInstance, deps: ControlDeps): void {
  for (const question of [...questions, ...fleetQuestions]) {
    const { name } = question;
    addRoute<{ Querystring: Query }>(app, operationOf(question), async ({ query }, reply) => {
      const { format = 'json', site, ...rest } = query;
      const parameters = {
        ...readRange(rest),
        ...(site !== undefined && { members: membersOf(deps, site) }),
      };
      if (format !== 'json') return sendFile(deps, reply, { name, parameters, format });
      return askAnalytics(deps, name, parameters);
    });
  }
  addSqlRoute(app, deps);
}

/**
 * The connectors of a site, as the named query takes them: analytics knows nothing of sites. Throws
 * `unknown_site`.
 */
function membersOf({ store }: Pick<ControlDeps, 'store'>, id: string): string[] {
  const site = store.sites.get(id);
  if (!site) throw apiError('unknown_site', { id });
  return site.members.map(({ connectorId, chargePointId }) => `${connectorId} ${chargePointId}`);
}
