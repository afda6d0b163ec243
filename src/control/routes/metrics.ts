import type { FastifyInstance } from 'fastify';
import { type MetricFamily, metrics } from '../../telemetry/metrics.ts';
import { PROMETHEUS_CONTENT_TYPE, renderPrometheus } from '../../telemetry/prometheus.ts';
import type { ControlDeps } from '../deps.ts';
import type { Operation } from '../openapi/operation.ts';
import { askPeers } from '../peers.ts';
import { addRoute } from '../route.ts';

/** Longest wait for the metrics of a process, ms: less than any scraper waits. */
const DEADLINE_MS = 3000;

const operation: Operation = {
  id: 'readMetrics',
  method: 'GET',
  path: '/metrics',
  tag: 'Operations',
  scope: 'same',
  summary: 'Metrics of all processes',
  description:
    "In Prometheus' text format; the label `process` names the process. A process that does not answer is left out, and `farad_process_up` says so.",
  responses: {
    200: { description: 'The metrics.', content: { 'text/plain': { schema: { type: 'string' } } } },
  },
  open: true,
};

export function addMetricsRoute(app: FastifyInstance, { link, config }: ControlDeps): void {
  addRoute(app, operation, async (_request, reply) => {
    const answers = await askPeers(link, config, 'metrics.read', {}, DEADLINE_MS);
    const read = [...answers.values()].filter((families) => families !== undefined);
    const page = renderPrometheus([metrics.collect(), ...read, presence([...answers])]);
    return reply.type(PROMETHEUS_CONTENT_TYPE).send(page);
  });
}

/** Which processes answered, as metrics of theirs. */
function presence(answers: readonly (readonly [string, unknown])[]): MetricFamily[] {
  return answers.map(([process, answer]) => ({
    type: 'gauge',
    name: 'farad_process_up',
    help: 'Whether the process answered when its metrics were asked for.',
    process,
    samples: [{ labels: {}, value: answer === undefined ? 0 : 1 }],
  }));
}
