import type { NodeRefusal, StreamCopied } from '../link/cluster-status.ts';
import type { Link } from '../link/link.ts';
import { LinkError } from '../link/link-error.ts';
import { readProcessName } from '../link/process-name.ts';
import { writeTimestamp } from '../protocol/timestamp.ts';
import type { Store } from '../store/store.ts';
import { apiError } from './errors.ts';

/** How long the replica may take to answer, ms. */
const DEADLINE_MS = 3000;

/** Sessions are counted as often at most, ms. */
const COUNT_EVERY_MS = 1000;

/** A node, as `GET /api/v1/cluster` shows it. */
export interface NodeView {
  readonly node: string;
  /** It is the one that answers. */
  readonly self: boolean;
  readonly there: boolean;
  readonly release: string | null;
  readonly clockAheadSeconds: number | null;
  readonly lastHeardAt: string | null;
  readonly chargePoints: number | null;
  readonly lagSeconds: number | null;
  readonly trouble: string | null;
  readonly refuses: NodeRefusal | null;
  readonly leads: boolean;
}

export interface StreamView {
  readonly name: string;
  readonly position: number;
  readonly lagSeconds: number;
  readonly trouble: { readonly since: string; readonly reason: string | null; readonly cause: string } | null;
}

export interface ClusterViewed {
  readonly clustered: boolean;
  /** Name of the node that answers. */
  readonly node: string | null;
  readonly nodes: readonly NodeView[];
  readonly streams: readonly StreamView[];
}

export const ALONE_VIEWED: ClusterViewed = { clustered: false, node: null, nodes: [], streams: [] };

export interface ClusterViewOptions {
  readonly link: Pick<Link, 'call'>;
  readonly sessions: Pick<Store['sessions'], 'countByEdge'>;
  readonly leases: Pick<Store['leases'], 'get'>;
  /** Name of this node. */
  readonly node: string;
  readonly release: string;
}

/** How the nodes of the cluster are, as this one knows them. */
export class ClusterView {
  private readonly options: ClusterViewOptions;
  private counting: Promise<ReadonlyMap<string, number>> | undefined;
  /** When the last count began, monotonic ms. */
  private countedAt = Number.NEGATIVE_INFINITY;

  constructor(options: ClusterViewOptions) {
    this.options = options;
  }

  /** Throws `process_unavailable` while the replica does not answer. */
  async read(): Promise<ClusterViewed> {
    const { node, release } = this.options;
    const [{ nodes, streams, ...condition }, held] = await Promise.all([this.ask(), this.held()]);
    const now = Date.now();
    const leader = this.leader();
    const own: NodeView = {
      node,
      self: true,
      there: true,
      release,
      clockAheadSeconds: null,
      lastHeardAt: null,
      chargePoints: held.get(node) ?? 0,
      leads: node === leader,
      ...condition,
    };
    const heard = nodes.map(
      (other): NodeView => ({
        node: other.node,
        self: false,
        there: other.there,
        release: other.release,
        clockAheadSeconds: other.aheadMs / 1000,
        lastHeardAt: writeTimestamp(now - other.heardMsAgo),
        // The sessions of a node that is away count as not connected.
        chargePoints: other.there ? (held.get(other.node) ?? 0) : 0,
        lagSeconds: other.there ? other.lagSeconds : null,
        trouble: other.there ? other.trouble : null,
        refuses: other.there ? other.refuses : null,
        leads: other.there && other.node === leader,
      }),
    );
    const known = new Set([own, ...heard].map(({ node }) => node));
    const unheard = [...held.keys()].filter((name) => !known.has(name)).map(neverHeard);
    return {
      clustered: true,
      node,
      nodes: [own, ...heard, ...unheard].sort((a, b) => (a.node < b.node ? -1 : 1)),
      streams: streams.map(streamView),
    };
  }

  /**
   * Throws `unknown_node` for one that `read` does not show, and `node_there` for one that is not away; and
   * as `read`.
   */
  async refuseUnlessAway(name: string): Promise<void> {
    const found = (await this.read()).nodes.find(({ node }) => node === name);
    if (!found) throw apiError('unknown_node', { node: name });
    if (found.there) throw apiError('node_there', { node: name });
  }

  /** As of the next `read`, sessions are counted anew. */
  countAnew(): void {
    this.countedAt = Number.NEGATIVE_INFINITY;
  }

  /** The node that does what one does at a time, as far as this node's copy says. */
  private leader(): string | undefined {
    const [process] = this.options.leases.get('operations')?.owner.split(' ') ?? [];
    return readProcessName(process ?? '')?.node;
  }

  private async ask() {
    try {
      return await this.options.link.call('replica', 'cluster.status', {}, { deadlineMs: DEADLINE_MS });
    } catch (error) {
      if (!(error instanceof LinkError) || error.code === 'failed') throw error;
      throw apiError('process_unavailable', { process: 'replica' });
    }
  }

  /** How many charge points each node holds. */
  private held(): Promise<ReadonlyMap<string, number>> {
    const now = performance.now();
    if (this.counting && now - this.countedAt < COUNT_EVERY_MS) return this.counting;
    this.countedAt = now;
    this.counting = this.count();
    this.counting.catch(() => {
      this.countedAt = Number.NEGATIVE_INFINITY;
    });
    return this.counting;
  }

  private async count(): Promise<ReadonlyMap<string, number>> {
    const { sessions, node } = this.options;
    const counts = new Map<string, number>();
    for (const [edge, count] of await sessions.countByEdge()) {
      const holder = readProcessName(edge)?.node ?? node;
      counts.set(holder, (counts.get(holder) ?? 0) + count);
    }
    return counts;
  }
}

/** A node that has sessions, and was not heard since this one's replica began. */
function neverHeard(node: string): NodeView {
  return {
    node,
    self: false,
    there: false,
    release: null,
    clockAheadSeconds: null,
    lastHeardAt: null,
    chargePoints: 0,
    lagSeconds: null,
    trouble: null,
    refuses: null,
    leads: false,
  };
}

function streamView({ stream, position, lagSeconds, trouble }: StreamCopied): StreamView {
  const { since, cause, reason } = trouble ?? { since: 0, cause: '' };
  return {
    name: stream,
    position,
    lagSeconds,
    trouble: trouble ? { since: writeTimestamp(since), reason: reason ?? null, cause } : null,
  };
}
