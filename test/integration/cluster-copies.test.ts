import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { describe, expect, onTestFinished, test } from 'vitest';
import { closeConnection } from '../../src/cluster/connection.ts';
import type { Store } from '../../src/store/store.ts';
import { type ClusterNode, startClusterNode } from '../support/cluster-node.ts';
import { hasNats, type NatsServer, startNats } from '../support/nats-server.ts';
import { until } from '../support/until.ts';
import { outboxRows } from '../unit/store/scratch.ts';
import { start } from '../unit/store/starts-and-stops.ts';

const STATE = 'farad-state-0';

/** Lets a stream keep its newest messages only, once. */
async function trim(server: NatsServer, stream: string, messages: number): Promise<void> {
  const connection = await connect({ servers: server.url });
  onTestFinished(() => closeConnection(connection));
  const manager = await jetstreamManager(connection);
  await manager.streams.update(stream, { max_msgs: messages });
  await manager.streams.update(stream, { max_msgs: -1 });
}

function chargePointsOf(store: Store): string[] {
  store.refresh();
  const { transactions } = store.transactions.list({ limit: 100 });
  return transactions.map(({ chargePointId }) => chargePointId).sort();
}

/** One after the other, so that each is a message of its own. */
async function begin(store: Store, ...chargePointIds: string[]): Promise<void> {
  for (const chargePointId of chargePointIds) await store.transactions.start(start({ chargePointId }));
}

const rowsOf = (store: Store) => outboxRows(store, 'transactions').map((row) => row.charge_point_id);

const isWell = ({ replica }: ClusterNode) => replica.degraded().length === 0;

const causeOf = ({ replica }: ClusterNode) =>
  replica.degraded().map(({ name, cause }) => `${name}: ${cause}`);

describe.runIf(hasNats)('copies of other nodes', () => {
  test('a node that the log has left behind takes one by itself; its own rows leave once, and no others', async () => {
    const server = await startNats();
    const a = await startClusterNode('a', server);
    const b = await startClusterNode('b', server, { flags: { 'cluster-confirm-within': '1s' } });
    const [atA, atB] = [a.openStore('edge'), b.openStore('edge')];
    await begin(atA, 'CP-1');
    await begin(atB, 'CP-2');
    await until('both have both', () => [atA, atB].every((store) => chargePointsOf(store).length === 2));
    const tokens = a.openStore('control').tokens;
    await tokens.put({ idTag: 'T-1', status: 'Accepted' });

    await b.replica.stop();
    await begin(atA, 'CP-3', 'CP-4', 'CP-5');
    // What it appends without its copy takes effect, and comes back to others only.
    await expect(begin(atB, 'CP-6')).rejects.toThrow(/behind/);
    await begin(atA, 'CP-7');
    await tokens.remove('T-1');
    await trim(server, STATE, 2);
    const again = await startClusterNode('b', server, { dataDir: b.config.dataDir });
    await until('b has a copy', () => chargePointsOf(atB).length === 7);
    expect(chargePointsOf(atB)).toEqual(['CP-1', 'CP-2', 'CP-3', 'CP-4', 'CP-5', 'CP-6', 'CP-7']);
    expect(rowsOf(atB)).toEqual(['CP-2', 'CP-6']);
    expect(rowsOf(atA)).toEqual(['CP-1', 'CP-3', 'CP-4', 'CP-5', 'CP-7']);
    await until('b reads on', () => isWell(again));
    await begin(atB, 'CP-8');
    await until('a has it', () => chargePointsOf(atA).length === 8);
    expect(rowsOf(atB)).toEqual(['CP-2', 'CP-6', 'CP-8']);
  });

  test('a new node takes one where the log no longer begins at its beginning, and says what it waits for', async () => {
    const server = await startNats();
    const a = await startClusterNode('a', server);
    await begin(a.openStore('edge'), 'CP-1', 'CP-2', 'CP-3');
    await a.replica.stop();
    await trim(server, STATE, 1);

    const c = await startClusterNode('c', server);
    await until('it knows what it needs', () => causeOf(c).length > 0 && causeOf(c)[0]?.includes('('));
    expect(causeOf(c)).toEqual(['copy: no node gives it a copy (no other node is there)']);
    const status = await c.control.call('replica', 'cluster.status', {});
    expect(status.trouble).toContain('no other node is there');
    expect(status.streams.map(({ trouble }) => trouble?.cause)).toEqual([
      'no node gives it a copy (no other node is there)',
      'no node gives it a copy (no other node is there)',
    ]);

    const again = await startClusterNode('a', server, { dataDir: a.config.dataDir });
    await until('c has a copy', () => isWell(c));
    expect(chargePointsOf(c.openStore('edge'))).toEqual(['CP-1', 'CP-2', 'CP-3']);
    expect(isWell(again)).toBe(true);
  });
});
