import type { FastifyInstance } from 'fastify';
import { isClustered } from '../../config/cluster-check.ts';
import { LinkError } from '../../link/link-error.ts';
import { readProcessName } from '../../link/process-name.ts';
import type { LeaseName } from '../../store/tables.ts';
import { ALONE_VIEWED, ClusterView, type ClusterViewed } from '../cluster-view.ts';
import type { ControlDeps } from '../deps.ts';
import { apiError } from '../errors.ts';
import { json, type Operation, ref } from '../openapi/operation.ts';
import { object } from '../openapi/shapes.ts';
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
      refuses: null,
      leads: true,
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
      refuses: 'behind',
      leads: false,
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

const forget: Operation = {
  id: 'forgetNode',
  method: 'DELETE',
  path: '/api/v1/cluster/nodes/{node}',
  tag: 'Operations',
  scope: 'refused',
  role: 'admin',
  summary: 'Forget a node that is lost or retired',
  description:
    'Ends the sessions that it held, and no node shows it any more. What it has confirmed is in the log and stays. It may come back: then it is a node as ' +
    'before. Repeat the request if it fails on the way.',
  params: { node: { type: 'string', description: 'Its name (`cluster.node`).' } },
  responses: {
    200: json(
      'It is forgotten.',
      object('The end of a node.', {
        node: { type: 'string' },
        sessions: { type: 'integer', description: 'How many sessions ended.' },
      }),
    ),
  },
  errors: ['unknown_node', 'node_there', 'process_unavailable'],
};

const LEASE: LeaseName = 'operations';

/** How long the sessions of a node may take to end, ms. */
const FORGET_DEADLINE_MS = 120_000;

export function addClusterRoutes(
  app: FastifyInstance,
  { link, store, config }: ControlDeps,
  version: string,
): void {
  const { node } = config.cluster;
  const view = isClustered(config)
    ? new ClusterView({ link, sessions: store.sessions, leases: store.leases, node, release: version })
    : undefined;
  addRoute<{ Params: { node: string } }>(app, forget, async ({ params: { node: gone } }) => {
    if (!view) throw apiError('unknown_node', { node: gone });
    await view.refuseUnlessAway(gone);
    const { leases } = store;
    const lease = leases.get(LEASE);
    if (lease && readProcessName(lease.owner)?.node === gone) await leases.release(LEASE, lease);
    const answer = await link
      .call('edge-0', 'edge.forgetNode', { node: gone }, { deadlineMs: FORGET_DEADLINE_MS })
      .catch(unreachable('edge-0'));
    await link.call('replica', 'cluster.forget', { node: gone }).catch(unreachable('replica'));
    view.countAnew();
    return { node: gone, ...answer };
  });
  addRoute(app, operation, async ({ sight }) => {
    const viewed = (await view?.read()) ?? ALONE_VIEWED;
    if (!sight.scope) return viewed;
    // What is counted of the whole fleet is not told to those who see a part of it.
    return { ...viewed, nodes: viewed.nodes.map((one) => ({ ...one, chargePoints: null })) };
  });
}

function unreachable(process: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof LinkError) || error.code === 'failed') throw error;
    throw apiError('process_unavailable', { process });
  };
}
