import { setTimeout as wait } from 'node:timers/promises';
import { ClusterLog } from '../../src/cluster/cluster-log.ts';
import { isClustered } from '../../src/config/cluster-check.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { ReplicatedLog } from '../../src/store/change-driver.ts';
import { openEnvironment } from '../../src/store/open-environment.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { logTo } from '../../src/telemetry/log.ts';
import { createRegistry } from '../../src/telemetry/metrics.ts';
import type { Order, Place, Report } from './orders.ts';

/** About what a change of a charge point comes to, bytes. */
const CHANGE_BYTES = 600;
const CHARGE_POINTS = 5_000;
const CHARGES_FOR_MS = 100;

/** Does to a store what an edge does, as it is asked. */
const { dataDir, flags } = JSON.parse(process.argv[2] ?? '') as Place;
const config = loadConfig({ flags: { ...flags, 'data-dir': dataDir } });
const { cluster } = config;
const log = isClustered(config)
  ? new ClusterLog({
      cluster,
      name: 'edge-0',
      log: logTo({ write: () => undefined }, 'warn', 'bench'),
      registry: createRegistry({ process: 'edge-0' }),
    })
  : undefined;
const store = openStore({ dataDir, role: 'edge', ...(log && { log }) });
let serial = 0;

process.on('message', (order: Order) => {
  void carryOut(order).then((latencies) => {
    const { user, system } = process.cpuUsage();
    process.send?.({ latencies, cpuSeconds: (user + system) / 1e6 } satisfies Report);
  });
});
process.on('disconnect', () => void store.close().then(() => log?.stop()));
process.send?.('ready');

async function carryOut(order: Order): Promise<readonly number[]> {
  if (order.kind === 'starts') return startAndStop(store, order);
  if (order.kind === 'changes' && log) return change(log, order);
  return [];
}

async function startAndStop(
  { transactions }: Store,
  { perSecond, ms }: Extract<Order, { kind: 'starts' }>,
): Promise<number[]> {
  const latencies: number[] = [];
  const charge = async (number: number): Promise<void> => {
    const [now, given] = [Date.now(), performance.now()];
    const common = {
      chargePointId: nameOf(number),
      timestamp: new Date(now).toISOString(),
      flags: [],
      receivedAt: now,
    };
    const { transaction } = await transactions.start({
      ...common,
      connectorId: 1,
      idTag: `TAG-${number % CHARGE_POINTS}`,
      startedAt: now,
      timestampPlausible: true,
      meterStart: number,
      reservationId: null,
      rawStart: '{"connectorId":1,"idTag":"TAG-0000","meterStart":0,"timestamp":"2026-01-01T00:00:00.000Z"}',
      authorize: () => ({ status: 'Accepted', parentIdTag: '' }),
    });
    latencies.push(performance.now() - given);
    await wait(CHARGES_FOR_MS);
    await transactions.stop({
      ...common,
      transactionId: transaction.transactionId,
      stoppedAt: Date.now(),
      meterStop: number + 1,
      idTag: `TAG-${number % CHARGE_POINTS}`,
      reason: 'Local',
      rawStop: '{"transactionId":1000,"meterStop":1,"timestamp":"2026-01-01T00:00:00.000Z"}',
    });
  };
  const charges: Promise<void>[] = [];
  const began = performance.now();
  for (let due = 0; due < ms; due = (charges.length * 1000) / perSecond) {
    const early = began + due - performance.now();
    if (early > 0) await wait(early);
    charges.push(charge(serial++));
  }
  await Promise.all(charges);
  return latencies;
}

async function change(
  replicated: ReplicatedLog,
  { inFlight, ms }: Extract<Order, { kind: 'changes' }>,
): Promise<number[]> {
  const environment = openEnvironment(dataDir, 'state');
  const driver = replicated.driverOf('state', environment);
  const latencies: number[] = [];
  const until = performance.now() + ms;
  const bytes = Buffer.alloc(CHANGE_BYTES);
  const writer = async (): Promise<void> => {
    while (performance.now() < until) {
      const scope = nameOf(serial++);
      const given = performance.now();
      const entries = [{ key: Buffer.from(scope), bytes }];
      const table = { table: 'charge-points', entries, write: () => undefined };
      const [outcome] = await driver.append([
        { scope, bases: [driver.newest(scope)], tables: [table], rows: [] },
      ]);
      if (outcome === true) latencies.push(performance.now() - given);
      else if (outcome instanceof Error) throw outcome;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, writer));
  await environment.close();
  return latencies;
}

/** Of a charge point that is this node's own. */
function nameOf(number: number): string {
  return `${cluster.node}-${number % CHARGE_POINTS}`;
}
