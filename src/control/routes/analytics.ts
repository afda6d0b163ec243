import type { FastifyInstance } from 'fastify';
import type { ExportFormat } from '../../link/methods.ts';
import { writeTimestamp } from '../../protocol/timestamp.ts';
import type { Sight } from '../../store/sight.ts';
import { sendFile } from '../analytics-export.ts';
import { askAnalytics, askPage, type RowsQuery, readRange } from '../analytics-query.ts';
import type { ControlDeps } from '../deps.ts';
import { json, ref, type Schema } from '../openapi/operation.ts';
import { transactionState } from '../openapi/shapes.ts';
import { addRoute } from '../route.ts';
import { scopeParameters } from '../scopes.ts';
import { memberText, siteOf } from '../site-members.ts';
import { readInstant } from '../validation.ts';
import { operationOf, pagesOf, type Question, range } from './analytics-question.ts';
import { addSqlRoutes } from './analytics-sql.ts';
import { addEnergyRoute } from './energy.ts';
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
    name: 'meter-samples',
    id: 'queryMeterSamples',
    summary: 'Meter samples of a charge point',
    description:
      'By their time; a sample that the charge point repeated appears once. Without `from` they are those of the last hour, or of the hour before `to`.',
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
      ...pagesOf(50_000, 1000),
    },
    requiredQuery: ['chargePointId'],
    isLastHour: true,
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
      ...pagesOf(1000, 100),
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
    scope: 'refused',
    answer: json('The tables.', ref('StorageRows')),
  },
];

type Query = RowsQuery & {
  readonly site?: string;
  readonly format?: 'json' | ExportFormat;
};

const HOUR_MS = 3_600_000;

export function addAnalyticsRoutes(app: FastifyInstance, deps: ControlDeps): void {
  for (const question of [...questions, ...fleetQuestions]) {
    const { name, query: known = {}, isLastHour = false } = question;
    addRoute<{ Querystring: Query }>(app, operationOf(question), async ({ query, sight }, reply) => {
      const { format = 'json', site, ...given } = query;
      const asked = {
        ...given,
        ...scopeParameters(sight),
        ...(isLastHour && given.from === undefined && { from: hourBefore(given.to) }),
        ...(site !== undefined && ofSite(deps, sight, site)),
      };
      if (format !== 'json') {
        const { cursor: _, ...all } = asked;
        return sendFile(deps, reply, { name, parameters: readRange(all), format });
      }
      return 'cursor' in known ? askPage(deps, name, asked) : askAnalytics(deps, name, readRange(asked));
    });
  }
  addEnergyRoute(app, deps);
  addSqlRoutes(app, deps);
}

/** An hour before a time (RFC 3339), or before now. */
function hourBefore(to: string | undefined): string {
  const end = to === undefined ? undefined : readInstant(to);
  return writeTimestamp((end ?? Date.now()) - HOUR_MS);
}

/**
 * The connectors of a site, as the named query takes them: analytics knows nothing of sites. Throws
 * `unknown_site`.
 */
function ofSite({ store }: Pick<ControlDeps, 'store'>, sight: Sight, id: string) {
  const site = siteOf(store, sight, id);
  return {
    members: site.members.map(memberText),
    phases: site.members.map(({ phases }) => phases.join(' ')),
    voltage: Math.round(site.voltage),
  };
}
