import { expect, onTestFinished, test } from 'vitest';
import type { Config } from '../../src/config/schema.ts';
import type { ClusterStatus } from '../../src/link/cluster-status.ts';
import { clearSessionsOf } from '../../src/store/handover.ts';
import { API_KEY, type ControlUnderTest, startControl } from '../support/control-under-test.ts';
import { until } from '../support/until.ts';

const THERE = {
  release: '1.2.0',
  aheadMs: 2500,
  there: true,
  heardMsAgo: 400,
  lagSeconds: 0,
  trouble: null,
  refuses: null,
} as const;

const STATUS: ClusterStatus = {
  lagSeconds: 41.5,
  trouble: 'log farad-state-0: gap: it begins at 9',
  refuses: 'behind',
  nodes: [
    {
      ...THERE,
      node: 'c',
      there: false,
      heardMsAgo: 60_000,
      lagSeconds: 3,
      trouble: 'nats: is away',
      refuses: 'behind',
    },
    { ...THERE, node: 'a', lagSeconds: null, refuses: 'log_away' },
  ],
  streams: [
    {
      stream: 'farad-state-0',
      isSeen: true,
      position: 7,
      lagSeconds: 41.5,
      trouble: { since: Date.UTC(2026, 10, 29), reason: 'gap', cause: 'it begins at 9' },
    },
    { stream: 'farad-directory', isSeen: true, position: 0, lagSeconds: 0 },
  ],
};

async function start(change?: (config: Config) => Config): Promise<ControlUnderTest> {
  const control = await startControl(change);
  onTestFinished(() => control.close());
  return control;
}

/** Control of the node `b`. */
function startNode(): Promise<ControlUnderTest> {
  return start(({ cluster, ...config }) => ({
    ...config,
    cluster: { ...cluster, node: 'b', nats: { ...cluster.nats, servers: ['nats://127.0.0.1:1'] } },
  }));
}

async function connect({ store }: ControlUnderTest, edge: string, ids: readonly string[]): Promise<void> {
  for (const chargePointId of ids)
    await store.sessions.claim({ chargePointId, edge, connectedAt: Date.now(), remoteAddress: '127.0.0.1' });
}

test('a machine that works alone says so', async () => {
  const { status, body } = await (await start()).send('GET', '/api/v1/cluster');
  expect(status).toBe(200);
  expect(body).toEqual({ clustered: false, node: null, nodes: [], streams: [] });
});

test('the nodes of a cluster: who is there, what they hold, and how far the copy is', async () => {
  const control = await startNode();
  control.process('replica').serve('cluster.status', () => STATUS);
  await connect(control, 'a/edge-0', ['CP-1', 'CP-2']);
  await connect(control, 'a/edge-1', ['CP-3']);
  await connect(control, 'b/edge-0', ['CP-4']);
  // One that is away, and one that this node never heard.
  await connect(control, 'c/edge-0', ['CP-5']);
  await connect(control, 'd/edge-0', ['CP-6']);
  await until('it leads', () => control.store.leases.get('operations') !== undefined);
  const before = Date.now();
  const { status, body } = await control.send('GET', '/api/v1/cluster');
  expect(status).toBe(200);
  expect(body.nodes.map(({ lastHeardAt, ...node }: { lastHeardAt: string }) => node)).toEqual([
    {
      node: 'a',
      self: false,
      there: true,
      release: '1.2.0',
      clockAheadSeconds: 2.5,
      chargePoints: 3,
      lagSeconds: null,
      trouble: null,
      refuses: 'log_away',
      leads: false,
    },
    {
      node: 'b',
      self: true,
      there: true,
      release: '0.0.0',
      clockAheadSeconds: null,
      chargePoints: 1,
      lagSeconds: 41.5,
      trouble: 'log farad-state-0: gap: it begins at 9',
      refuses: 'behind',
      leads: true,
    },
    {
      node: 'c',
      self: false,
      there: false,
      release: '1.2.0',
      clockAheadSeconds: 2.5,
      chargePoints: 0,
      lagSeconds: null,
      trouble: null,
      refuses: null,
      leads: false,
    },
    {
      node: 'd',
      self: false,
      there: false,
      release: null,
      clockAheadSeconds: null,
      chargePoints: 0,
      lagSeconds: null,
      trouble: null,
      refuses: null,
      leads: false,
    },
  ]);
  const [a, b, c, d] = body.nodes.map(({ lastHeardAt }: { lastHeardAt: string | null }) => lastHeardAt);
  expect([b, d]).toEqual([null, null]);
  expect(Date.parse(a)).toBeGreaterThanOrEqual(before - 400);
  expect(Date.parse(a) - Date.parse(c)).toBe(60_000 - 400);
  expect(body.streams).toEqual([
    {
      name: 'farad-state-0',
      position: 7,
      lagSeconds: 41.5,
      trouble: { since: '2026-11-29T00:00:00.000Z', reason: 'gap', cause: 'it begins at 9' },
    },
    { name: 'farad-directory', position: 0, lagSeconds: 0, trouble: null },
  ]);
});

test('nothing is known while the replica is away; who sees a part of the charge points learns no counts', async () => {
  const control = await startNode();
  const away = await control.send('GET', '/api/v1/cluster');
  expect([away.status, away.body.error.code]).toEqual([503, 'process_unavailable']);
  control.process('replica').serve('cluster.status', () => STATUS);
  const made = await control.send('POST', '/api/v1/api-keys', {
    json: { id: 'north', role: 'viewer', scope: { groups: ['North'], sites: [] } },
  });
  expect(made.status).toBe(201);
  const headers = { authorization: `Bearer ${made.body.key}` };
  expect(headers.authorization).not.toContain(API_KEY);
  const { body } = await control.send('GET', '/api/v1/cluster', { headers });
  expect(body.nodes.map(({ chargePoints }: { chargePoints: unknown }) => chargePoints)).toEqual([
    null,
    null,
    null,
  ]);
});

test('a node that is away is forgotten: its sessions end, its lease is given back, and nobody shows it', async () => {
  const control = await startNode();
  const forgotten: string[] = [];
  const replica = control.process('replica');
  replica.serve('cluster.status', () => ({
    ...STATUS,
    nodes: STATUS.nodes.filter(({ node }) => !forgotten.includes(node)),
  }));
  replica.serve('cluster.forget', ({ node }) => {
    forgotten.push(node);
    return {};
  });
  control.process('edge-0').serve('edge.forgetNode', async ({ node }) => ({
    sessions: await clearSessionsOf(control.store.sessions, (edge) => edge.startsWith(`${node}/`)),
  }));
  await connect(control, 'a/edge-0', ['CP-1']);
  await connect(control, 'c/edge-0', ['CP-5', 'CP-6']);
  const { leases } = control.store;
  // Control may renew its own meanwhile.
  while ((await leases.take('operations', 'c/control 1', leases.get('operations'))) === undefined);
  const names = async () => {
    const { body } = await control.send('GET', '/api/v1/cluster');
    return body.nodes.map(({ node }: { node: string }) => node);
  };
  expect(await names()).toEqual(['a', 'b', 'c']);

  for (const node of ['a', 'b']) {
    const { status, body } = await control.send('DELETE', `/api/v1/cluster/nodes/${node}`);
    expect([status, body.error.code]).toEqual([409, 'node_there']);
  }
  const { status, body } = await control.send('DELETE', '/api/v1/cluster/nodes/c');
  expect([status, body]).toEqual([200, { node: 'c', sessions: 2 }]);
  expect(await names()).toEqual(['a', 'b']);
  expect(control.store.sessions.count()).toBe(1);
  expect(leases.get('operations')?.owner).not.toMatch(/^c/);
  const again = await control.send('DELETE', '/api/v1/cluster/nodes/c');
  expect([again.status, again.body.error.code]).toEqual([404, 'unknown_node']);
  const trail = await control.send('GET', '/api/v1/audit');
  expect(trail.body.items[0]).toMatchObject({ operation: 'forgetNode', target: expect.anything() });
});
