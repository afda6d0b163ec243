import { expect, test } from 'vitest';
import { isClustered, natsServers } from '../../../src/config/cluster-check.ts';
import { loadConfig } from '../../../src/config/load-config.ts';

const NODE = {
  'cluster-nats-servers': 'nats://127.0.0.1:4222',
  'cluster-node': 'a',
  'clickhouse-url': 'http://127.0.0.1:8123',
};
const load = (flags: Record<string, string>) => loadConfig({ flags });

test('without NATS servers a machine is alone, whatever else is set', () => {
  const config = load({ 'cluster-replicas': '1', 'cluster-nats-credentials': 'user:secret' });
  expect(isClustered(config)).toBe(false);
});

test('a node names its servers, itself and the ClickHouse that all share', () => {
  const config = load({ ...NODE, 'cluster-nats-servers': 'tls://nats-1:4222,tls://[2001:db8::1]:4223' });
  expect(isClustered(config)).toBe(true);
  expect(natsServers(config.cluster.nats.servers)).toEqual([
    { secure: true, host: 'nats-1', port: 4222 },
    { secure: true, host: '2001:db8::1', port: 4223 },
  ]);
});

test.each([
  [{ 'cluster-nats-servers': 'nats://10.0.0.7:4222' }, 'cluster.nats.servers must be tls:// for 10.0.0.7'],
  [{ 'cluster-nats-servers': 'nats-1:4222' }, 'cluster.nats.servers must be tls://HOST:PORT'],
  [{ 'cluster-nats-servers': 'tls://nats-1:0' }, 'cluster.nats.servers must be tls://HOST:PORT'],
  [
    { 'cluster-nats-servers': 'tls://nats-1:1,nats://127.0.0.1:2' },
    'cluster.nats.servers must be either all tls:// or all nats://',
  ],
  [{ 'cluster-node': '' }, 'cluster.node must be set'],
  [{ 'cluster-node': 'Node 1' }, 'cluster.node must be a name'],
  [{ 'cluster-node': 'a/b' }, 'cluster.node must be a name'],
  [{ 'cluster-name': '' }, 'cluster.name must be a name'],
  [{ 'cluster-replicas': '1' }, 'cluster.replicas must be at least 2'],
  [{ 'cluster-nats-tls-cert': '/etc/farad/node.pem' }, 'cluster.nats.tls.key and cluster.nats.tls.cert'],
  [{ 'clickhouse-url': '' }, 'clickhouse.url must be set'],
] as const)('%j stops the start: %s', (flags, problem) => {
  expect(() => load({ ...NODE, ...flags })).toThrow(problem);
});

const SEED = `SU${'A2'.repeat(28)}`;

test.each([
  { 'cluster-nats-credentials': 'farad:hunter2' },
  { 'cluster-nats-credentials': SEED },
  { 'cluster-nats-servers': 'tls://farad:hunter2@nats-1:4222' },
])('credentials come from a file only, and are not repeated: %j', (flags) => {
  const attempt = () => load({ ...NODE, ...flags });
  expect(attempt).toThrow(/^cluster\.nats\./);
  expect(attempt).not.toThrow(/hunter2|A2A2/);
});

test('one replica is for tests', () => {
  expect(load({ ...NODE, 'cluster-replicas': '1', 'cluster-nats-insecure': 'true' }).cluster.replicas).toBe(
    1,
  );
});
