import { describe, expect, onTestFinished, test } from 'vitest';
import { type ClusterNode, startClusterNode } from '../support/cluster-node.ts';
import { type EdgeUnderTest, startEdgeUnderTest } from '../support/edge-under-test.ts';
import { hasNats, startNats } from '../support/nats-server.ts';
import { OcppClient } from '../support/ocpp-client.ts';
import { until } from '../support/until.ts';

const STATUS = { connectorId: 1, errorCode: 'NoError', status: 'Charging' };
const REMOTE_START = { chargePointId: 'CP-1', action: 'RemoteStartTransaction', payload: { idTag: 'T-1' } };
const START = { connectorId: 1, idTag: 'T-1', meterStart: 0, timestamp: new Date().toISOString() };

interface NodeUnderTest {
  readonly node: ClusterNode;
  readonly under: EdgeUnderTest;
  connect(): Promise<OcppClient>;
}

async function twoEdges(): Promise<[NodeUnderTest, NodeUnderTest]> {
  const server = await startNats();
  const start = async (name: string): Promise<NodeUnderTest> => {
    const node = await startClusterNode(name, server, { flags: { 'cluster-max-lag': '60s' } });
    const under = await startEdgeUnderTest({ node });
    onTestFinished(() => under.stop());
    await until('it takes charge points', async () => (await under.ask('health.read', {})).ready);
    return { node, under, connect: () => OcppClient.connect(under.edge.port, 'CP-1') };
  };
  const [a, b] = [await start('a'), await start('b')];
  await until('they know each other', () =>
    [a, b].every(({ node }) => node.metric('farad_cluster_nodes') === 2),
  );
  return [a, b];
}

describe.runIf(hasNats)('a charge point that changes nodes', () => {
  test('is answered once the other node knows what was confirmed to it, and is called then', async () => {
    const [a, b] = await twoEdges();
    const goOn = await b.node.holdCopy();
    const first = await a.connect();
    await first.boot();
    const { transactionId } = await first.request('StartTransaction', START);
    await first.close();

    const moved = await b.connect();
    const called = b.under.ask('edge.call', REMOTE_START);
    const answered = moved.call('StatusNotification', STATUS);
    await goOn();

    expect(await answered).toMatchObject([3, expect.anything(), {}]);
    const [, messageId, action] = await moved.next();
    expect(action).toBe('RemoteStartTransaction');
    moved.send([3, messageId, { status: 'Accepted' }]);
    expect(await called).toMatchObject({ outcome: 'result' });
    expect(await moved.request('StartTransaction', START)).toMatchObject({ transactionId });
  }, 30_000);

  test('is held no more at the node that it comes from, and that has written what it had to', async () => {
    const [a, b] = await twoEdges();
    const old = await a.connect();
    await old.boot();
    const called = a.under.ask('edge.call', REMOTE_START);
    const [, messageId] = await old.next();
    const moving = b.connect();
    old.send([3, messageId, { status: 'Accepted' }]);
    const moved = await moving;
    await moved.request('StartTransaction', START);
    expect(await old.closed).toMatchObject({ code: 1008, reason: 'replaced by a newer connection' });
    expect(await called).toMatchObject({ outcome: 'result' });
    const consequences = await until('the command has its consequence', () => {
      a.under.store.refresh();
      const [command] = a.under.store.commands.of('CP-1');
      return command?.complete && command.consequences;
    });
    expect(consequences).toMatchObject([{ action: 'StartTransaction' }]);
    expect(b.under.lines.filter(({ level }) => level === 'warn')).toEqual([]);
  }, 30_000);
});
