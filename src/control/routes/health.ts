import type { FastifyInstance } from 'fastify';
import { apiError } from '../errors.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import type { Readiness } from '../readiness.ts';
import { addRoute } from '../route.ts';

const alive: Operation = {
  id: 'isAlive',
  method: 'GET',
  path: '/healthz',
  tag: 'Operations',
  scope: 'same',
  summary: 'Whether the API is alive',
  responses: { 200: { description: 'It is.', content: { 'text/plain': { schema: { type: 'string' } } } } },
  open: true,
};

const well = { ready: true, problems: [] };

const ready: Operation = {
  id: 'isReady',
  method: 'GET',
  path: '/readyz',
  tag: 'Operations',
  scope: 'same',
  summary: 'Whether Farad does all that charge points need',
  description:
    'It fails, and names the cause, where edges, the frame workers, the store or the journal cannot work or stand still. What charge points do without (the way into ClickHouse, campaigns, queries) never makes it fail: it is listed under `degraded`.',
  responses: {
    200: json('It does.', ref('Readiness'), {
      ready: true,
      degraded: [
        {
          process: 'analytics',
          name: 'journal-edge-0',
          since: '2026-11-29T08:00:00.000Z',
          cause: 'connect ECONNREFUSED 10.0.0.7:8123',
        },
      ],
      processes: { supervisor: well, 'edge-0': well, control: well, analytics: well },
    }),
  },
  errors: ['not_ready'],
  open: true,
};

export function addHealthRoutes(app: FastifyInstance, readiness: Readiness): void {
  addRoute(app, alive, (_request, reply) => reply.type('text/plain; charset=utf-8').send('ok\n'));

  addRoute(app, ready, async () => {
    const { degraded, processes, failing } = await readiness.read();
    const view = {
      degraded: degraded.map(({ process, name, since, cause }) => ({
        process,
        name,
        since: new Date(since).toISOString(),
        cause,
      })),
      processes: Object.fromEntries(
        [...processes].map(([name, { ready, problems }]) => [name, { ready, problems }]),
      ),
    };
    if (failing.length === 0) return { ready: true, ...view };
    const problems = failing.map(([name, health]) => `${name}: ${health.problems.join(', ') || 'not ready'}`);
    throw apiError('not_ready', { problems: problems.join('; ') }, view);
  });
}
