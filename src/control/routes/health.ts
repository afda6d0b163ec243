import type { FastifyInstance } from 'fastify';
import { healthOf } from '../../link/health.ts';
import type { Degradation, Health } from '../../link/methods.ts';
import { watchman } from '../../telemetry/watchman.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { PeerHealth } from '../peer-health.ts';
import { addRoute } from '../route.ts';

const alive: Operation = {
  id: 'isAlive',
  method: 'GET',
  path: '/healthz',
  tag: 'Operations',
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

/** Charge points do without them: whatever is wrong there, Farad is ready. */
const SPARED: readonly string[] = ['analytics', 'replica'];

const AWAY: Health = { ready: false, problems: ['does not answer'] };

/** `ownDegraded`: what is wrong in this process and harms no charge point. */
export function addHealthRoutes(
  app: FastifyInstance,
  { link, config }: ControlDeps,
  ownDegraded: () => readonly Degradation[],
): void {
  const peers = new PeerHealth(link, config);
  /** When one of `SPARED` was first found not to be well, epoch ms. */
  const unwellSince = new Map<string, number>();

  addRoute(app, alive, (_request, reply) => reply.type('text/plain; charset=utf-8').send('ok\n'));

  addRoute(app, ready, async () => {
    const healths = new Map<string, Health>();
    for (const [name, health] of await peers.read()) healths.set(name, health ?? AWAY);
    healths.set(link.name, healthOf({ degraded: ownDegraded() }, watchman.standing()));
    for (const name of SPARED) {
      const isUnwell = healths.get(name)?.ready === false;
      if (!isUnwell) unwellSince.delete(name);
      else if (!unwellSince.has(name)) unwellSince.set(name, Date.now());
    }

    const view = { degraded: degradedOf(healths, unwellSince), processes: processesOf(healths) };
    const failing = [...healths].filter(([name, health]) => !health.ready && !SPARED.includes(name));
    if (failing.length === 0) return { ready: true, ...view };
    const problems = failing.map(([name, health]) => `${name}: ${health.problems.join(', ') || 'not ready'}`);
    throw apiError('not_ready', { problems: problems.join('; ') }, view);
  });
}

function degradedOf(healths: ReadonlyMap<string, Health>, unwellSince: ReadonlyMap<string, number>) {
  return [...healths].flatMap(([process, { degraded = [], problems }]) => {
    const since = unwellSince.get(process);
    const whole = since === undefined ? [] : [{ name: 'process', since, cause: problems.join(', ') }];
    return [...whole, ...degraded].map(({ name, since, cause }) => ({
      process,
      name,
      since: new Date(since).toISOString(),
      cause,
    }));
  });
}

function processesOf(healths: ReadonlyMap<string, Health>) {
  return Object.fromEntries([...healths].map(([name, { ready, problems }]) => [name, { ready, problems }]));
}
