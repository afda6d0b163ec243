import type { Link } from '../link/link.ts';
import { LinkError } from '../link/link-error.ts';
import { readProcessName } from '../link/process-name.ts';
import type { Store } from '../store/store.ts';

/** How often it is asked which other nodes are there, ms. */
const ASK_EVERY_MS = 1000;

/**
 * Which process holds the socket of a charge point, of those that can be reached from here: an edge of this
 * node that is alive, or one of another node that was heard of lately.
 */
export class Holders {
  private readonly link: Pick<Link, 'call' | 'peers'>;
  private readonly sessions: Pick<Store['sessions'], 'get'>;
  /** Name of this node; undefined where the machine is alone. */
  private readonly node: string | undefined;
  private others: ReadonlySet<string> = new Set();
  private readonly asking: NodeJS.Timeout | undefined;

  constructor(
    link: Pick<Link, 'call' | 'peers'>,
    sessions: Pick<Store['sessions'], 'get'>,
    node: string | undefined,
  ) {
    this.link = link;
    this.sessions = sessions;
    this.node = node;
    if (node === undefined) return;
    this.asking = setInterval(() => void this.ask(), ASK_EVERY_MS).unref();
    void this.ask();
  }

  /** `edge-0` of this node, `b/edge-0` of another. */
  of(chargePointId: string): string | undefined {
    const edge = this.sessions.get(chargePointId)?.edge;
    return edge === undefined ? undefined : this.reachable(edge);
  }

  /** Changes whenever other processes than before can be reached. */
  mark(): string {
    return [...this.link.peers(), ...this.others].join(' ');
  }

  stop(): void {
    clearInterval(this.asking);
  }

  /** By which name it can be called; undefined where it is not there. */
  private reachable(edge: string): string | undefined {
    const named = this.node === undefined ? undefined : readProcessName(edge);
    if (named !== undefined && named.node !== this.node)
      return this.others.has(named.node) ? edge : undefined;
    const name = named?.process ?? edge;
    return this.link.peers().includes(name) ? name : undefined;
  }

  /** While the replica is away, the last answer counts: it is back within a moment. */
  private async ask(): Promise<void> {
    try {
      const { nodes } = await this.link.call('replica', 'cluster.nodes', {});
      this.others = new Set(nodes.map(({ node }) => node));
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
    }
  }
}
