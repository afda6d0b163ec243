import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { pino } from 'pino';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { connectToNats } from '../../src/cluster/connection.ts';
import { createCluster } from '../../src/cluster/create.ts';
import { finishUpgrade } from '../../src/cluster/finish-upgrade.ts';
import { leaveCluster } from '../../src/cluster/leave.ts';
import { LogFormat } from '../../src/cluster/log-format.ts';
import { findLog } from '../../src/cluster/log-identity.ts';
import { membershipOf, writeMembership } from '../../src/cluster/membership.ts';
import { reseedLog } from '../../src/cluster/reseed.ts';
import type { SharedTables } from '../../src/cluster/shared-tables.ts';
import { type Entry, stateHash } from '../../src/cluster/state-hash.ts';
import { sizeOf } from '../../src/journal/environment.ts';
import { fingerprintOf, loadPepper } from '../../src/store/charge-point-key.ts';
import { openReplicated, replicatedTables } from '../../src/store/replicated.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import {
  type ClusterNode,
  nodeConfig,
  startClusterNode,
  temporaryDirectory,
} from '../support/cluster-node.ts';
import { hasNats, type NatsServer, startNats } from '../support/nats-server.ts';
import { until } from '../support/until.ts';
import { MINUTE, NOON, start, stop } from '../unit/store/starts-and-stops.ts';

/**
 * FARAD_TEST_MIGRATED=10000 npx vitest run test/integration/cluster-migration.test.ts
 * is the whole form.
 */
const CHARGE_POINTS = Number(process.env.FARAD_TEST_MIGRATED ?? 200);

/** Changes that are on their way at a time. */
const AT_ONCE = 500;

/** What begins anew in each form, or is of the machine. */
const NOT_COMPARED = new Set(['sessions', 'connector-doubts', 'newest-changes', 'meta', 'leases']);

const log = pino({ level: 'silent' });
const INSTALLATION = 'installation-1';

class Tables implements SharedTables {
  ownedBy: string | undefined;
  highest = 0;
  /** Throws once at the next step that hands them over. */
  failing = false;

  async owner() {
    return this.ownedBy;
  }

  async highestTransactionId() {
    return this.highest;
  }

  async handTo(owner: string) {
    if (this.failing) {
      this.failing = false;
      throw new Error('ClickHouse is away');
    }
    this.ownedBy = owner;
  }
}

let server: NatsServer;
let dataDir: string;
let tables: Tables;
let said: string[];

const say = (text: string) => void said.push(text);
const config = () => nodeConfig('a', server, dataDir);
const create = () => createCluster({ config: config(), installation: INSTALLATION, tables, say });
const leave = (rest: Partial<Parameters<typeof leaveCluster>[0]> = {}) =>
  leaveCluster({
    config: config(),
    installation: INSTALLATION,
    tables,
    whileOthersWork: false,
    evenIfBehind: false,
    say,
    log,
    listensMs: 100,
    ...rest,
  });

function startNode(flags: Record<string, string> = {}): Promise<ClusterNode> {
  const pepper = fingerprintOf(loadPepper(dataDir));
  return startClusterNode('a', server, { dataDir, flags, pepper });
}

/** Runs `work` with the store of a machine that is alone. */
async function alone<Result>(work: (store: Store) => Promise<Result>): Promise<Result> {
  const store = openStore({ dataDir, role: 'edge' });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** What the data directory holds, for comparing; and how many rows wait for ClickHouse. */
async function contents(): Promise<{ hash: string; entries: number; waiting: number }> {
  const environments = openReplicated(dataDir);
  const found: Entry[] = [];
  for (const name of ['state', 'directory'] as const)
    for (const table of replicatedTables(name))
      for (const { key, value } of environments[name].bytes(table).getRange({}))
        if (!NOT_COMPARED.has(table)) found.push([`${name} ${table}`, key, value]);
  const waiting = sizeOf(environments.state.bytes('outbox')).entries;
  await environments.close();
  return { hash: stateHash(found), entries: found.length, waiting };
}

async function forEach<Result>(count: number, work: (index: number) => Promise<Result>): Promise<Result[]> {
  const done: Result[] = [];
  for (let from = 0; from < count; from += AT_ONCE) {
    const indexes = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, index) => from + index);
    done.push(...(await Promise.all(indexes.map(work))));
  }
  return done;
}

/** Each charge point connects and begins a transaction, and every second one has had another before. */
async function busyDay(store: Store, edge: string, day: number): Promise<number[]> {
  const ids = await forEach(CHARGE_POINTS, async (index) => {
    const chargePointId = `CP-${index}`;
    const at = NOON + day * 24 * 60 * MINUTE;
    await store.sessions.claim({ chargePointId, edge, connectedAt: at, remoteAddress: '192.0.2.1' });
    const begin = async (startedAt: number) => {
      const { transaction } = await store.transactions.start(
        start({ chargePointId, idTag: `TAG-${index}`, connectorId: 1 + day, startedAt }),
      );
      return transaction.transactionId;
    };
    const first = index % 2 === 0 ? [await begin(at)] : [];
    for (const id of first)
      await store.transactions.stop(stop(id, { chargePointId, stoppedAt: at + MINUTE }));
    return [...first, await begin(at + 2 * MINUTE)];
  });
  return ids.flat();
}

describe.runIf(hasNats)('from one machine to several, and back', () => {
  beforeEach(async () => {
    server = await startNats();
    dataDir = temporaryDirectory();
    tables = new Tables();
    said = [];
  });

  test('a machine with open transactions becomes a node and works alone again, and no transactionId is given twice', {
    timeout: 20_000 + CHARGE_POINTS * 20,
  }, async () => {
    const ids = await alone((store) => busyDay(store, 'edge-0', 0));
    const before = await contents();
    expect(before.waiting).toBeGreaterThanOrEqual(ids.length);
    tables.ownedBy = INSTALLATION;
    await create();
    expect(await contents()).toEqual(before);
    expect(said[0]).toBe(`${CHARGE_POINTS} sessions are closed`);
    expect(tables.ownedBy).toBe(membershipOf(dataDir)?.identity);

    const node = await startNode();
    const inCluster = node.openStore('edge');
    expect(inCluster.sessions.count()).toBe(0);
    for (let index = 0; index < CHARGE_POINTS; index += 97)
      expect(inCluster.transactions.openOf(`CP-${index}`).map(({ idTag }) => idTag)).toEqual([
        `TAG-${index}`,
      ]);
    ids.push(...(await busyDay(inCluster, 'a/edge-0', 1)));
    await expect(leave({ listensMs: 1500 })).rejects.toThrow(/^a run: stop them first/);
    await node.stop();

    const asNode = await contents();
    await leave();
    expect(await contents()).toEqual(asNode);
    expect(tables.ownedBy).toBe(INSTALLATION);
    expect(membershipOf(dataDir)).toBeUndefined();
    ids.push(...(await alone((store) => busyDay(store, 'edge-0', 2))));
    expect(new Set(ids).size).toBe(ids.length);
    await alone(async (store) => {
      expect(store.sessions.count()).toBe(CHARGE_POINTS);
      for (let index = 0; index < CHARGE_POINTS; index += 97)
        expect(store.transactions.openOf(`CP-${index}`)).toHaveLength(3);
    });
    // And once more: it is a machine that has worked alone as any other.
    await expect(create()).rejects.toThrow(/they hold a log already/);
  });

  test('what was interrupted is finished by running it again, and by nothing else', async () => {
    const ids = await alone(async (store) => {
      const { transaction } = await store.transactions.start(start());
      return [transaction.transactionId];
    });
    const before = await contents();
    tables.failing = true;
    await expect(create()).rejects.toThrow('ClickHouse is away');
    await expect(startNode()).rejects.toThrow('farad cluster create was interrupted; run it again');
    const { identity } = membershipOf(dataDir) ?? {};
    await create();
    expect(membershipOf(dataDir)).toEqual({ identity, node: 'a', copyAgain: true });
    await expect(create()).rejects.toThrow('this data directory is that of a node already');

    const node = await startNode();
    const { transaction } = await node.openStore('edge').transactions.start(start({ chargePointId: 'CP-2' }));
    ids.push(transaction.transactionId);
    await node.stop();
    tables.failing = true;
    await expect(leave()).rejects.toThrow('ClickHouse is away');
    await expect(startNode()).rejects.toThrow('farad cluster leave was interrupted; run it again');
    await expect(create()).rejects.toThrow('farad cluster leave was interrupted on this data directory');
    await leave();
    const after = await contents();
    expect(after.waiting).toBe(before.waiting + 1);
    await alone(async (store) => {
      const { transaction } = await store.transactions.start(start({ chargePointId: 'CP-3' }));
      expect(ids).not.toContain(transaction.transactionId);
      expect(store.transactions.list({ limit: 9 }).transactions).toHaveLength(3);
    });
  });

  test('transactionIds that only the tables or the mark know are not given again, and tables of others are refused', async () => {
    await alone((store) => store.transactions.start(start()));
    tables.ownedBy = 'another-installation';
    await expect(create()).rejects.toThrow('it holds the rows of another installation');
    tables.ownedBy = INSTALLATION;
    tables.highest = 70_000;
    await expect(create()).rejects.toThrow('it holds transaction 70000, which this data directory has not');
    expect(membershipOf(dataDir)).toBeUndefined();

    tables.highest = 0;
    await create();
    const node = await startNode();
    await node.stop();
    tables.highest = 70_000;
    await leave();
    const { transaction } = await alone((store) =>
      store.transactions.start(start({ chargePointId: 'CP-9' })),
    );
    expect(transaction.transactionId).toBe(70_001);
  });

  test('a node that the log is ahead of applies the rest, or says how much it lacks', async () => {
    await alone((store) => store.transactions.start(start()));
    await create();
    const node = await startNode({ 'cluster-confirm-within': '1s' });
    const store = node.openStore('edge');
    await store.transactions.start(start({ chargePointId: 'CP-2' }));
    await node.replica.stop();
    // It is in the log, and nobody applies it.
    const unanswered = store.transactions.start(start({ chargePointId: 'CP-3' }));
    await expect(unanswered).rejects.toThrow("this node's copy of farad-state-0 is behind");
    await node.stop();
    const { identity = '' } = membershipOf(dataDir) ?? {};
    writeMembership(dataDir, { identity: 'another-log', node: 'a' });
    await expect(leave()).rejects.toThrow('they hold the log');
    writeMembership(dataDir, { identity, node: 'a' });

    await leave();
    expect(said).toContain('applies 1 changes that this copy does not have yet');
    await alone(async (after) => expect(after.transactions.openOf('CP-3')).toHaveLength(1));
  });

  test('a log that was lost goes on from the copy that has most, and the others take copies of that', async () => {
    const a = await startNode();
    const { transaction } = await a.openStore('edge').transactions.start(start());
    const ofB = { dataDir: temporaryDirectory(), pepper: fingerprintOf(loadPepper(dataDir)) };
    const b = await startClusterNode('b', server, ofB);
    const atB = b.openStore('edge');
    await until('b has it, too', () => atB.transactions.openOf('CP-1').length === 1 || void atB.refresh());
    await a.stop();
    const late = await atB.transactions.start(start({ chargePointId: 'CP-2' }));
    const connection = await connectToNats(config().cluster, 'test');
    onTestFinished(() => connection.close());
    await (await jetstreamManager(connection)).streams.delete('farad-state-0');

    const seed = (rest: Partial<Parameters<typeof reseedLog>[0]> = {}) =>
      reseedLog({
        log,
        config: config(),
        tables,
        credentials: '',
        evenIfBehind: false,
        say,
        listensMs: 1500,
        ...rest,
      });
    await expect(seed()).rejects.toThrow('b is further: 1 changes of farad-state-0');
    await expect(seed({ listensMs: 0 })).rejects.toThrow('no other node is heard');
    const { identity } = membershipOf(dataDir) ?? {};
    tables.failing = true;
    await expect(seed({ evenIfBehind: true })).rejects.toThrow('ClickHouse is away');
    await expect(startNode()).rejects.toThrow('farad cluster reseed was interrupted; run it again');
    await seed({ evenIfBehind: true });
    expect(said).toContain('goes on although b is further: 1 changes of farad-state-0');
    // What is left of the log is applied before.
    expect(said).toContain('applies 1 changes that this copy does not have yet');
    expect(tables.ownedBy).toBe(membershipOf(dataDir)?.identity);
    expect(tables.ownedBy).not.toBe(identity);
    await b.stop();

    const atA = (await startNode()).openStore('edge');
    expect(atA.transactions.openOf('CP-1')).toEqual([transaction]);
    const next = await atA.transactions.start(start({ chargePointId: 'CP-3' }));
    expect(next.transaction.transactionId).toBeGreaterThan(late.transaction.transactionId + 50_000);
    const again = (await startClusterNode('b', server, ofB)).openStore('edge');
    await until('b has taken a copy', () => {
      again.refresh();
      return again.transactions.openOf('CP-3').length === 1 && again.transactions.openOf('CP-2').length === 0;
    });
  });

  test('the format of the log is raised once all nodes are heard that the operator counts', async () => {
    await startNode();
    const { cluster } = config();
    const finish = (nodes: number) => finishUpgrade({ cluster, nodes, say, listensMs: 1500 });
    await expect(finish(2)).rejects.toThrow('1 nodes are heard, not 2');
    await finish(1);
    expect(said.at(-1)).toBe('the log is written in format 2, the newest that all read');
    const connection = await connectToNats(cluster, 'test');
    onTestFinished(() => connection.close());
    const bucket = await new Kvm(jetstream(connection)).open('farad-meta');
    await bucket.put('log', JSON.stringify({ ...(await findLog(connection)), format: 1 }));
    const failures: string[] = [];
    const format = new LogFormat(connection, (cause) => failures.push(cause), 20);
    onTestFinished(() => format.stop());
    await finish(1);
    expect(said.at(-1)).toBe('the log may be written in format 2 from now on, instead of 1');
    expect(await findLog(connection)).toMatchObject({ format: 2, begins: 'empty' });
    await until('a running process knows that', () => format.newest === 2);
    expect(failures).toEqual([]);
  });
});
