import type { FastifyInstance } from 'fastify';
import { askAnalytics } from '../analytics-query.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError, type ErrorCode } from '../errors.ts';
import { json, type Operation, ref, type Schema } from '../openapi/operation.ts';
import { addRoute } from '../route.ts';
import { readInstant } from '../validation.ts';

const tag = 'Analytics';
const errors: readonly ErrorCode[] = ['bad_parameter', 'time_limit', 'engine_unavailable', 'busy'];

const from: Schema = { type: 'string', format: 'date-time', description: 'At this time or later.' };
const to: Schema = { type: 'string', format: 'date-time', description: 'Before this time.' };

const energy: Operation = {
  id: 'queryEnergy',
  method: 'GET',
  path: '/api/v1/analytics/energy',
  tag,
  summary: 'Energy by hour or day',
  description: 'Active energy imported (Wh) per interval, from the registers that charge points report.',
  query: {
    interval: {
      type: 'string',
      enum: ['hour', 'day'],
      default: 'hour',
      description: 'Length of the intervals.',
    },
    from,
    to,
    chargePointId: { type: 'string', description: 'Only this charge point.' },
    idTag: { type: 'string', maxLength: 20, description: 'Only transactions that this idTag started.' },
    timezone: {
      type: 'string',
      default: 'UTC',
      description: 'IANA name of the time zone in which hours and days begin, for example Europe/Berlin.',
    },
  },
  requiredQuery: ['from', 'to'],
  responses: {
    200: json('One row per interval, charge point and connector.', ref('Rows'), { rows: [] }),
  },
  errors,
};

const samples: Operation = {
  id: 'queryMeterSamples',
  method: 'GET',
  path: '/api/v1/analytics/meter-samples',
  tag,
  summary: 'Meter samples of a charge point',
  description: 'In the order of their time.',
  query: {
    chargePointId: { type: 'string', description: 'Which charge point.' },
    from,
    to,
    measurand: {
      type: 'string',
      maxLength: 50,
      description: 'Only this one, for example Power.Active.Import.',
    },
    limit: {
      type: 'integer',
      minimum: 1,
      maximum: 50_000,
      default: 1000,
      description: 'Most rows of the answer.',
    },
  },
  requiredQuery: ['chargePointId'],
  responses: { 200: json('One row per sample.', ref('Rows'), { rows: [] }) },
  errors,
};

const totalsQuery: Readonly<Record<string, Schema>> = {
  prefix: { type: 'string', description: 'Only charge points whose identity begins with this.' },
  from,
  to,
  final: {
    type: 'boolean',
    default: false,
    description: 'Counts each sample once even where a charge point sent it again; slower.',
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
  responses: { 200: json('One row per charge point.', ref('Rows'), { rows: [] }) },
  errors,
};

const transactionTotals: Operation = {
  id: 'queryTransactionTotals',
  method: 'GET',
  path: '/api/v1/analytics/transaction-totals',
  tag,
  summary: 'Totals of the transactions per charge point',
  query: totalsQuery,
  responses: { 200: json('One row per charge point.', ref('Rows'), { rows: [] }) },
  errors,
};

interface RangeQuery {
  readonly from?: string;
  readonly to?: string;
  readonly timezone?: string;
}

export function addAnalyticsRoutes(app: FastifyInstance, deps: ControlDeps): void {
  for (const [name, operation] of [
    ['energy', energy],
    ['meter-samples', samples],
    ['meter-sample-totals', sampleTotals],
    ['transaction-totals', transactionTotals],
  ] as const) {
    addRoute<{ Querystring: RangeQuery }>(app, operation, async ({ query }) => ({
      rows: await askAnalytics(deps, name, readRange(query)),
    }));
  }
}

/** The parameters of a query as analytics takes them: times in epoch ms. */
export function readRange({ from: start, to: end, ...rest }: RangeQuery): Record<string, unknown> {
  const { timezone } = rest;
  if (timezone !== undefined && !isTimeZone(timezone)) {
    const problem = 'must be an IANA time zone, for example Europe/Berlin';
    throw apiError('invalid_parameter', { name: 'timezone', problem }, { parameter: 'timezone' });
  }
  return {
    ...rest,
    ...(start !== undefined && { from: readInstant(start) }),
    ...(end !== undefined && { to: readInstant(end) }),
  };
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
