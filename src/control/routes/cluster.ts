import type { FastifyInstance } from 'fastify';
import { isClustered } from '../../config/cluster-check.ts';
import { ALONE_VIEWED, ClusterView, type ClusterViewed } from '../cluster-view.ts';
import type { ControlDeps } from '../deps.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { addRoute } from '../route.ts';

const example: ClusterViewed = {
  clustered: true,
  node: 'a',
  nodes: [
    {
      node: 'a',
      self: true,
      there: true,
      release: '0.1.0',
      clockAheadSeconds: null,
      lastHeardAt: null,
      chargePoints: 5012,
      lagSeconds: 0,
      trouble: null,
    },
    {
      node: 'b',
      self: false,
      there: true,
      release: '0.1.0',
      clockAheadSeconds: 0.002,
      lastHeardAt: '2026-11-29T08:00:00.000Z',
      chargePoints: 4988,
      lagSeconds: 41.2,
      trouble: 'log farad-state-0: farad-state-0 cannot be read now: timeout',
    },
  ],
  streams: [
    { name: 'farad-state-0', position: 81_214, lagSeconds: 0, trouble: null },
    { name: 'farad-directory', position: 402, lagSeconds: 0, trouble: null },
  ],
};

const operation: Operation = {
  id: 'getCluster',
  method: 'GET',
  path: '/api/v1/cluster',
  tag: 'Operations',
  scope: 'narrowed',
  summary: 'The nodes of the cluster, and how they are',
  description:
    'As the node knows it that answers. A machine that works alone says so. A node is shown for a day after it was heard last, and for as long as ' +
    'charge points have a session there. Charge points are counted once a second at most.',
  responses: {
    200: json('The nodes, and the copy of the log on the one that answers.', ref('Cluster'), example),
  },
  errors: ['process_unavailable'],
};

export function addClusterRoute(
  app: FastifyInstance,
  { link, store, config }: ControlDeps,
  version: string,
): void {
  const { node } = config.cluster;
  const view = isClustered(config)
    ? new ClusterView({ link, sessions: store.sessions, node, release: version })
    : undefined;
  addRoute(app, operation, async ({ sight }) => {
    const viewed = (await view?.read()) ?? ALONE_VIEWED;
    if (!sight.scope) return viewed;
    // What is counted of the whole fleet is not told to those who see a part of it.
    return { ...viewed, nodes: viewed.nodes.map((one) => ({ ...one, chargePoints: null })) };
  });
}
