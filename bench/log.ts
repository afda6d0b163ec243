import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NatsCluster } from '../load/cluster/nats-cluster.ts';
import type { Bench, Contender, Figure, Reading } from './bench.ts';
import type { Order, Place, Report } from './log/orders.ts';
import { sizes } from './sizes.ts';

const NODES = ['a', 'b', 'c'];
const MS = sizes.seconds(5) * 1000;
/** Of all nodes together: with their stops, twice as many changes. */
const STARTS_PER_SECOND = 250;
/** Of each node. */
const CHANGES_IN_FLIGHT = 400;

const LATENCIES: readonly Figure[] = [
  { key: 'p50', unit: 'ms until it is confirmed', better: 'lower' },
  { key: 'p99', unit: 'ms until it is confirmed', better: 'lower' },
];

export const logBenches: readonly Bench[] = [
  {
    name: 'log-starts',
    question: `What does a StartTransaction with its stop cost, ${STARTS_PER_SECOND} a second, on one machine and through the log of three nodes?`,
    figures: [
      ...LATENCIES,
      { key: 'edge', unit: 'µs of CPU per start and stop, of the processes that ask', better: 'lower' },
      { key: 'replica', unit: 'µs of CPU per start and stop, of one process that applies', better: 'lower' },
    ],
    async prepare() {
      const directory = mkdtempSync(join(tmpdir(), 'farad-bench-'));
      const alone = await Process.start('edge', { dataDir: join(directory, 'alone'), flags: {} });
      const cluster = await Cluster.start(directory);
      const order = (perSecond: number): Order => ({ kind: 'starts', perSecond, ms: MS });
      return {
        contenders: [
          {
            name: 'one machine',
            run: async () => reading([await alone.carryOut(order(STARTS_PER_SECOND))], []),
          },
          cluster.contender('three nodes', order(STARTS_PER_SECOND / NODES.length)),
        ],
        async close() {
          await Promise.all([alone.end(), cluster.end()]);
          rmSync(directory, { recursive: true, force: true });
        },
      };
    },
  },
  {
    name: 'log-changes',
    question:
      'How many changes a second do three NATS servers and three nodes carry, each applied by every node and confirmed to the one that asked?',
    figures: [
      { key: 'changes', unit: 'per second', better: 'higher' },
      ...LATENCIES,
      { key: 'edge', unit: 'µs of CPU per change, of the processes that ask', better: 'lower' },
      { key: 'replica', unit: 'µs of CPU per change, of one process that applies', better: 'lower' },
    ],
    async prepare() {
      const directory = mkdtempSync(join(tmpdir(), 'farad-bench-'));
      const cluster = await Cluster.start(directory);
      return {
        contenders: [
          cluster.contender('three nodes', { kind: 'changes', inFlight: CHANGES_IN_FLIGHT, ms: MS }),
        ],
        async close() {
          await cluster.end();
          rmSync(directory, { recursive: true, force: true });
        },
      };
    },
  },
];

/** What a process did, and the CPU that it took for that, s. */
type Done = Report;

/** A process of a node, which does what it is asked. */
class Process {
  readonly #child: ChildProcess;
  #usedSeconds = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(role: 'edge' | 'replica', place: Place): Promise<Process> {
    mkdirSync(place.dataDir, { recursive: true });
    const file = fileURLToPath(new URL(`./log/${role}-process.js`, import.meta.url));
    const child = fork(file, [JSON.stringify(place)], { serialization: 'advanced' });
    await once(child, 'message');
    const started = new Process(child);
    await started.carryOut({ kind: 'use' });
    return started;
  }

  async carryOut(order: Order): Promise<Done> {
    const answer = once(this.#child, 'message');
    this.#child.send(order);
    const [{ latencies, cpuSeconds }] = (await answer) as [Report];
    const used = cpuSeconds - this.#usedSeconds;
    this.#usedSeconds = cpuSeconds;
    return { latencies, cpuSeconds: used };
  }

  async end(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }
}

/** Three NATS servers, and of each of three nodes the processes that write and apply. */
class Cluster {
  readonly #nats: NatsCluster;
  readonly #edges: readonly Process[];
  readonly #replicas: readonly Process[];

  private constructor(nats: NatsCluster, edges: readonly Process[], replicas: readonly Process[]) {
    this.#nats = nats;
    this.#edges = edges;
    this.#replicas = replicas;
  }

  static async start(directory: string): Promise<Cluster> {
    const nats = await NatsCluster.launch(directory, NODES);
    const servers = (await nats.whenJoined()).map(({ url }) => url);
    const places = NODES.map((node) => ({
      dataDir: join(directory, node),
      flags: {
        'cluster-node': node,
        'cluster-nats-servers': servers.join(','),
        'cluster-nats-credentials': nats.credentialsOf(node),
        'cluster-log-max-bytes': '128MiB',
        'cluster-rows-max-bytes': '16MiB',
        'clickhouse-url': 'http://127.0.0.1:1',
      },
    }));
    const replicas = await Promise.all(places.map((place) => Process.start('replica', place)));
    const edges = await Promise.all(places.map((place) => Process.start('edge', place)));
    return new Cluster(nats, edges, replicas);
  }

  contender(name: string, order: Order): Contender {
    return {
      name,
      note: 'three NATS servers that flush always, three processes that write and three that apply, on the same cores',
      run: async () => {
        const done = await Promise.all(this.#edges.map((edge) => edge.carryOut(order)));
        return reading(done, await Promise.all(this.#replicas.map((one) => one.carryOut({ kind: 'use' }))));
      },
    };
  }

  async end(): Promise<void> {
    await Promise.all(this.#edges.map((edge) => edge.end()));
    await Promise.all(this.#replicas.map((replica) => replica.end()));
    await this.#nats.end();
  }
}

function reading(edges: readonly Done[], replicas: readonly Done[]): Reading {
  const latencies = edges.flatMap((edge) => edge.latencies).sort((a, b) => a - b);
  const count = latencies.length;
  const at = (part: number): number => latencies[Math.floor(part * (count - 1))] ?? Number.NaN;
  const microseconds = (processes: readonly Done[]): number =>
    (processes.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) / count) * 1e6;
  return {
    changes: (count / MS) * 1000,
    p50: at(0.5),
    p99: at(0.99),
    edge: microseconds(edges),
    replica: microseconds(replicas) / Math.max(1, replicas.length),
  };
}
