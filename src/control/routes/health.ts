import type { FastifyInstance } from 'fastify';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { AWAY, askPeers } from '../peers.ts';
import { addRoute } from '../route.ts';

/** Longest wait for the health of a process, ms: probes give up soon. */
const DEADLINE_MS = 2000;

const alive: Operation = {
  id: 'isAlive',
  method: 'GET',
  path: '/healthz',
  tag: 'Operations',
  summary: 'Whether the API is alive',
  responses: { 200: { description: 'It is.', content: { 'text/plain': { schema: { type: 'string' } } } } },
  open: true,
};

const ready: Operation = {
  id: 'isReady',
  method: 'GET',
  path: '/readyz',
  tag: 'Operations',
  summary: 'Whether every process can do its work',
  responses: {
    200: json('All of them can.', ref('Readiness'), {
      ready: true,
      processes: { 'edge-0': { ready: true, problems: [] }, analytics: { ready: true, problems: [] } },
    }),
  },
  errors: ['not_ready'],
  open: true,
};

export function addHealthRoutes(app: FastifyInstance, { link, config }: ControlDeps): void {
  addRoute(app, alive, (_request, reply) => reply.type('text/plain; charset=utf-8').send('ok\n'));

  addRoute(app, ready, async () => {
    const answers = await askPeers(link, config, 'health.read', {}, DEADLINE_MS);
    const processes = Object.fromEntries([...answers].map(([name, health]) => [name, health ?? AWAY]));
    const problems = Object.entries(processes)
      .filter(([, health]) => !health.ready)
      .map(([name, health]) => `${name}: ${health.problems.join(', ') || 'not ready'}`);
    if (problems.length === 0) return { ready: true, processes };
    throw apiError('not_ready', { problems: problems.join('; ') }, { processes });
  });
}
