import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ClusterRefusal } from '../../src/cluster/cluster-refusal.ts';
import type { CallOutcome, TransactionEnd } from '../../src/link/methods.ts';
import { type ClusterNode, startClusterNode } from '../support/cluster-node.ts';
import { hasNats, type NatsServer, startNats } from '../support/nats-server.ts';
import { until } from '../support/until.ts';

const CALL = { chargePointId: 'CP-1', action: 'Reset', payload: { type: 'Soft' } };
const END: TransactionEnd = {
  transactionId: 7,
  cause: 'operator',
  by: '',
  at: 1,
  reason: '',
  stoppedAt: 1,
  meterStop: null,
};
const RESULT: CallOutcome = {
  outcome: 'result',
  messageId: '1',
  payload: { status: 'Accepted' },
  durationMs: 1,
};

const knowsOther = ({ metric }: ClusterNode) => metric('farad_cluster_nodes') === 2;

async function twoNodes(server: NatsServer): Promise<[ClusterNode, ClusterNode]> {
  const nodes: [ClusterNode, ClusterNode] = [
    await startClusterNode('a', server),
    await startClusterNode('b', server),
  ];
  await until('the nodes know each other', () => nodes.every(knowsOther));
  return nodes;
}

describe.runIf(hasNats)('calls between nodes', () => {
  test('a call crosses to an edge of the other node, and its answer comes back', async () => {
    const [a, b] = await twoNodes(await startNats());
    const taken: unknown[] = [];
    b.edge.serve('edge.call', (request) => {
      taken.push(request);
      return RESULT;
    });
    expect(await a.control.call('b/edge-0', 'edge.call', CALL)).toEqual(RESULT);
    expect(taken).toEqual([CALL]);
  });

  test('what control asks of the edge that holds a charge point crosses, whatever it is', async () => {
    const [a, b] = await twoNodes(await startNats());
    b.edge.serve('edge.disconnect', () => ({ closed: true }));
    b.edge.serve('edge.closeTransaction', () => ({ closed: true }));
    b.edge.serve('edge.signingRefused', () => ({}));
    const chargePointId = 'CP-1';
    const { control } = a;
    const disconnect = { chargePointId, reason: 'deleted', forget: true };
    expect(await control.call('b/edge-0', 'edge.disconnect', disconnect)).toEqual({ closed: true });
    expect(await control.call('b/edge-0', 'edge.closeTransaction', END)).toEqual({ closed: true });
    const refused = { chargePointId, problem: 'no authority' };
    expect(await control.call('b/edge-0', 'edge.signingRefused', refused)).toEqual({});
  });

  test('whatever somebody else publishes is overlooked: calls, questions and beats go on', async () => {
    const server = await startNats();
    const [a, b] = await twoNodes(server);
    b.edge.serve('edge.call', () => RESULT);
    b.edge.serve('edge.seen', () => ({ lastSeenAt: 1 }));
    const stranger = await connect({ servers: server.url });
    onTestFinished(() => stranger.close());
    const garbage = [
      '',
      'null',
      '{}',
      '{"node":"b"}',
      '{"node":"c","instance":1}',
      '\xc1',
      '\xdb\xff\xff',
      'x',
    ];
    for (const text of garbage) {
      const bytes = Buffer.from(text, 'latin1');
      for (const subject of ['farad.beat.b', 'farad.beat.c', 'farad.find', 'farad.call.b.edge-0'])
        stranger.publish(subject, bytes, { reply: 'farad.test.nobody' });
    }
    await stranger.flush();
    expect(await a.control.call('b/edge-0', 'edge.call', CALL)).toEqual(RESULT);
    const found = await a.control.call('replica', 'cluster.find', { chargePointId: 'CP-1' });
    expect(found).toEqual({ process: 'b/edge-0' });
    expect([a, b].map(({ replica }) => replica.degraded())).toEqual([[], []]);
    expect([a, b].every(knowsOther)).toBe(true);
    const status = await a.control.call('replica', 'cluster.status', {});
    expect(status.nodes).toEqual([
      {
        node: 'b',
        release: '0.0.0',
        aheadMs: expect.any(Number),
        there: true,
        heardMsAgo: expect.any(Number),
        lagSeconds: expect.any(Number),
        trouble: null,
        refuses: null,
      },
    ]);
    expect(status).toMatchObject({
      trouble: null,
      streams: [
        { stream: 'farad-state-0', position: 0 },
        { stream: 'farad-directory', position: 0 },
      ],
    });
  });

  test('a process or a node that is not there is known at once; what fails there says why', async () => {
    const [a, b] = await twoNodes(await startNats());
    const before = performance.now();
    for (const away of ['b/edge-7', 'c/edge-0']) {
      await expect(a.control.call(away, 'edge.call', CALL)).rejects.toMatchObject({
        code: 'no_such_process',
      });
    }
    expect(performance.now() - before).toBeLessThan(1000);
    b.edge.serve('edge.call', () => {
      throw new Error('out of order');
    });
    await expect(a.control.call('b/edge-0', 'edge.call', CALL)).rejects.toMatchObject({
      code: 'failed',
      message: 'out of order',
    });
    b.edge.serve('edge.meters', () => new Promise(() => undefined));
    const slow = a.control.call('b/edge-0', 'edge.meters', { chargePointIds: [] }, { deadlineMs: 100 });
    await expect(slow).rejects.toMatchObject({ code: 'timeout' });
  });

  test('only what charge points are reached with crosses', async () => {
    const [a, b] = await twoNodes(await startNats());
    b.edge.serve('backup.end', () => ({ held: true }));
    await expect(a.control.call('b/edge-0', 'backup.end', { id: '1' })).rejects.toMatchObject({
      code: 'failed',
      message: 'backup.end is not for other nodes',
    });
  });

  test('what is larger than NATS takes fails with its size, both ways', async () => {
    const [a, b] = await twoNodes(await startNats('max_payload: 300KB'));
    const large = 'x'.repeat(400_000);
    b.edge.serve('edge.call', () => ({ ...RESULT, payload: large }) as CallOutcome);
    const call = (payload: unknown) => a.control.call('b/edge-0', 'edge.call', { ...CALL, payload });
    await expect(call(large)).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringMatching(/edge\.call to b\/edge-0 has \d{6} bytes, and NATS takes 307200/),
    });
    await expect(call({})).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringContaining('307200'),
    });
  });

  test('who holds a charge point says so within 200 ms, and who does not says nothing', async () => {
    const [a, b] = await twoNodes(await startNats());
    const holds =
      (id: string) =>
      ({ chargePointId }: { chargePointId: string }) => ({
        lastSeenAt: chargePointId === id ? 0 : null,
      });
    a.edge.serve('edge.seen', holds('CP-A'));
    b.edge.serve('edge.seen', holds('CP-B'));
    const find = (chargePointId: string) => a.control.call('replica', 'cluster.find', { chargePointId });
    expect(await find('CP-B')).toEqual({ process: 'b/edge-0' });
    // Control has asked the edges of its own node before.
    expect(await find('CP-A')).toEqual({ process: null });
    const before = performance.now();
    expect(await find('CP-C')).toEqual({ process: null });
    expect(performance.now() - before).toBeGreaterThan(190);
  });

  test('while NATS is away nothing is sent, not later either; then calls cross again', async () => {
    const server = await startNats();
    const [a, b] = await twoNodes(server);
    let taken = 0;
    b.edge.serve('edge.call', () => {
      taken++;
      return RESULT;
    });
    server.process.kill('SIGTERM');
    await until('it is noticed', () => a.replica.degraded().some(({ name }) => name === 'nats'));
    expect(a.metric('farad_nats_connected')).toBe(0);
    await expect(a.control.call('b/edge-0', 'edge.call', CALL)).rejects.toMatchObject({
      code: 'no_such_process',
    });
    await startNats('', server);
    await until('both are back', () => [a, b].every(({ replica }) => replica.degraded().length === 0));
    expect(taken).toBe(0);
    expect(await a.control.call('b/edge-0', 'edge.call', CALL)).toEqual(RESULT);
    expect(taken).toBe(1);
  });
});

describe.runIf(hasNats)('taking part', () => {
  test('a data directory remembers its log and its name, and takes no other', async () => {
    const server = await startNats();
    const { config } = await startClusterNode('a', server);
    expect(JSON.parse(readFileSync(join(config.dataDir, 'cluster.json'), 'utf8'))).toMatchObject({
      identity: expect.any(String),
      node: 'a',
    });
    await expect(startClusterNode('b', server, { pepper: 'beef' })).rejects.toBeInstanceOf(ClusterRefusal);
  });

  test('without NATS a node starts all the same, says what is missing, and takes part later', async () => {
    const server = await startNats();
    server.process.kill('SIGTERM');
    await until('it is gone', () => server.process.exitCode !== null);
    const node = await startClusterNode('a', server);
    expect(node.replica.degraded()).toEqual([expect.objectContaining({ name: 'nats' })]);
    await startNats('', server);
    await until('it takes part', () => node.replica.degraded().length === 0);
  });

  test('two machines of one name notice it', async () => {
    const server = await startNats();
    const first = await startClusterNode('a', server);
    await startClusterNode('a', server);
    await until('it is said', () => first.replica.degraded().some(({ name }) => name === 'node name'));
  });

  test('a clock that differs is seen', async () => {
    const server = await startNats();
    const node = await startClusterNode('a', server);
    const other = await connect({ servers: server.url });
    onTestFinished(() => other.close());
    const beat = { node: 'b', instance: 'x', release: '0.0.0', format: 1, clock: Date.now() - 60_000 };
    other.publish('farad.beat.b', JSON.stringify(beat));
    await until('it is heard', () => knowsOther(node));
    expect(node.metric('farad_cluster_clock_ahead_seconds')).toBeLessThan(-59);
  });
});
