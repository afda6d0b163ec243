import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { lockDataDir } from '../../src/cli/data-dir-lock.ts';
import { requireAnalyticsEngine } from '../../src/cli/engine-check.ts';
import { loadPepper } from '../../src/store/charge-point-key.ts';
import { makeOwnDirectory, noteOwners, removeAbandoned } from '../own-directories.ts';
import type { Target } from '../target.ts';
import { Balancer, type Order } from './balancer.ts';
import { startClickHouse } from './clickhouse-server.ts';
import { Endings } from './endings.ts';
import type { LocalNats } from './local-nats.ts';
import { LocalNode, type NodeEvents } from './local-node.ts';
import { NatsCluster } from './nats-cluster.ts';
import { NodeHealth } from './node-health.ts';
import { NODE_NAMES } from './node-names.ts';

/** Nine streams of that size have room in the store of each NATS server. */
const STREAM_BYTES = '64MiB';
const CLICKHOUSE_NICE = 10;

export interface LocalClusterOptions {
  /** How many. */
  readonly nodes: number;
  /**
   * Where everything lies and stays; a folder for temporary files, which goes with the cluster, if absent.
   */
  readonly directory: string | undefined;
  /** More flags of `farad serve` for each node. */
  readonly flags: readonly string[];
  /** When a node whose supervisor has ended is started again, ms. */
  readonly againAfterMs: number;
  readonly events: NodeEvents;
  /** Ends the start early. */
  readonly signal: AbortSignal;
}

interface Parts {
  readonly directory: string;
  readonly nats: readonly LocalNats[];
  readonly clickHouse: string;
  readonly nodes: readonly LocalNode[];
  readonly ocpp: Balancer;
  readonly api: Balancer;
  readonly endings: Endings;
}

/** NATS servers, a ClickHouse server, Farad's nodes and balancers before them, all on this machine. */
export class LocalCluster {
  readonly directory: string;
  readonly nats: readonly LocalNats[];
  /** URL of the ClickHouse server. */
  readonly clickHouse: string;
  readonly nodes: readonly LocalNode[];
  /** The balancers. */
  readonly target: Target;
  readonly #ocpp: Balancer;
  readonly #endings: Endings;

  private constructor({ directory, nats, clickHouse, nodes, ocpp, api, endings }: Parts) {
    this.directory = directory;
    this.nats = nats;
    this.clickHouse = clickHouse;
    this.nodes = nodes;
    this.target = {
      ocppUrl: `ws://127.0.0.1:${ocpp.port}/ocpp`,
      apiUrl: `http://127.0.0.1:${api.port}`,
      apiKey: nodes[0]?.target.apiKey ?? '',
    };
    this.#ocpp = ocpp;
    this.#endings = endings;
  }

  /** Resolves once all nodes serve. @throws Error if one does not; then nothing is left. */
  static async start(options: LocalClusterOptions): Promise<LocalCluster> {
    const endings = new Endings();
    try {
      return new LocalCluster(await startParts(options, endings));
    } catch (error) {
      await endings.run();
      throw error;
    }
  }

  /** How many charge points each node has by the balancer. */
  get connections(): ReadonlyMap<string, number> {
    return this.#ocpp.connections;
  }

  /** Ends all parts, the last one first. @throws Error if one did not end well. */
  async stop(): Promise<void> {
    await this.#endings.run();
  }
}

async function startParts(options: LocalClusterOptions, endings: Endings): Promise<Parts> {
  const { directory: chosen, signal } = options;
  requireAnalyticsEngine({ clickhouse: { url: '' } });
  const directory = await takeDirectory(chosen, endings);
  const names = NODE_NAMES.slice(0, options.nodes);
  const launched = await NatsCluster.launch(directory, names);
  endings.add(() => launched.end());
  const starting = startClickHouse({ directory: join(directory, 'clickhouse'), nice: CLICKHOUSE_NICE });
  endings.add(async () => (await starting.catch(() => undefined))?.close());
  const [nats, { url: clickHouse }] = await Promise.all([launched.whenJoined(), starting]);
  signal.throwIfAborted();

  const servers = nats.map(({ url }) => url).join(',');
  const nodes = await startNodes(directory, names, options, endings, (name) => [
    ...['--cluster-node', name, '--cluster-nats-servers', servers],
    ...['--cluster-nats-credentials', launched.credentialsOf(name)],
    ...['--cluster-log-max-bytes', STREAM_BYTES, '--cluster-rows-max-bytes', STREAM_BYTES],
    ...['--cluster-copies-port', '0', '--clickhouse-url', clickHouse],
  ]);
  signal.throwIfAborted();
  // They may outlive this process, while they stop.
  if (chosen === undefined)
    await noteOwners(directory, [process.pid, ...nats.map(({ pid }) => pid), ...nodes.map(({ pid }) => pid)]);
  return { directory, nats, clickHouse, nodes, ...(await startBalancers(nodes, endings)), endings };
}

async function startNodes(
  directory: string,
  names: readonly string[],
  { flags, againAfterMs, events }: LocalClusterOptions,
  endings: Endings,
  flagsOf: (name: string) => readonly string[],
): Promise<LocalNode[]> {
  const apiKey = `farad_${randomBytes(24).toString('base64url')}`;
  sharePepper(names.map((name) => join(directory, name)));
  const starting = names.map((name) =>
    LocalNode.start({
      name,
      dataDir: join(directory, name),
      apiKey,
      flags: [...flagsOf(name), ...flags],
      againAfterMs,
      events,
    }),
  );
  endings.add(async () => {
    // Some may have come up where others did not.
    const started = await Promise.allSettled(starting);
    await Promise.all(started.map((node) => (node.status === 'fulfilled' ? node.value.stop() : undefined)));
  });
  return Promise.all(starting);
}

async function startBalancers(
  nodes: readonly LocalNode[],
  endings: Endings,
): Promise<{ ocpp: Balancer; api: Balancer }> {
  const start = async (pageOf: (target: Target) => URL, order: Order): Promise<Balancer> => {
    const places = nodes.map(({ name, target }) => {
      const page = pageOf(target);
      return { node: name, port: Number(page.port), health: new NodeHealth(page.href) };
    });
    endings.add(async () => {
      for (const { health } of places) health.stop();
    });
    const balancer = await Balancer.start(places, order);
    endings.add(() => balancer.close());
    return balancer;
  };
  return {
    ocpp: await start(({ ocppUrl }) => new URL('/healthz', ocppUrl.replace('ws', 'http')), 'in turns'),
    // A request must see what the one before has changed.
    api: await start(({ apiUrl }) => new URL('/readyz', apiUrl), 'the first'),
  };
}

async function takeDirectory(chosen: string | undefined, endings: Endings): Promise<string> {
  await removeAbandoned();
  if (chosen === undefined) {
    const directory = await makeOwnDirectory();
    endings.add(() => rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
    return directory;
  }
  const lock = await lockDataDir(chosen);
  endings.add(async () => lock.release());
  return lock.directory;
}

/** Hashes of keys would differ otherwise. */
function sharePepper([first = '', ...others]: readonly string[]): void {
  for (const directory of [first, ...others]) mkdirSync(directory, { recursive: true, mode: 0o700 });
  loadPepper(first);
  for (const other of others)
    if (!existsSync(join(other, 'pepper'))) copyFileSync(join(first, 'pepper'), join(other, 'pepper'));
}
