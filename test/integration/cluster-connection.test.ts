import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { encodeChange, MAX_CHANGE_BYTES, NO_CHANGE } from '../../src/cluster/change.ts';
import { ClusterRefusal } from '../../src/cluster/cluster-refusal.ts';
import { connectToNats } from '../../src/cluster/connection.ts';
import { ChangeLog } from '../../src/cluster/log.ts';
import { openLog } from '../../src/cluster/log-identity.ts';
import { placeOfChargePoint } from '../../src/cluster/log-place.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { createRegistry } from '../../src/telemetry/metrics.ts';
import { makeStream } from '../support/log-streams.ts';
import { hasNats, type NatsServer, startDeployedNats, startNats } from '../support/nats-server.ts';
import { createTestAuthority, type TestAuthority, writePem } from '../support/test-certificates.ts';
import { until } from '../support/until.ts';

const PASSWORDS = {
  NATS_PASSWORD_NODE_1: 'first-secret',
  NATS_PASSWORD_NODE_2: 'second-secret',
  NATS_PASSWORD_OPERATOR: 'operators-secret',
};

const directory = mkdtempSync(join(tmpdir(), 'farad-nats-files-'));
let authority: TestAuthority;

beforeAll(async () => {
  authority = await createTestAuthority('NATS');
  const server = await authority.issue();
  const node = await authority.issue({ commonName: 'node-1' });
  writePem(directory, 'ca.pem', authority.certificate);
  writePem(directory, 'server.pem', server.certificate);
  writePem(directory, 'server.key', server.key);
  writePem(directory, 'node.pem', node.certificate);
  writePem(directory, 'node.key', node.key);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function credentials(content: string): Record<string, string> {
  const file = join(directory, `credentials-${content.split(':')[0]}`);
  writeFileSync(file, content);
  return { 'cluster-nats-credentials': file };
}

const TLS = {
  'cluster-nats-tls-ca': join(directory, 'ca.pem'),
  'cluster-nats-tls-cert': join(directory, 'node.pem'),
  'cluster-nats-tls-key': join(directory, 'node.key'),
};

function settings(servers: string, flags: Record<string, string>) {
  const needed = { 'cluster-node': 'node-1', 'clickhouse-url': 'http://127.0.0.1:1' };
  return loadConfig({ flags: { ...needed, 'cluster-nats-servers': servers, ...flags } }).cluster;
}

const overTls = (servers: readonly Pick<NatsServer, 'port'>[]): string =>
  servers.map(({ port }) => `tls://localhost:${port}`).join(',');

async function connected(servers: string, flags: Record<string, string>): Promise<NatsConnection> {
  const connection = await connectToNats(settings(servers, flags), 'replica');
  onTestFinished(() => connection.close());
  return connection;
}

test.each(['2.11.9', '2.10.27'])('a server of NATS %s is refused in one line', async (version) => {
  const old = createServer((socket) => {
    socket.write(`INFO ${JSON.stringify({ version, proto: 1, max_payload: 1024, headers: true })}\r\n`);
    socket.on('data', (data) => {
      if (data.includes('PING')) socket.write('PONG\r\n');
    });
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => old.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void old.close());
  const { port } = old.address() as AddressInfo;
  const attempt = connected(`nats://127.0.0.1:${port}`, {});
  await expect(attempt).rejects.toBeInstanceOf(ClusterRefusal);
  await expect(attempt).rejects.toThrow(
    `cluster.nats.servers: 127.0.0.1:${port} is NATS ${version}, and Farad needs 2.12.0 or newer`,
  );
});

describe.runIf(hasNats)('the connection to the NATS servers', () => {
  test('a server that does not take the largest change is refused in one line', async () => {
    const server = await startNats('max_payload: 256KB');
    const attempt = connected(server.url, {});
    await expect(attempt).rejects.toBeInstanceOf(ClusterRefusal);
    await expect(attempt).rejects.toThrow(
      `cluster.nats.servers: 127.0.0.1:${server.port} has a max_payload of 262144 bytes, and Farad needs 266240 or more`,
    );
    // What the limit leaves room for is a change of the largest size, with its headers.
    const enough = await startNats('max_payload: 266240');
    const connection = await connected(enough.url, {});
    await makeStream(connection);
    const registry = createRegistry({ process: 'edge-0' });
    const log = new ChangeLog({ connection, registry, newestFormat: () => 1 });
    const id = 'a'.repeat(100);
    const change = { id, scope: 'CP-1', base: NO_CHANGE, node: 'a', puts: [], deletes: [], rows: [] };
    const others = encodeChange({ ...change, rows: [Buffer.alloc(70_000)] }).length - 70_000;
    const largest = { ...change, rows: [Buffer.alloc(MAX_CHANGE_BYTES - others)] };
    expect(encodeChange(largest)).toHaveLength(MAX_CHANGE_BYTES);
    const appended = await log.append(placeOfChargePoint('x'.repeat(50), 1), largest, 0, 5000);
    expect(appended).toEqual({ outcome: 'stored', seq: 1 });
  });

  test('where TLS is demanded, a server without it is told nothing', async () => {
    const server = await startNats();
    await expect(connected(overTls([server]), { ...TLS, ...credentials('node-1:secret') })).rejects.toThrow(
      "server does not support 'tls'",
    );
  });

  test('deploy/nats.conf: three copies; only nodes with certificate and password come in', async () => {
    const servers = await startDeployedNats(directory, PASSWORDS);
    const urls = overTls(servers);
    const mine = { ...TLS, ...credentials('node-1:first-secret') };
    const connection = await connected(urls, mine);
    expect(connection.info).toMatchObject({
      tls_required: true,
      tls_verify: true,
      max_payload: 2 * 1024 * 1024,
    });

    const cluster = settings(urls, {
      ...mine,
      'cluster-log-max-bytes': '16MiB',
      'cluster-rows-max-bytes': '16MiB',
      'cluster-state-shards': '1',
      'cluster-rows-partitions': '1',
    });
    // The servers elect who leads JetStream; until then nobody answers.
    const manager = await until('JetStream answers', () =>
      jetstreamManager(connection, { timeout: 300 }).catch(() => undefined),
    );
    const { identity } = await openLog(connection, { cluster, pepper: 'cafe', known: undefined });
    const info = await manager.streams.info('farad-directory');
    expect(info.config).toMatchObject({ num_replicas: 3, metadata: { 'farad.identity': identity } });
    expect(info.cluster?.replicas).toHaveLength(2);

    const refused: string[] = [];
    void (async () => {
      for await (const status of connection.status())
        if (status.type === 'error') refused.push(status.error.message);
    })();
    await expect(manager.streams.delete('farad-directory')).rejects.toThrow(/timeout|permission/i);
    for (const foreign of ['farad.call.node-2.edge-0', '_INBOX_node-2.>', 'farad.state.>', '$JS.API.>'])
      connection.subscribe(foreign, { callback: () => undefined });
    await connection.flush();
    await until('the servers refused each of them', () => refused.length >= 5);

    const without = { 'cluster-nats-tls-ca': TLS['cluster-nats-tls-ca'] };
    await expect(connected(urls, { ...without, ...credentials('node-1:first-secret') })).rejects.toThrow();
    const wrong = connected(urls, { ...TLS, ...credentials('node-2:first-secret') });
    await expect(wrong).rejects.toThrow(
      /^cluster\.nats\.credentials: the NATS servers do not let this node in/,
    );
    const other = await createTestAuthority('Other');
    const foreign = { ...mine, 'cluster-nats-tls-ca': writePem(directory, 'other.pem', other.certificate) };
    await expect(connected(urls, foreign)).rejects.toThrow(/certificate|signature/i);
  });
});
