import type { FastifyInstance } from 'fastify';
import { LinkError } from '../../link/link-error.ts';
import type { SqlAnswer } from '../../link/methods.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { addRoute } from '../route.ts';

const describe: Operation = {
  id: 'getAnalyticsSchema',
  method: 'GET',
  path: '/api/v1/analytics/schema',
  tag: 'Analytics',
  scope: 'refused',
  role: 'admin',
  summary: 'Get the tables that may be asked in SQL',
  description: 'With their columns, types, and what each holds.',
  responses: { 200: json('The tables.', ref('AnalyticsSchema')) },
  errors: ['time_limit', 'engine_unavailable', 'busy'],
};

const operation: Operation = {
  id: 'querySql',
  method: 'POST',
  path: '/api/v1/analytics/sql',
  tag: 'Analytics',
  scope: 'refused',
  role: 'admin',
  summary: 'Ask in SQL',
  description:
    "One SELECT over Farad's own tables in ClickHouse's SQL, with functions that only compute: no files, no other hosts, no system tables, " +
    'no settings. `DESCRIBE table` is answered, too. Bounded by `clickhouse.queryTimeout`, half of `clickhouse.memory`, and 32 MiB of answer. A statement that is refused is answered ' +
    'with `bad_parameter`, which says why.',
  body: {
    required: true,
    checked: true,
    content: {
      'application/json': {
        schema: ref('SqlQuestion'),
        examples: { count: { sql: 'SELECT count() FROM transactions FINAL', limit: 100 } },
      },
    },
  },
  responses: { 200: json('The rows.', ref('SqlAnswer')) },
  errors: ['bad_parameter', 'time_limit', 'engine_unavailable', 'busy'],
};

/** Beyond the time limit of a statement and of one before it, ms. */
const MARGIN_MS = 5000;

interface Body {
  readonly sql: string;
  readonly limit?: number;
}

export function addSqlRoutes(app: FastifyInstance, { link, config }: ControlDeps): void {
  const deadlineMs = 2 * config.clickhouse.queryTimeout + MARGIN_MS;

  addRoute<{ Body: Body }>(app, operation, async ({ body: { sql, limit = 1000 } }) => {
    const answer = await link
      .call('analytics', 'analytics.sql', { sql, limit }, { deadlineMs })
      .catch(refuseUnanswered);
    if (answer.ok) return { columns: answer.columns, rows: answer.rows, truncated: answer.truncated };
    throw refusalOf(answer);
  });

  addRoute(app, describe, async () => {
    const answer = await link
      .call('analytics', 'analytics.schema', {}, { deadlineMs })
      .catch(refuseUnanswered);
    if (answer.ok) return { tables: answer.tables };
    throw refusalOf(answer);
  });
}

function refuseUnanswered(error: unknown): never {
  if (!(error instanceof LinkError) || error.code === 'failed') throw error;
  if (error.code === 'timeout') throw apiError('time_limit', { reason: 'no answer in time' });
  if (error.code === 'busy') throw apiError('busy', { what: 'calls between processes' });
  throw apiError('engine_unavailable', { reason: 'the analytics process is starting again' });
}

function refusalOf({ code, message }: Extract<SqlAnswer, { ok: false }>): Error {
  if (code !== 'bad_statement') return apiError(code, { reason: message });
  return apiError('bad_parameter', { reason: `in the statement, ${message}` }, { parameter: 'sql' });
}
