import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { ClusterLog } from '../../src/cluster/cluster-log.ts';
import { Replica } from '../../src/cluster/replica.ts';
import type { RowPace } from '../../src/cluster/row-keeper.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { Config } from '../../src/config/schema.ts';
import type { Link } from '../../src/link/link.ts';
import { createRelay } from '../../src/link/relay.ts';
import { openReplicated } from '../../src/store/replicated.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { createRegistry, type Registry } from '../../src/telemetry/metrics.ts';
import type { NatsServer } from './nats-server.ts';

const log = pino({ level: 'silent' });

/** A node of a cluster whose processes all are in this one. */
export interface ClusterNode {
  readonly name: string;
  readonly config: Config;
  readonly control: Link;
  readonly edge: Link;
  readonly replica: Replica;
  readonly registry: Registry;
  /** Of the replica. */
  metric(name: string): number | undefined;
  /** The store as a process of this node has it. */
  openStore(role: 'edge' | 'control'): Store;
  /** As `openStore`, with the log that it writes to. */
  openShared(role: 'edge' | 'control'): { readonly store: Store; readonly sharedLog: ClusterLog };
  /** The copy stays as it is until what this resolves with is called. */
  holdCopy(): Promise<() => Promise<void>>;
  /** Ends what was opened, the stores first; before the end of the test where it is called. */
  stop(): Promise<void>;
}

export interface ClusterNodeOptions {
  readonly pepper?: string;
  readonly flags?: Readonly<Record<string, string>>;
  readonly dataDir?: string;
  readonly rowPace?: RowPace;
}

/** The settings of a small node, with these further flags. */
export function nodeConfig(
  name: string,
  { url }: Pick<NatsServer, 'url'>,
  dataDir: string,
  flags: Readonly<Record<string, string>> = {},
): Config {
  return loadConfig({
    flags: {
      'data-dir': dataDir,
      'cluster-nats-servers': url,
      'cluster-node': name,
      'ocpp-port': '0',
      'clickhouse-url': 'http://127.0.0.1:1',
      'cluster-replicas': '1',
      'cluster-nats-insecure': 'true',
      'cluster-state-shards': '1',
      'cluster-rows-partitions': '1',
      'cluster-log-max-bytes': '16MiB',
      'cluster-rows-max-bytes': '16MiB',
      'cluster-copies-port': '0',
      ...flags,
    },
  });
}

/** Starts a node with control, an edge and its replica, which ends after the test. */
export async function startClusterNode(
  name: string,
  server: NatsServer,
  { pepper = 'cafe', flags = {}, dataDir = temporaryDirectory(), rowPace }: ClusterNodeOptions = {},
): Promise<ClusterNode> {
  const config = nodeConfig(name, server, dataDir, flags);
  const relay = createRelay({ node: name });
  const [control, edge] = [relay.join('control'), relay.join('edge-0')];
  const registry = createRegistry({ process: 'replica' });
  const environments = openReplicated(dataDir);
  const createReplica = (linkName: string, ownRegistry: Registry) =>
    new Replica({
      config,
      link: relay.join(linkName),
      environments,
      pepper,
      release: '0.0.0',
      log,
      registry: ownRegistry,
      rowPace,
      onRefusal: (refusal) => {
        throw refusal;
      },
    });
  const replica = createReplica('replica', registry);
  const endings = [() => environments.close(), () => replica.stop()];
  const stop = async (): Promise<void> => {
    for (let end = endings.pop(); end !== undefined; end = endings.pop()) await end();
  };
  onTestFinished(stop);
  await replica.start();
  const openShared = (role: 'edge' | 'control') => {
    const sharedLog = new ClusterLog({
      cluster: config.cluster,
      name: role,
      log,
      registry: createRegistry({ process: role }),
    });
    const store = openStore({ dataDir, role, log: sharedLog });
    endings.push(async () => {
      await store.close();
      await sharedLog.stop();
    });
    return { store, sharedLog };
  };
  return {
    name,
    config,
    control,
    edge,
    replica,
    registry,
    metric(wanted) {
      const family = registry.collect().find((one) => one.name === wanted);
      return family?.type === 'gauge' ? family.samples[0]?.value : undefined;
    },
    openShared,
    openStore: (role) => openShared(role).store,
    async holdCopy() {
      await replica.stop();
      return async () => {
        const second = createReplica('replica-2', createRegistry({ process: 'replica' }));
        // The environments and the first one end after it.
        endings.splice(2, 0, () => second.stop());
        await second.start();
      };
    },
    stop,
  };
}

/** An empty data directory, which goes after the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'farad-node-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
