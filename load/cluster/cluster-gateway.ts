import type { Gateway } from '../gateway.ts';
import type { Target } from '../target.ts';
import { LocalCluster } from './local-cluster.ts';
import type { LocalNode, NodeEvents } from './local-node.ts';

/** When a node that was killed is started again, ms. */
const AGAIN_AFTER_MS = 5_000;

/** A cluster on this machine that the load tool started, as one gateway. */
export class ClusterGateway implements Gateway {
  /** The balancers. */
  readonly target: Target;
  readonly cluster: LocalCluster;

  private constructor(cluster: LocalCluster) {
    this.cluster = cluster;
    this.target = cluster.target;
  }

  /**
   * @param flags more flags for each node.
   * @throws Error if it does not come up.
   */
  static async start(nodes: number, flags: readonly string[], signal: AbortSignal): Promise<ClusterGateway> {
    return new ClusterGateway(
      await LocalCluster.start({
        nodes,
        directory: undefined,
        flags,
        againAfterMs: AGAIN_AFTER_MS,
        // Whoever kills a node says so, and waits for it.
        events: SILENT,
        signal,
      }),
    );
  }

  /** Names of processes with their node: `a/edge-0`. */
  async pids(): Promise<Record<string, number>> {
    const { nodes, nats } = this.cluster;
    const ofNodes = await Promise.all(nodes.map(pidsOf));
    const ofNats = nats.map(({ name, pid }) => [name, pid] as const);
    return Object.fromEntries([...ofNodes.flat(), ...ofNats]);
  }

  get log(): string {
    return this.cluster.nodes.map(({ name, log }) => `node ${name}:\n${log}`).join('\n');
  }

  async stop(): Promise<void> {
    await this.cluster.stop();
  }
}

const SILENT: NodeEvents = { ended: () => undefined, startedAgain: () => undefined };

async function pidsOf(node: LocalNode): Promise<(readonly [string, number])[]> {
  return Object.entries(await node.pids()).map(([name, pid]) => [`${node.name}/${name}`, pid] as const);
}
