import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { API_KEY, dataDirectory, type Gateway, startGateway } from '../support/gateway.ts';
import { hasNats, type NatsServer, startNats } from '../support/nats-server.ts';
import { OcppClient } from '../support/ocpp-client.ts';
import { until } from '../support/until.ts';

const RESET = { type: 'Soft' };

function startNode(node: string, server: NatsServer, dataDir = dataDirectory()): Promise<Gateway> {
  return startGateway(
    [
      ...['--cluster-node', node, '--cluster-nats-servers', server.url],
      ...['--cluster-replicas', '1', '--cluster-nats-insecure'],
      ...['--cluster-state-shards', '1', '--cluster-rows-partitions', '1'],
      ...['--cluster-log-max-bytes', '16MiB', '--cluster-rows-max-bytes', '16MiB'],
      // On a busy machine a copy may be behind for longer than by default.
      ...['--cluster-max-lag', '30s'],
      // Nobody listens there: charge points and operators do without.
      ...['--clickhouse-url', 'http://127.0.0.1:1'],
    ],
    dataDir,
  );
}

/** `reading` does not hear of the log for a while. */
async function whoeverWritesAtOneReadsAtTheOther(writing: Gateway, reading: Gateway): Promise<void> {
  const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' };
  const ask = (position: string) =>
    fetch(`${reading.api}/api/v1/charge-points/CP-3`, {
      headers: { ...headers, 'farad-position': position },
    });
  const replica = reading.endpoints().processes.replica as number;
  process.kill(replica, 'SIGSTOP');
  const body = JSON.stringify({ group: 'Depot north' });
  const written = await fetch(`${writing.api}/api/v1/charge-points/CP-3`, { method: 'PUT', headers, body });
  expect(written.status).toBe(201);
  const position = written.headers.get('farad-position') ?? '';
  expect(position).toMatch(/^[\w-]+\/farad-state-0:\d+,farad-directory:\d+$/);
  const early = await ask(position);
  expect(early.status).toBe(503);
  expect(await early.json()).toMatchObject({ error: { code: 'behind' } });
  const asking = ask(position);
  process.kill(replica, 'SIGCONT');
  expect(await (await asking).json()).toMatchObject({ settings: { group: 'Depot north' } });
  expect((await ask('farad-state-0')).status).toBe(400);
  expect((await ask('another-log/farad-state-0:999999')).status).toBe(200);
}

describe.runIf(hasNats)('two gateways that share NATS', () => {
  it('a command crosses to the node that holds the charge point, and its answer comes back', async () => {
    const server = await startNats();
    const a = await startNode('a', server);
    await expect(startNode('b', server)).rejects.toThrow(
      /cluster: the file pepper in the data directory differs from that of the other nodes/,
    );
    const other = dataDirectory();
    copyFileSync(join(a.dataDir, 'pepper'), join(other, 'pepper'));
    const b = await startNode('b', server, other);
    await a.request('PUT', '/api/v1/charge-points/CP-1', {});
    const client = await OcppClient.connect(Number(new URL(b.ocpp).port), 'CP-1');
    await client.boot();

    const reset = async (): Promise<void> => {
      const answer = a.request('POST', '/api/v1/charge-points/CP-1/calls/Reset', RESET);
      const [, messageId, action] = await client.next();
      expect(action).toBe('Reset');
      client.send([3, messageId, { status: 'Accepted' }]);
      expect(await answer).toMatchObject({ outcome: 'result', payload: { status: 'Accepted' } });
    };
    const metrics = () => a.request<string>('GET', '/metrics');
    const nodesKnown = () => until('a knows b', async () => /farad_cluster_nodes\S* 2/.test(await metrics()));
    await nodesKnown();
    await reset();
    await reset();

    // What ends something there crosses, too.
    const doomed = await OcppClient.connect(Number(new URL(b.ocpp).port), 'CP-2');
    await doomed.boot();
    const path = '/api/v1/charge-points/CP-2';
    await until('a knows where CP-2 is', () =>
      a.request<{ connected: boolean }>('GET', path).then(
        ({ connected }) => connected,
        () => false,
      ),
    );
    await a.request('DELETE', path);
    expect(await doomed.closed).toMatchObject({ code: 1008, reason: 'charge point deleted' });

    await whoeverWritesAtOneReadsAtTheOther(b, a);

    // The process that carries calls is started again, and charge points do not notice.
    const before = a.endpoints().processes.replica;
    a.kill('replica');
    await until('the replica is back', () => a.endpoints().processes.replica !== before);
    await until('a is ready', () => a.request('GET', '/readyz').catch(() => undefined));
    await nodesKnown();
    await reset();

    await client.close();
    const refused = await a.request('POST', '/api/v1/charge-points/CP-1/calls/Reset', RESET, 409);
    expect(refused).toMatchObject({ error: { code: 'not_connected' } });

    server.process.kill('SIGTERM');
    const degraded = await until('a says what is missing', async () => {
      const ready = await a.request<{ ready: boolean; degraded: { process: string; name: string }[] }>(
        'GET',
        '/readyz',
      );
      return ready.degraded.some(({ name }) => name === 'nats') ? ready : undefined;
    });
    expect(degraded).toMatchObject({ ready: true });
  }, 120_000);
});
