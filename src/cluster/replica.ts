import type { NatsConnection } from '@nats-io/transport-node';
import type { Config } from '../config/schema.ts';
import type { ClusterStatus, NodeCondition, NodeRefusal } from '../link/cluster-status.ts';
import type { Link } from '../link/link.ts';
import type { CopyOffer, Degradation, ForeignAnswer } from '../link/methods.ts';
import type { ReplicatedEnvironments } from '../store/replicated.ts';
import type { Log } from '../telemetry/log.ts';
import type { Registry } from '../telemetry/metrics.ts';
import { Beats } from './beats.ts';
import { Calls } from './calls.ts';
import { ClusterRefusal } from './cluster-refusal.ts';
import { closeConnection, connectToNats, oldServer } from './connection.ts';
import { removeCopies } from './copy-file.ts';
import { CopyGiver } from './copy-giver.ts';
import { Finder } from './finder.ts';
import { KeptCopy } from './kept-copy.ts';
import { type LogIdentity, openLog } from './log-identity.ts';
import { stateStream, streamsOfChanges } from './log-place.ts';
import { type Membership, readMembership, writeMembership } from './membership.ts';
import { noteRowsForNewLog } from './new-log-rows.ts';
import { lacksOrigin, refuseOwnData } from './own-data.ts';
import { RowKeeper, type RowPace } from './row-keeper.ts';
import { planRecovery } from './row-recovery.ts';

/** Pause between two tries to take part while no NATS server can be reached, ms. */
const TRY_AGAIN_AFTER_MS = 2000;

/** What an edge has said holds for so long; it says it once a second. */
const REFUSES_FOR_MS = 5000;

export interface ReplicaOptions {
  readonly config: Pick<Config, 'cluster' | 'dataDir'>;
  readonly link: Link;
  /** This node's copy of what the log makes, which the replica alone writes. */
  readonly environments: ReplicatedEnvironments;
  /** Fingerprint of this node's pepper. */
  readonly pepper: string;
  readonly release: string;
  readonly log: Log;
  readonly registry: Registry;
  /** What came out once the servers could be reached: this node may not take part. */
  readonly onRefusal: (refusal: ClusterRefusal) => void;
  readonly rowPace?: RowPace | undefined;
}

interface Joined {
  /** Of the log. */
  readonly identity: string;
  readonly connection: NatsConnection;
  readonly calls: Calls;
  readonly finder: Finder;
  readonly beats: Beats;
  readonly copy: KeptCopy;
  readonly giver: CopyGiver;
  readonly rows: RowKeeper;
}

interface Trouble {
  /** Epoch ms. */
  readonly since: number;
  readonly cause: string;
}

const APART: ForeignAnswer = {
  ok: false,
  code: 'no_such_process',
  message: 'this node is not connected to the others',
};

const NO_COPY: CopyOffer = { ok: false, problem: 'it is not connected to the others' };

/**
 * This node's part in the cluster: its connection to NATS, the calls over it, who else is there, and the copy
 * of what the log makes.
 */
export class Replica {
  private readonly options: ReplicaOptions;
  private joined: Joined | undefined;
  private trouble: Trouble | undefined = { since: Date.now(), cause: 'is connecting to NATS' };
  private retry: NodeJS.Timeout | undefined;
  private stopping = false;
  /** Why an edge of this node takes no charge points, and when it has said so, monotonic ms. */
  private readonly refusals = new Map<string, { readonly refuses: NodeRefusal; readonly at: number }>();

  constructor(options: ReplicaOptions) {
    this.options = options;
    const { link, registry } = options;
    link.serve('cluster.call', (call) => this.here()?.calls.call(call) ?? APART);
    link.serve('cluster.find', async ({ chargePointId }) => ({ process: await this.find(chargePointId) }));
    link.serve('cluster.offerCopy', ({ identity }) => this.here()?.giver.offer(identity) ?? NO_COPY);
    link.serve('cluster.identity', () => ({ identity: this.joined?.identity ?? null }));
    link.serve('cluster.nodes', () => ({
      nodes: (this.here()?.beats.others() ?? []).map(({ node, release, aheadMs }) => ({
        node,
        release,
        aheadMs,
      })),
    }));
    link.serve('cluster.forget', ({ node }) => {
      this.here()?.beats.forget(node);
      return {};
    });
    link.serve('cluster.status', () => this.status());
    link.serve('cluster.copy', ({ refuses }, { from }) => {
      if (refuses) this.refusals.set(from, { refuses, at: performance.now() });
      else this.refusals.delete(from);
      return { streams: this.joined?.copy.status() ?? [] };
    });
    const connected = registry.gauge('farad_nats_connected', 'Whether this process is connected to NATS.');
    registry.beforeCollect(() => connected.with({}).set(this.here() ? 1 : 0));
  }

  /**
   * Takes part in the cluster. Where no NATS server can be reached, it resolves all the same and goes on
   * trying: charge points need none of this. Throws ClusterRefusal where this node may not take part.
   */
  async start(): Promise<void> {
    try {
      await this.join();
    } catch (error) {
      if (error instanceof ClusterRefusal) throw error;
      this.tryLater(error);
    }
  }

  /** What does not work now. */
  degraded(): readonly Degradation[] {
    const { trouble, joined } = this;
    const twinSince = joined?.beats.twin();
    return [
      ...(trouble
        ? [{ name: 'nats', ...trouble }]
        : [...(joined?.copy.degraded() ?? []), ...(joined?.rows.degraded() ?? [])]),
      ...(twinSince === undefined
        ? []
        : [{ name: 'node name', since: twinSince, cause: 'another machine has the same cluster.node' }]),
    ];
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.retry);
    const { joined } = this;
    this.joined = undefined;
    joined?.beats.stop();
    joined?.finder.stop();
    joined?.calls.stop();
    await joined?.rows.stop();
    await joined?.copy.stop();
    await joined?.giver.stop();
    if (joined) await closeConnection(joined.connection);
  }

  /**
   * Undefined while no NATS server can be reached: then nothing is given to the connection, which would send
   * it later.
   */
  private here(): Joined | undefined {
    return this.trouble ? undefined : this.joined;
  }

  private status(): ClusterStatus {
    const { joined } = this;
    return {
      ...this.condition(joined?.copy),
      nodes: joined?.beats.heard() ?? [],
      streams: joined?.copy.status() ?? [],
    };
  }

  /** How this node is, as the others are told, too. */
  private condition(copy: KeptCopy | undefined): NodeCondition {
    const lags = copy?.status().map(({ lagSeconds }) => lagSeconds);
    const troubles = this.degraded().map(({ name, cause }) => `${name}: ${cause}`);
    return {
      lagSeconds: lags ? Math.max(...lags) : null,
      trouble: troubles.length === 0 ? null : troubles.join('; '),
      refuses: this.refusal(),
    };
  }

  /** An edge that has ended says nothing any more. */
  private refusal(): NodeRefusal | null {
    const since = performance.now() - REFUSES_FOR_MS;
    for (const { refuses, at } of this.refusals.values()) if (at >= since) return refuses;
    return null;
  }

  private async find(chargePointId: string): Promise<string | null> {
    const joined = this.here();
    if (!joined || joined.beats.others().length === 0) return null;
    return joined.finder.find(chargePointId);
  }

  private async join(): Promise<void> {
    const { config, link, environments, pepper, release, log, registry, rowPace } = this.options;
    const { cluster, dataDir } = config;
    const known = readMembership(dataDir, cluster.node);
    refuseOwnData(environments, streamsOfChanges(cluster.state.shards));
    const connection = await connectToNats(cluster, link.name);
    let opened: LogIdentity;
    let membership: Membership;
    try {
      opened = await openLog(connection, { cluster, pepper, known: known?.identity });
      membership =
        known?.identity === opened.identity
          ? known
          : await this.takePart(connection, opened.identity, known !== undefined);
      if (membership.copyAgain) membership = await this.noteRows(membership);
    } catch (error) {
      await closeConnection(connection);
      throw error;
    }
    if (this.stopping) return closeConnection(connection);
    const { node } = cluster;
    const { identity } = opened;
    removeCopies(dataDir);
    const common = { environments, dataDir, identity, log };
    const copy = new KeptCopy({
      ...common,
      connection,
      cluster,
      registry,
      release,
      streams: streamsOfChanges(cluster.state.shards),
      begin: lacksOrigin(environments, opened) ? 'copy' : 'log',
      rowsAfter: membership.recovery?.upTo,
      others: () => this.here()?.beats.others() ?? [],
      call: async (call) => this.here()?.calls.call(call) ?? APART,
    });
    const condition = () => this.condition(copy);
    const positions = () => Object.fromEntries(copy.status().map((one) => [one.stream, one.position]));
    this.trouble = undefined;
    this.joined = {
      identity,
      connection,
      calls: new Calls({ connection, link, node, registry }),
      finder: new Finder(connection, link, node),
      beats: new Beats({
        ...{ connection, node, release, condition, identity, positions, log, registry },
        hashes: () => copy.told(),
      }),
      copy,
      giver: new CopyGiver({
        ...common,
        node,
        copies: cluster.copies,
        ownAddress: () => connection.info?.client_ip,
        problem: () => copy.problem(),
      }),
      rows: new RowKeeper({ ...common, connection, cluster, membership, registry, pace: rowPace }),
    };
    void this.follow(connection);
    log.info({ node, server: connection.getServer() }, 'takes part in the cluster');
  }

  /**
   * For the first time in this log. Where it is the first time with this disk, too, a former one may have had
   * rows that ClickHouse lacks; what a known disk has for ClickHouse this log lacks.
   */
  private async takePart(
    connection: NatsConnection,
    identity: string,
    isKnownDisk: boolean,
  ): Promise<Membership> {
    const { cluster, dataDir } = this.options.config;
    const streams = Array.from({ length: cluster.state.shards }, (_, shard) => stateStream(shard));
    const recovery = isKnownDisk ? undefined : await planRecovery(connection, streams);
    const rows = recovery ? { recovery } : { copyAgain: true as const };
    const membership = { identity, node: cluster.node, ...rows };
    writeMembership(dataDir, membership);
    return membership;
  }

  private async noteRows({ copyAgain: _, ...membership }: Membership): Promise<Membership> {
    const { config, environments, log } = this.options;
    const { dataDir } = config;
    const chunks = await noteRowsForNewLog({ dataDir, environments });
    writeMembership(dataDir, membership);
    if (chunks > 0) log.info({ chunks }, 'rows of this node are copied again, into a new log');
    return membership;
  }

  private tryLater(error: unknown): void {
    const cause = error instanceof Error ? error.message : String(error);
    const { since } = this.trouble ?? { since: Date.now() };
    this.options.log.warn({ cause }, 'cannot take part in the cluster yet, and tries again');
    this.trouble = { since, cause };
    this.retry = setTimeout(() => {
      this.join().catch((again: unknown) => {
        if (this.stopping) return;
        if (again instanceof ClusterRefusal) this.options.onRefusal(again);
        else this.tryLater(again);
      });
    }, TRY_AGAIN_AFTER_MS);
  }

  private async follow(connection: NatsConnection): Promise<void> {
    const { log } = this.options;
    for await (const status of connection.status()) {
      if (status.type === 'disconnect') {
        this.trouble = { since: Date.now(), cause: `${status.server} is away` };
        log.warn({ server: status.server }, 'the NATS server is away');
      } else if (status.type === 'reconnect') {
        this.trouble = undefined;
        log.info({ server: status.server }, 'connected to NATS again');
        const old = oldServer(connection);
        if (old !== undefined) log.error(old);
      } else if (status.type === 'error') {
        log.error({ err: status.error }, 'the NATS server refused something');
      }
    }
  }
}
