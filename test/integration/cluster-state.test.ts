import { jetstream } from '@nats-io/jetstream';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { encodeChange, NO_CHANGE } from '../../src/cluster/change.ts';
import { connectToNats } from '../../src/cluster/connection.ts';
import { LmdbCopyView } from '../../src/cluster/lmdb-copy.ts';
import { makeLogFromCopy } from '../../src/cluster/log-identity.ts';
import { placeOfChargePoint } from '../../src/cluster/log-place.ts';
import { beginFrom } from '../../src/cluster/log-traces.ts';
import { Leadership } from '../../src/operations/leadership.ts';
import { openReplicated } from '../../src/store/replicated.ts';
import { LogUnavailableError, type Store } from '../../src/store/store.ts';
import { createRegistry } from '../../src/telemetry/metrics.ts';
import { nodeConfig, startClusterNode, temporaryDirectory } from '../support/cluster-node.ts';
import { startEdgeUnderTest } from '../support/edge-under-test.ts';
import { hasNats, pauseNats, startNats } from '../support/nats-server.ts';
import { OcppClient } from '../support/ocpp-client.ts';
import { until } from '../support/until.ts';
import { outboxRows } from '../unit/store/scratch.ts';
import { start, stop } from '../unit/store/starts-and-stops.ts';

function transactionsOf(store: Store, chargePointId: string) {
  store.refresh();
  return store.transactions.list({ chargePointId, limit: 100 }).transactions;
}

/** Resolves once both have the same transactions of these charge points, at least one each. */
async function agree(a: Store, b: Store, chargePointIds: readonly string[]): Promise<void> {
  await until('both nodes have the same', () =>
    chargePointIds.every((id) => {
      const [here, there] = [transactionsOf(a, id), transactionsOf(b, id)];
      return here.length > 0 && JSON.stringify(here) === JSON.stringify(there);
    }),
  );
}

/** The stores of two nodes, as processes of this role have them. */
async function twoStores(role: 'edge' | 'control' = 'edge', flags = {}) {
  const server = await startNats();
  const a = await startClusterNode('a', server, { flags });
  const b = await startClusterNode('b', server, { flags });
  return { a: a.openStore(role), b: b.openStore(role), server };
}

describe.runIf(hasNats)('state of a cluster', () => {
  test('what an edge has confirmed is there, soon on the other node, and its rows leave from one node', async () => {
    const { a, b } = await twoStores();
    const { transaction } = await a.transactions.start(start());
    expect(transactionsOf(a, 'CP-1')).toEqual([transaction]);
    await agree(a, b, ['CP-1']);

    const stopped = await b.transactions.stop(stop(transaction.transactionId));
    expect(stopped.outcome).toBe('stopped');
    expect(transactionsOf(b, 'CP-1')).toEqual([stopped.transaction]);
    await agree(a, b, ['CP-1']);
    const versions = (store: Store) => outboxRows(store, 'transactions').map(({ version }) => version);
    expect([versions(a), versions(b)]).toEqual([[transaction.version], [stopped.transaction?.version]]);
  });

  test('a start that comes to both nodes at once is one transaction, and no id is given twice', async () => {
    const { a, b } = await twoStores();
    const chargePointIds = Array.from({ length: 40 }, (_, index) => `CP-${index}`);
    const outcomes = await Promise.all(
      chargePointIds.map((chargePointId) =>
        Promise.all([a, b].map((store) => store.transactions.start(start({ chargePointId })))),
      ),
    );
    const ids = outcomes.map((both) => both.map(({ transaction }) => transaction.transactionId));
    for (const [first, second] of ids) expect(second).toBe(first);
    for (const both of outcomes) expect(both.filter(({ created }) => created)).toHaveLength(1);
    expect(new Set(ids.flat()).size).toBe(chargePointIds.length);
    await agree(a, b, chargePointIds);
    const rows = [a, b].flatMap((store) => outboxRows(store, 'transactions'));
    expect(rows).toHaveLength(chargePointIds.length);
  });

  test('where the log goes on from a copy, a node without it takes one, and what it writes before takes no effect', async () => {
    const server = await startNats();
    const dataDir = temporaryDirectory();
    const { cluster } = nodeConfig('a', server, dataDir);
    const connection = await connectToNats(cluster, 'cli');
    onTestFinished(() => connection.close());
    const identity = 'copied-log';
    await makeLogFromCopy(connection, { cluster, pepper: 'cafe' }, identity);
    const copied = openReplicated(dataDir);
    for (const environment of [copied.state, copied.directory]) beginFrom(environment, identity);
    await copied.close();
    const store = (await startClusterNode('a', server, { dataDir })).openStore('edge');
    const { transaction } = await store.transactions.start(start());

    const stale = { id: 'stale', scope: 'CP-2', base: NO_CHANGE, node: 'b', puts: [], deletes: [], rows: [] };
    const { stream, subject } = placeOfChargePoint('CP-2', 1);
    const { seq } = await jetstream(connection).publish(subject, encodeChange(stale));
    const { transaction: next } = await store.transactions.start(start({ chargePointId: 'CP-2' }));
    expect(next.transactionId).toBe(transaction.transactionId + 1);
    expect(store.transactions.list({ limit: 9 }).transactions).toHaveLength(2);
    const b = await startClusterNode('b', server);
    await agree(store, b.openStore('edge'), ['CP-1', 'CP-2']);
    const taken = openReplicated(b.config.dataDir);
    await until('both copies are taken', () =>
      [taken.state, taken.directory].every((environment) => {
        environment.endRead();
        return new LmdbCopyView(environment).origin() === identity;
      }),
    );
    await taken.close();
    await store.close();
    const left = openReplicated(dataDir);
    expect(new LmdbCopyView(left.state).refused(stream, seq)).toEqual(['stale']);
    await left.close();
  });

  test('what is thrown by a piece of work changes nothing, and the others of its moment are kept', async () => {
    const { a } = await twoStores();
    const failing = a.transactions.start(
      start({
        authorize() {
          throw new RangeError('nobody can decide that');
        },
      }),
    );
    const [refused, kept] = await Promise.allSettled([
      failing,
      a.transactions.start(start({ connectorId: 2 })),
    ]);
    expect(refused).toMatchObject({ status: 'rejected', reason: { message: 'nobody can decide that' } });
    expect(kept.status).toBe('fulfilled');
    expect(transactionsOf(a, 'CP-1').map(({ connectorId }) => connectorId)).toEqual([2]);
  });

  test('what operators provision is on both nodes, and of two that write one record at once each has its version', async () => {
    const { a, b } = await twoStores('control');
    const tokens = Array.from({ length: 30 }, (_, index) => ({
      idTag: `T-${index}`,
      status: 'Accepted' as const,
    }));
    const written = await Promise.all(
      tokens.flatMap((token) => [a, b].map((store) => store.tokens.put(token))),
    );
    expect(new Set(written.map(({ version }) => version)).size).toBe(written.length);
    const all = (store: Store) => tokens.map(({ idTag }) => store.tokens.get(idTag));
    await until('both nodes have the same', () => {
      for (const store of [a, b]) store.refresh();
      return all(a).every(Boolean) && JSON.stringify(all(a)) === JSON.stringify(all(b));
    });

    const ids = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? a : b).requestIds.next()),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('what is larger than a message of the log is on both nodes: a list of 10,000 tags with their limits', async () => {
    const { a, b } = await twoStores('control');
    const entries = Array.from({ length: 10_000 }, (_, index) => ({
      idTag: `TAG-${index}`,
      idTagInfo: {
        status: 'Accepted' as const,
        parentIdTag: `FLEET-${index}`,
        expiryDate: '2030-01-01T00:00:00Z',
      },
    }));
    await a.localLists.put({ id: 'depot', scope: { group: 'depot' }, sync: 'manual', entries });
    const list = await until('the other node has it', () => {
      b.refresh();
      return b.localLists.get('depot');
    });
    expect(list).toEqual(a.localLists.get('depot'));
    expect(list.entries).toHaveLength(10_000);
  });

  test('while the log is away a write says so and reads go on; what is written later is there', async () => {
    const { a, server } = await twoStores('edge', { 'cluster-confirm-within': '2s' });
    const { transaction } = await a.transactions.start(start());
    await pauseNats(server);
    await expect(a.transactions.stop(stop(transaction.transactionId))).rejects.toBeInstanceOf(
      LogUnavailableError,
    );
    expect(transactionsOf(a, 'CP-1')).toEqual([transaction]);
    server.process.kill('SIGCONT');
    const stopped = await a.transactions.stop(stop(transaction.transactionId));
    expect(stopped.transaction).toMatchObject({ transactionId: transaction.transactionId, state: 'stopped' });
  }, 60_000);

  test('a node that has lost the log sends its charge points away, or keeps them, and takes them once it is back', async () => {
    const server = await startNats();
    const flags = { 'cluster-shed-after': '2s', 'cluster-confirm-within': '2s' };
    const [shedding, keeping] = await Promise.all(
      (['shed', 'keep'] as const).map(async (whenAlone) => {
        const node = await startClusterNode(whenAlone, server, {
          flags: { ...flags, 'cluster-when-alone': whenAlone },
        });
        const under = await startEdgeUnderTest({ node });
        onTestFinished(() => under.stop());
        const connect = () => OcppClient.connect(under.edge.port, `CP-${whenAlone}`);
        const client = await until('it takes charge points', () => connect().catch(() => undefined));
        await client.boot();
        const health = () => under.ask('health.read', {});
        return { client, connect, health, port: under.edge.port };
      }),
    );
    if (!shedding || !keeping) throw new Error('two nodes were started');
    expect((await shedding.health()).problems).toEqual([]);

    await pauseNats(server);
    expect(await shedding.client.closed).toMatchObject({ code: 1012 });
    for (const { health, connect, port } of [shedding, keeping]) {
      const { problems } = await until('it says so', async () => {
        const said = await health();
        return !said.ready && said;
      });
      expect(problems).toEqual([
        expect.stringMatching(/^the log cannot be reached: no change .* for [23] s$/),
      ]);
      await expect(connect()).rejects.toThrow(/503/);
      expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(503);
    }
    expect(await keeping.client.request('Authorize', { idTag: 'T-1' })).toHaveProperty('idTagInfo');
    const transaction = { connectorId: 1, idTag: 'T-1', meterStart: 0, timestamp: new Date().toISOString() };
    expect(await keeping.client.call('StartTransaction', transaction)).toMatchObject({
      0: 4,
      2: 'InternalError',
    });

    server.process.kill('SIGCONT');
    const back = await until('it takes charge points again', () => shedding.connect().catch(() => undefined));
    await back.boot();
    expect((await shedding.health()).ready).toBe(true);
    const started = await until('transactions begin again', async () => {
      const answer = await keeping.client.call('StartTransaction', transaction);
      return answer[0] === 3 && answer;
    });
    expect(started[2]).toHaveProperty('transactionId');
  }, 60_000);

  test('of two controls that race for the lease one leads; once it is silent the other does, and it knows that', async () => {
    const { a, b } = await twoStores('control');
    const clock = { now: 0 };
    const [one, other] = [a, b].map((store, index) => contender(store, index, () => clock.now));
    await until('one has it', async () => {
      await Promise.all([one?.look(), other?.look()]);
      return one?.term() !== other?.term();
    });
    const [leader, waiter] = one?.term() === undefined ? [other, one] : [one, other];
    expect([leader?.term(), waiter?.term()]).toEqual([1, undefined]);

    // The copy of the waiter has to have what the leader has written.
    await until('it has seen that', () => {
      for (const store of [a, b]) store.refresh();
      return a.leases.get('operations')?.owner === b.leases.get('operations')?.owner;
    });
    await waiter?.look();
    clock.now += LEASE;
    expect(leader?.term()).toBeUndefined();
    await waiter?.look();
    expect(waiter?.term()).toBe(2);
    await leader?.look();
    expect([leader?.term(), waiter?.term()]).toEqual([undefined, 2]);
  });
});

const LEASE = 3_000;

function contender(store: Store, index: number, clock: () => number): Leadership {
  return new Leadership({
    store,
    name: 'operations',
    process: `${index}/control`,
    lease: LEASE,
    log: pino({ level: 'silent' }),
    registry: createRegistry({ process: 'control' }),
    clock,
  });
}
