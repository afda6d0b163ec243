import { jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectToNats } from '../../src/cluster/connection.ts';
import { type LogIdentity, openLog } from '../../src/cluster/log-identity.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { Config } from '../../src/config/schema.ts';
import { hasNats, type NatsServer, startNats } from '../support/nats-server.ts';

type Cluster = Config['cluster'];

function settings(servers: readonly NatsServer[], flags: Record<string, string> = {}): Cluster {
  const { cluster } = loadConfig({
    flags: {
      'cluster-nats-servers': servers.map(({ url }) => url).join(','),
      'cluster-node': 'a',
      'clickhouse-url': 'http://127.0.0.1:1',
      'cluster-replicas': '1',
      'cluster-nats-insecure': 'true',
      'cluster-state-shards': '2',
      'cluster-rows-partitions': '1',
      'cluster-log-max-bytes': '16MiB',
      'cluster-rows-max-bytes': '16MiB',
      ...flags,
    },
  });
  return cluster;
}

async function connected(cluster: Cluster): Promise<NatsConnection> {
  const connection = await connectToNats(cluster, 'replica');
  onTestFinished(() => connection.close());
  return connection;
}

async function open(cluster: Cluster, known?: string, pepper = 'cafe'): Promise<LogIdentity> {
  return openLog(await connected(cluster), { cluster, pepper, known });
}

describe.runIf(hasNats)('the log that the NATS servers hold', () => {
  test('the first node makes the streams, the next ones find them, also where they come at once', async () => {
    const server = await startNats();
    const [first, ...others] = await Promise.all([1, 2, 3].map(() => open(settings([server]))));
    for (const other of others) expect(other).toEqual(first);
    expect(await open(settings([server]), first?.identity)).toEqual(first);

    const manager = await jetstreamManager(await connected(settings([server])));
    const streams = await manager.streams.list().next();
    const of = (name: string) => streams.find(({ config }) => config.name === name)?.config;
    expect(streams.map(({ config }) => config.name).sort()).toEqual([
      'KV_farad-meta',
      'farad-directory',
      'farad-rows-0',
      'farad-state-0',
      'farad-state-1',
    ]);
    expect(of('farad-state-1')).toMatchObject({
      subjects: ['farad.state.1.*'],
      storage: 'file',
      discard: 'old',
      max_age: 3 * 86_400e9,
      deny_delete: true,
      deny_purge: true,
      allow_direct: false,
      metadata: { 'farad.identity': first?.identity },
    });
    // A full stream of rows refuses instead of dropping what was confirmed.
    expect(of('farad-rows-0')).toMatchObject({ discard: 'new', max_bytes: 16 * 1024 * 1024 });
  });

  test('a stream with another configuration stops the start with one line', async () => {
    const server = await startNats();
    await open(settings([server]));
    const refused = (flags: Record<string, string>) => open(settings([server], flags));
    await expect(refused({ 'cluster-log-keep': '1d' })).rejects.toThrow(
      /^cluster\.log\.keep: the stream farad-state-0 has max_age 259200000000000, not 86400000000000$/,
    );
    await expect(refused({ 'cluster-rows-max-bytes': '32MiB' })).rejects.toThrow(
      /^cluster\.rows\.maxBytes: the stream farad-rows-0/,
    );
    await expect(refused({ 'cluster-state-shards': '3' })).rejects.toThrow(
      /^cluster\.state\.shards: the log has 2, not 3/,
    );
    await expect(refused({ 'cluster-rows-partitions': '2' })).rejects.toThrow(/^cluster\.rows\.partitions/);
    await expect(refused({ 'cluster-name': 'other' })).rejects.toThrow(
      'cluster.name: the NATS servers hold the log of farad, not of other',
    );
  });

  test('a node takes part only in its own log, and with the pepper of all', async () => {
    const [ours, theirs, empty] = [await startNats(), await startNats(), await startNats()];
    const { identity } = await open(settings([ours]));
    await open(settings([theirs]));
    await expect(open(settings([theirs]), identity)).rejects.toThrow(
      /^cluster\.nats\.servers: they hold the log/,
    );
    await expect(open(settings([empty]), identity)).rejects.toThrow(
      /^cluster\.nats\.servers: they hold no log/,
    );
    await expect(open(settings([ours]), identity, 'beef')).rejects.toThrow(
      /^cluster: the file pepper in the data directory differs/,
    );
  });

  test('a stream that was lost is not made again as if nothing had been in it', async () => {
    const server = await startNats();
    const { identity } = await open(settings([server]));
    const manager = await jetstreamManager(await connected(settings([server])));
    await manager.streams.delete('farad-directory');
    await expect(open(settings([server]), identity)).rejects.toThrow(
      'cluster: the NATS servers have lost the stream farad-directory',
    );
    expect((await manager.streams.list().next()).map(({ config }) => config.name)).not.toContain(
      'farad-directory',
    );
  });

  test('a log of a newer format is left alone', async () => {
    const server = await startNats();
    const log = await open(settings([server]));
    const bucket = await new Kvm(await connect({ servers: server.url }).then(closed)).open('farad-meta');
    await bucket.put('log', JSON.stringify({ ...log, format: 99 }));
    await expect(open(settings([server]))).rejects.toThrow(/^cluster: the log is written in format 99/);
  });

  test('one server cannot keep three copies', async () => {
    const server = await startNats();
    await expect(open(settings([server], { 'cluster-replicas': '3' }))).rejects.toThrow(
      /^cluster\.replicas: there are fewer NATS servers with JetStream than 3/,
    );
  });
});

function closed(connection: NatsConnection): NatsConnection {
  onTestFinished(() => connection.close());
  return connection;
}
