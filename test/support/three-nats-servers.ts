import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { onTestFinished } from 'vitest';
import { connectToNats } from '../../src/cluster/connection.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { type NatsServer, startDeployedNats } from './nats-server.ts';
import { createTestAuthority, writePem } from './test-certificates.ts';
import { until } from './until.ts';

const PASSWORDS = { 'node-1': 'a', 'node-2': 'b', operator: 'c' };

type User = keyof typeof PASSWORDS;

export interface ThreeNats {
  connect(user: User): Promise<NatsConnection>;
  /** The server that leads a stream now; undefined where none does. */
  leaderOf(manager: JetStreamManager, stream: string): Promise<NatsServer | undefined>;
}

/** Starts the three servers of deploy/nats.conf, which end after the test. */
export async function startThreeNats(): Promise<ThreeNats> {
  const directory = mkdtempSync(join(tmpdir(), 'farad-three-nats-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const authority = await createTestAuthority('NATS');
  const pair = await authority.issue();
  const ca = writePem(directory, 'ca.pem', authority.certificate);
  const cert = writePem(directory, 'server.pem', pair.certificate);
  const key = writePem(directory, 'server.key', pair.key);
  const servers = await startDeployedNats(directory, {
    NATS_PASSWORD_NODE_1: PASSWORDS['node-1'],
    NATS_PASSWORD_NODE_2: PASSWORDS['node-2'],
    NATS_PASSWORD_OPERATOR: PASSWORDS.operator,
  });
  const connect = async (user: User): Promise<NatsConnection> => {
    const credentials = join(directory, user);
    writeFileSync(credentials, `${user}:${PASSWORDS[user]}`);
    const { cluster } = loadConfig({
      flags: {
        'cluster-nats-servers': servers.map(({ port }) => `tls://localhost:${port}`).join(','),
        'cluster-node': user,
        'clickhouse-url': 'http://127.0.0.1:1',
        'cluster-nats-tls-ca': ca,
        'cluster-nats-tls-cert': cert,
        'cluster-nats-tls-key': key,
        'cluster-nats-credentials': credentials,
      },
    });
    const connection = await connectToNats(cluster, 'test');
    onTestFinished(() => connection.close());
    return connection;
  };
  const leaderOf = async (manager: JetStreamManager, stream: string): Promise<NatsServer | undefined> => {
    const info = await manager.streams.info(stream).catch(() => undefined);
    const leader = info?.cluster?.leader;
    return leader === undefined || leader === '' ? undefined : servers[Number(leader.slice(-1)) - 1];
  };
  return { connect, leaderOf };
}

/**
 * Resolves once all three servers have all of the stream: without the leader, one that lags behind could not
 * lead, and there would be none.
 */
export async function allCurrent(manager: JetStreamManager, stream: string): Promise<void> {
  await until('all servers have all of the stream', async () => {
    const info = await manager.streams.info(stream).catch(() => undefined);
    const replicas = info?.cluster?.replicas ?? [];
    return replicas.length === 2 && replicas.every(({ current, offline }) => current && offline !== true);
  });
}
