import { jetstreamManager } from '@nats-io/jetstream';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { closeConnection, connectToNats } from '../../src/cluster/connection.ts';
import { createCluster } from '../../src/cluster/create.ts';
import { membershipOf } from '../../src/cluster/membership.ts';
import { reseedLog } from '../../src/cluster/reseed.ts';
import { openSampleLane } from '../../src/cluster/sample-lane.ts';
import { SteadyConnection } from '../../src/cluster/steady-connection.ts';
import type { Config } from '../../src/config/schema.ts';
import { journalPath, openJournal } from '../../src/journal/journal.ts';
import { RecoveredRows } from '../../src/journal/recovered-rows.ts';
import { fingerprintOf, loadPepper } from '../../src/store/charge-point-key.ts';
import { openReplicated } from '../../src/store/replicated.ts';
import { openStore } from '../../src/store/store.ts';
import { nodeConfig, startClusterNode, temporaryDirectory } from '../support/cluster-node.ts';
import { metricOf } from '../support/log-streams.ts';
import { hasNats, type NatsServer, startNats } from '../support/nats-server.ts';
import { recoveredIn } from '../support/recovered-rows.ts';
import { until } from '../support/until.ts';
import { chunkOf } from '../unit/journal/scratch.ts';
import { start } from '../unit/store/starts-and-stops.ts';

const log = pino({ level: 'silent' });
const QUICK = { lookEveryMs: 20, markEveryMs: 0 };

const tables = {
  owner: async () => undefined,
  highestTransactionId: async () => 0,
  handTo: async () => undefined,
};

/** Meter values that an edge of a node confirmed: with a copy, and from its own disk alone. */
async function keepSamples(
  { cluster, dataDir }: Config,
  { copied, spilled }: { readonly copied: string; readonly spilled: string },
): Promise<void> {
  const journal = openJournal({ path: journalPath(dataDir, 'edge-0') });
  const connection = new SteadyConnection({ cluster, name: 'edge-0', onFailure: () => undefined });
  const samples = await openSampleLane(journal, { cluster, name: 'edge-0' }, connection);
  await samples.append(chunkOf(copied));
  await journal.uncopied().note(await journal.openLane().append(chunkOf(spilled)));
  await connection.stop();
  await journal.close();
}

/** What a machine in the place of a node reads from the streams once that has lost its disk. */
async function recoveredAfterLoss(node: string, server: NatsServer, pepper: string): Promise<string[]> {
  const dataDir = temporaryDirectory();
  const { registry } = await startClusterNode(node, server, { dataDir, pepper });
  await until('the rows are recovered', () => metricOf(registry, 'farad_rows_recovered_total') > 0);
  return recoveredIn(dataDir).sort();
}

/** Removes all that waits on a disk of a node that does not run, as the sink does once ClickHouse has it. */
async function drain(dataDir: string): Promise<void> {
  const environments = openReplicated(dataDir);
  const journal = openJournal({ path: journalPath(dataDir, 'edge-0') });
  for (const queue of [environments.outbox, journal.queue])
    await queue.remove(queue.ends().map(({ lane, seq }) => ({ lane, from: 1, to: seq })));
  await Promise.all([environments.close(), journal.close()]);
}

async function messagesIn({ cluster }: Config): Promise<() => Promise<number>> {
  const connection = await connectToNats(cluster, 'test');
  onTestFinished(() => closeConnection(connection));
  const manager = await jetstreamManager(connection);
  return async () => (await manager.streams.info('farad-rows-0')).state.messages;
}

describe.runIf(hasNats)('rows that a new log lacks', () => {
  test('after a reseed, what waits on the disks of all nodes is copied again, each chunk once', async () => {
    const server = await startNats();
    const [ofA, ofB] = [temporaryDirectory(), temporaryDirectory()];
    const pepper = fingerprintOf(loadPepper(ofA));
    const flags = { 'cluster-confirm-within': '1s' };
    const a = await startClusterNode('a', server, { dataDir: ofA, pepper, flags });
    const b = await startClusterNode('b', server, { dataDir: ofB, pepper });
    await b.openStore('edge').transactions.start(start({ chargePointId: 'CP-of-b' }));
    const atA = a.openStore('edge');
    await until('a has it, too', () => atA.transactions.openOf('CP-of-b').length === 1 || void atA.refresh());
    await atA.transactions.start(start({ chargePointId: 'CP-1' }));
    await keepSamples(a.config, { copied: 'copied of a', spilled: 'spilled of a' });
    await keepSamples(b.config, { copied: 'copied of b', spilled: 'spilled of b' });
    const recovered = RecoveredRows.begin(ofA);
    await recovered.keep(chunkOf('of a former disk of a'));
    await recovered.finish('former');
    await a.replica.stop();
    // It is in the log, and a has not applied it.
    await expect(atA.transactions.start(start({ chargePointId: 'CP-2' }))).rejects.toThrow('is behind');
    await a.stop();

    const say = (): void => undefined;
    await reseedLog({
      ...{ config: a.config, tables, credentials: '', evenIfBehind: true, say, log, listensMs: 1500 },
    });
    await b.stop();
    const { identity } = membershipOf(ofA) ?? {};
    const again = {
      a: await startClusterNode('a', server, { dataDir: ofA, pepper, rowPace: QUICK }),
      b: await startClusterNode('b', server, { dataDir: ofB, pepper, rowPace: QUICK }),
    };
    const messages = await messagesIn(a.config);
    await until('all are copied', async () => (await messages()) === 8);
    for (const node of [again.a, again.b])
      await until('nothing is only there', () => metricOf(node.registry, 'farad_rows_unreplicated') === 0);
    expect(membershipOf(ofA)).toEqual({ identity, node: 'a' });
    expect(membershipOf(ofB)).toEqual({ identity, node: 'b' });
    const store = again.a.openStore('edge');
    await store.transactions.start(start({ chargePointId: 'CP-3' }));
    const copyOfB = again.b.openStore('edge');
    const hasCopy = () => copyOfB.transactions.openOf('CP-3').length === 1 || void copyOfB.refresh();
    await until('b has a copy to give', hasCopy);

    await again.a.stop();
    const rowsOfA = await recoveredAfterLoss('a', server, pepper);
    await again.b.stop();
    const rowsOfB = await recoveredAfterLoss('b', server, pepper);
    expect(rowsOfA.filter((text) => !text.startsWith('transactions'))).toEqual([
      'copied of a',
      'of a former disk of a',
      'spilled of a',
    ]);
    // CP-1 and CP-2 of the former log, CP-3 of this one.
    expect(new Set(rowsOfA.filter((text) => text.startsWith('transactions'))).size).toBe(3);
    expect(rowsOfA).toHaveLength(6);
    expect(rowsOfB.filter((text) => !text.startsWith('transactions'))).toEqual([
      'copied of b',
      'spilled of b',
    ]);
    expect(rowsOfB).toHaveLength(3);
  }, 30_000);

  test('what a machine had for ClickHouse when it became a node outlives its disk, until ClickHouse has it', async () => {
    const server = await startNats();
    const dataDir = temporaryDirectory();
    const config = nodeConfig('a', server, dataDir);
    const pepper = fingerprintOf(loadPepper(dataDir));
    const alone = openStore({ dataDir, role: 'edge' });
    await alone.transactions.start(start({ chargePointId: 'CP-1' }));
    await alone.close();
    const journal = openJournal({ path: journalPath(dataDir, 'edge-0') });
    await journal.openLane().append(chunkOf('of one machine'));
    await journal.close();
    await createCluster({ config, installation: 'installation-1', tables, say: () => undefined });
    const node = await startClusterNode('a', server, { dataDir, pepper, rowPace: QUICK });
    const messages = await messagesIn(config);
    await until('it is copied', async () => (await messages()) === 2);
    await node.stop();
    expect(await messages()).toBe(2);

    await drain(dataDir);
    await startClusterNode('a', server, { dataDir, pepper, rowPace: QUICK });
    await until('the streams hold it no more', async () => (await messages()) === 0);
  });
});
