import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { stateHash } from '../../src/cluster/state-hash.ts';
import { Random } from '../../src/simulator/random.ts';
import { openEnvironment } from '../../src/store/open-environment.ts';
import { replicatedTables } from '../../src/store/replicated.ts';
import type { Store } from '../../src/store/store.ts';
import { CommitError } from '../../src/store/store.ts';
import { type ClusterNode, startClusterNode } from '../support/cluster-node.ts';
import { hasNats, pauseNats, startNats } from '../support/nats-server.ts';
import { until } from '../support/until.ts';
import { MINUTE, NOON, start, stop } from '../unit/store/starts-and-stops.ts';

/** The name of the test tells it. */
const seed = Number(process.env.FARAD_AGREEMENT_SEED ?? Date.now() % 1_000_000);

const CHARGE_POINTS = Array.from({ length: 12 }, (_, index) => `CP-${index}`);
const WORKERS = 10;
const OPERATIONS_EACH = 40;

/** What a charge point does until the gateway has confirmed it, as a charge point does. */
async function insist<Result>(ask: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof CommitError)) throw error;
      await wait(50);
    }
  }
}

/** Charge points that move between nodes, and what was confirmed to them. */
class Fleet {
  /** By charge point, connector and time of each start: every id that was confirmed to it. */
  readonly ids = new Map<string, Set<number>>();
  /** Of the transactions whose stop was confirmed. */
  readonly stopped = new Set<number>();
  private readonly stores: readonly Store[];
  private serial = 0;

  constructor(stores: readonly Store[]) {
    this.stores = stores;
  }

  async act(random: Random): Promise<void> {
    const chargePointId = random.pick(CHARGE_POINTS);
    const connectorId = 1 + random.below(2);
    const asked = random.chance(0.16) ? this.stores : [random.pick(this.stores)];
    const number = ++this.serial;
    const at = NOON + number * 1_000;
    const everywhere = <Result>(ask: (store: Store) => Promise<Result>): Promise<Result[]> =>
      Promise.all(asked.map((store) => insist(() => ask(store))));
    const what = random.fraction();
    if (what < 0.35) await this.charge(everywhere, chargePointId, connectorId, at, random);
    else if (what < 0.6) {
      const row = {
        chargePointId,
        connectorId,
        status: random.pick(['Available', 'Charging', 'Faulted']),
        errorCode: 'NoError',
        info: '',
        vendorId: '',
        vendorErrorCode: '',
        ts: at,
        receivedAt: at,
      };
      await everywhere(({ connectors }) => connectors.report(row));
    } else if (what < 0.75)
      await everywhere(({ chargePoints }) =>
        chargePoints.update(chargePointId, { registration: 'Accepted', bootedAt: at }, at),
      );
    else if (what < 0.85)
      await everywhere(({ sessions }) =>
        sessions.claim({
          chargePointId,
          edge: `n/edge-${number % 3}`,
          connectedAt: at,
          remoteAddress: '192.0.2.1',
        }),
      );
    else if (what < 0.95)
      await everywhere(({ reservations }) =>
        reservations.answered({
          chargePointId,
          reservationId: number,
          connectorId,
          idTag: 'TAG-1',
          parentIdTag: '',
          expiryDate: at + 60 * MINUTE,
          state: 'active',
          answer: 'Accepted',
          messageId: `m-${number}`,
          requestedAt: at,
          at,
        }),
      );
    else
      await everywhere(({ chargingProfiles }) =>
        chargingProfiles.installed({
          chargePointId,
          connectorId,
          profile: {
            chargingProfileId: number,
            stackLevel: random.below(3),
            chargingProfilePurpose: 'TxDefaultProfile',
            chargingProfileKind: 'Absolute',
            chargingSchedule: {
              chargingRateUnit: 'A',
              chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }],
            },
          },
          transactionId: null,
          source: 'SetChargingProfile',
          messageId: `m-${number}`,
          at,
        }),
      );
  }

  private async charge(
    everywhere: <Result>(ask: (store: Store) => Promise<Result>) => Promise<Result[]>,
    chargePointId: string,
    connectorId: number,
    startedAt: number,
    random: Random,
  ): Promise<void> {
    const input = start({ chargePointId, connectorId, startedAt, meterStart: startedAt % 1_000_000 });
    const outcomes = await everywhere(({ transactions }) => transactions.start(input));
    const ids = new Set(outcomes.map(({ transaction }) => transaction.transactionId));
    this.ids.set(`${chargePointId} ${connectorId} ${startedAt}`, ids);
    const [transactionId] = ids;
    if (transactionId === undefined || random.chance(0.3)) return;
    const ended = stop(transactionId, {
      chargePointId,
      stoppedAt: startedAt + MINUTE,
      meterStop: startedAt % 1_000_000,
    });
    await everywhere(({ transactions }) => transactions.stop(ended));
    this.stopped.add(transactionId);
  }
}

/** All that is the same on each node. */
function contentsOf({ config }: ClusterNode) {
  const entries = (['state', 'directory'] as const).flatMap((name) => {
    const environment = openEnvironment(config.dataDir, name);
    environment.endRead();
    const all = replicatedTables(name).flatMap((table) =>
      [...environment.bytes(table).getRange({})].map(
        ({ key, value }) => [`${name} ${table}`, Buffer.from(key as Uint8Array), Buffer.from(value)] as const,
      ),
    );
    void environment.close();
    return all;
  });
  return {
    hash: stateHash(entries),
    lines: entries.map(([table, key, value]) => `${table} ${key.toString('hex')} ${value.toString('hex')}`),
  };
}

describe.runIf(hasNats)('three nodes', () => {
  test(`agree about whatever charge points do that move between them (seed ${seed})`, {
    timeout: 120_000,
  }, async () => {
    const server = await startNats();
    const flags = { 'cluster-state-shards': '3', 'cluster-confirm-within': '2s' };
    const nodes: ClusterNode[] = [];
    for (const name of ['a', 'b', 'c']) nodes.push(await startClusterNode(name, server, { flags }));
    const stores = nodes.map((node) => node.openStore('edge'));
    const fleet = new Fleet(stores);
    let acts = 0;
    const acting = Promise.all(
      Array.from({ length: WORKERS }, async (_, worker) => {
        const random = Random.forPart(seed, worker);
        for (let act = 0; act < OPERATIONS_EACH; act++, acts++) await fleet.act(random);
      }),
    );
    // Longer than a change may take the second time: some are told that nobody knows.
    for (const pauseMs of [300, 2_500]) {
      const from = acts;
      await until('they act', () => acts > from + (WORKERS * OPERATIONS_EACH) / 4);
      await pauseNats(server);
      await wait(pauseMs);
      server.process.kill('SIGCONT');
    }
    await acting;

    const [first, ...others] = await until('all copies are the same', () => {
      const all = nodes.map(contentsOf);
      return all.every(({ hash }) => hash === all[0]?.hash) ? all : undefined;
    }).catch(() => nodes.map(contentsOf));
    for (const other of others) expect(other.lines).toEqual(first?.lines);

    const confirmed = [...fleet.ids.values()];
    expect(confirmed.filter((ids) => ids.size !== 1)).toEqual([]);
    expect(new Set(confirmed.flatMap((ids) => [...ids])).size).toBe(confirmed.length);
    for (const store of stores) {
      store.refresh();
      for (const [of, ids] of fleet.ids) {
        const [id = 0] = ids;
        const found = store.transactions.get(id);
        expect(`${found?.chargePointId} ${found?.connectorId} ${found?.startedAt}`).toBe(of);
        if (fleet.stopped.has(id)) expect(found?.state).toBe('stopped');
      }
    }
  });
});
