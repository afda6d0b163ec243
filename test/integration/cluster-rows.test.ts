import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Change, encodeChange, encodeChanges, NO_CHANGE } from '../../src/cluster/change.ts';
import { closeConnection, connectToNats } from '../../src/cluster/connection.ts';
import { subjectOfSeveral } from '../../src/cluster/log-place.ts';
import { RowKeeper } from '../../src/cluster/row-keeper.ts';
import { readRowMark } from '../../src/cluster/row-mark.ts';
import { copyId, rowSubject } from '../../src/cluster/row-subject.ts';
import { openSampleLane, type SampleLane } from '../../src/cluster/sample-lane.ts';
import { SteadyConnection } from '../../src/cluster/steady-connection.ts';
import type { Config } from '../../src/config/schema.ts';
import { type Journal, journalPath, openJournal } from '../../src/journal/journal.ts';
import type { LaneQueue } from '../../src/journal/lane-queue.ts';
import { openReplicated } from '../../src/store/replicated.ts';
import { createRegistry, type Registry } from '../../src/telemetry/metrics.ts';
import { createFramePool } from '../../src/workers/frame-pool.ts';
import { nodeConfig, startClusterNode } from '../support/cluster-node.ts';
import { metricOf } from '../support/log-streams.ts';
import { hasNats, type NatsServer, pauseNats, startNats } from '../support/nats-server.ts';
import { recoveredIn } from '../support/recovered-rows.ts';
import { until } from '../support/until.ts';
import { chunkOf } from '../unit/journal/scratch.ts';
import { outboxRows } from '../unit/store/scratch.ts';
import { start, stop } from '../unit/store/starts-and-stops.ts';
import { batchOf, frame, meterValues } from '../unit/workers/meter-values-fixtures.ts';

const STREAM = 'farad-rows-0';
const CHANGES = 'farad-state-0';
const MIB = 1024 * 1024;
const QUICK = { lookEveryMs: 20, markEveryMs: 0 };

/** The journal of an edge of a node, and what its threads append to. */
interface Rows {
  readonly journal: Journal;
  readonly samples: SampleLane;
}

async function openRows({ cluster, dataDir }: Config): Promise<Rows> {
  const journal = openJournal({ path: journalPath(dataDir, 'edge-0') });
  const connection = new SteadyConnection({ cluster, name: 'edge-0', onFailure: () => undefined });
  onTestFinished(async () => {
    await connection.stop();
    await journal.close();
  });
  const samples = await openSampleLane(journal, { cluster, name: 'edge-0' }, connection);
  return { journal, samples };
}

/** Removes what is in a queue, as the sink does once ClickHouse has it. */
function drain(queue: LaneQueue): Promise<void> {
  return queue.remove(queue.ends().map(({ lane, seq }) => ({ lane, from: 1, to: seq })));
}

function freshDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'farad-rows-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A node whose rows are cared for, without the rest of its replica. */
async function keptNode(flags = {}) {
  const server = await startNats();
  const { config, replica } = await startClusterNode('a', server, { flags });
  await replica.stop();
  const { cluster, dataDir } = config;
  const connection = await connectToNats(cluster, 'test');
  onTestFinished(() => closeConnection(connection));
  const environments = openReplicated(dataDir);
  const registry = createRegistry({ process: 'replica' });
  const membership = { identity: 'log-1', node: 'a' };
  const log = pino({ level: 'silent' });
  const keep = () => {
    const keeper = new RowKeeper({
      ...{ connection, cluster, dataDir, membership, environments, registry, log },
      pace: QUICK,
    });
    onTestFinished(() => keeper.stop());
    return keeper;
  };
  onTestFinished(() => environments.close());
  return { server, config, connection, registry, keep, manager: await jetstreamManager(connection) };
}

async function messagesIn(manager: JetStreamManager, stream = STREAM): Promise<number> {
  return (await manager.streams.info(stream)).state.messages;
}

const unreplicated = (registry: Registry) => metricOf(registry, 'farad_rows_unreplicated');

async function recoveredWithin(
  server: NatsServer,
  flags: Record<string, string> = {},
  dataDir = freshDirectory(),
) {
  const { registry } = await startClusterNode('a', server, { dataDir, flags });
  await until('the rows are recovered', () => metricOf(registry, 'farad_rows_recovered_total') > 0);
  return recoveredIn(dataDir);
}

async function publish(
  connection: NatsConnection,
  partition: number,
  id: string,
  text: string,
): Promise<void> {
  await jetstream(connection).publish(rowSubject(partition, 'a'), chunkOf(text), { msgID: id });
}

describe.runIf(hasNats)('rows of a cluster', () => {
  test('a node whose disk is lost reads what ClickHouse lacks from the streams, and nothing else', async () => {
    const server = await startNats();
    const former = await startClusterNode('a', server, { rowPace: QUICK });
    const other = await startClusterNode('b', server);
    const connection = await connectedTo(former.config);
    const manager = await jetstreamManager(connection);
    const store = former.openStore('edge');
    const rows = await openRows(former.config);
    await rows.samples.append(chunkOf('drained'));
    await store.transactions.start(start({ chargePointId: 'CP-drained' }));
    for (const queue of [rows.journal.queue, store.outbox]) await drain(queue);
    await until('the streams hold it no more', async () => (await messagesIn(manager)) === 0);
    const { identity } = await former.control.call('replica', 'cluster.identity', {});
    await until('its rows are known to be in ClickHouse', async () => {
      const mark = await readRowMark(connection, 'a', identity ?? '');
      return mark[CHANGES]?.seq === (await manager.streams.info(CHANGES)).state.last_seq;
    });

    await rows.samples.append(chunkOf('one'));
    await rows.samples.append(chunkOf('two'));
    const { transaction } = await store.transactions.start(start({ chargePointId: 'CP-1' }));
    await store.transactions.stop(stop(transaction.transactionId, { chargePointId: 'CP-1' }));
    await other.openStore('edge').transactions.start(start({ chargePointId: 'CP-of-b' }));
    const late: Change = {
      ...{ id: 'late', scope: 'CP-1', base: NO_CHANGE, node: 'a', puts: [], deletes: [] },
      rows: [chunkOf('refused')],
    };
    const ofOther = { ...late, id: 'of b', scope: 'CP-2', node: 'b', rows: [chunkOf('of b')] };
    const several = encodeChanges('several', [late, ofOther].map(encodeChange));
    await jetstream(connection).publish(subjectOfSeveral(CHANGES), several);
    await former.replica.stop();

    const dataDir = freshDirectory();
    // An edge may be there before the replica is.
    const later = await openRows(nodeConfig('a', server, dataDir));
    await later.samples.append(chunkOf('three'));
    const present = await startClusterNode('a', server, { dataDir });
    await until('they are recovered', () => metricOf(present.registry, 'farad_rows_recovered_total') > 0);
    const recovered = recoveredIn(dataDir);
    expect(recovered.filter((text) => !text.startsWith('transactions'))).toEqual(['one', 'two']);
    expect(recovered.filter((text) => text.startsWith('transactions'))).toHaveLength(2);
    expect(outboxRows(present.openStore('edge'), 'transactions')).toEqual([]);

    // Until the recovered rows are in ClickHouse, nothing of them leaves the streams.
    await drain(later.journal.queue);
    expect(await messagesIn(manager)).toBe(3);
  }, 30_000);

  test('a chunk that was sent twice, since nobody knew its fate, is recovered once', async () => {
    const server = await startNats();
    const flags = { 'cluster-rows-partitions': '2' };
    const { config, replica } = await startClusterNode('a', server, { flags });
    await replica.stop();
    const connection = await connectedTo(config);
    const id = copyId({ queue: 'lost-queue', lane: 1, seq: 1 });
    for (const partition of [0, 1]) await publish(connection, partition, id, 'once');
    await publish(connection, 0, copyId({ queue: 'lost-queue', lane: 1, seq: 2 }), 'other');
    expect((await recoveredWithin(server, flags)).sort()).toEqual(['once', 'other']);
  });

  test('frame workers copy what they keep before they confirm it', async () => {
    const { config, manager } = await keptNode();
    const pool = createFramePool({
      journal: { path: journalPath(config.dataDir, 'edge-0') },
      copies: { cluster: config.cluster, name: 'edge-0 frames' },
      threads: 1,
      batchesInFlight: 1,
      onFault: (error) => {
        throw error;
      },
    });
    onTestFinished(() => pool.close());
    const { faults } = await pool.run(batchOf([frame('m-1', 'MeterValues', meterValues(1))]));
    expect(faults).toEqual([]);
    expect(await messagesIn(manager)).toBe(1);
  });

  test('while NATS does not answer, meter values are confirmed from this disk, and copied once it does', async () => {
    const { server, config, registry, keep, manager } = await keptNode({
      'cluster-rows-spill-after': '300ms',
    });
    const { journal, samples } = await openRows(config);
    await samples.append(chunkOf('before'));
    await pauseNats(server);
    await samples.append(chunkOf('meanwhile'));
    const begun = performance.now();
    for (const text of ['soon', 'after']) await samples.append(chunkOf(text));
    expect(performance.now() - begun).toBeLessThan(1000);
    expect(journal.uncopied().all()).toHaveLength(3);
    const keeper = keep();
    await until('it is told', () => unreplicated(registry) === 3);
    expect(keeper.degraded()).toEqual([]);

    server.process.kill('SIGCONT');
    await until('they are copied', () => unreplicated(registry) === 0);
    expect(await messagesIn(manager)).toBe(4);
    // One finds out that NATS answers again, the next is copied before it is confirmed.
    await samples.append(chunkOf('it does'));
    await until('it is copied', () => journal.uncopied().all().length === 0);
    await keeper.stop();
    await samples.append(chunkOf('again'));
    expect(journal.uncopied().all()).toEqual([]);
    expect(await messagesIn(manager)).toBe(6);
  });

  test('a chunk that no stream takes does not keep back those behind it', async () => {
    const { config, registry, keep, manager } = await keptNode();
    const { journal } = await openRows(config);
    const lane = journal.openLane();
    for (const text of ['large'.padEnd(MIB + 1), ...Array.from({ length: 40 }, (_, index) => `${index}`)])
      await journal.uncopied().note(await lane.append(chunkOf(text)));
    keep();
    await until('the others are copied', async () => (await messagesIn(manager)) === 40);
    await until('it is told', () => unreplicated(registry) === 1);
  });

  test('meter values are refused where only copied ones may be confirmed', async () => {
    const { server, config } = await keptNode({
      'cluster-rows-spill-after': '300ms',
      'cluster-rows-confirm': 'replicated',
    });
    const { samples } = await openRows(config);
    await samples.append(chunkOf('before'));
    await pauseNats(server);
    await expect(samples.append(chunkOf('meanwhile'))).rejects.toThrow('could not be copied');
    server.process.kill('SIGCONT');
    await until('they are taken again', () =>
      samples.append(chunkOf('after')).then(
        () => true,
        () => false,
      ),
    );
  });

  test('a full stream takes no more until ClickHouse has what is in it; nothing waits for that', async () => {
    const { config, registry, keep, manager } = await keptNode();
    const { journal, samples } = await openRows(config);
    const filling = Array.from({ length: 17 }, (_, index) => chunkOf(`${index}`.padEnd(MIB - 1000)));
    for (const chunk of filling) await samples.append(chunk);
    const held = await messagesIn(manager);
    expect(held).toBeLessThan(filling.length);
    const keeper = keep();
    await until('it is told', () => unreplicated(registry) === filling.length - held);
    await drain(journal.queue);
    await until('there is room', async () => (await messagesIn(manager)) === 0);
    await until('nothing is only here', () => unreplicated(registry) === 0);
    await samples.append(chunkOf('later'));
    expect(await messagesIn(manager)).toBe(1);
    expect(keeper.degraded()).toEqual([]);
  });
});

async function connectedTo({ cluster }: Config): Promise<NatsConnection> {
  const connection = await connectToNats(cluster, 'test');
  onTestFinished(() => closeConnection(connection));
  return connection;
}
