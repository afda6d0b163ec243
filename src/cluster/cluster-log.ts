import { EventEmitter, once } from 'node:events';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Config } from '../config/schema.ts';
import type { Environment } from '../journal/environment.ts';
import type { ChangeDriver, ReplicatedLog } from '../store/change-driver.ts';
import type { Log } from '../telemetry/log.ts';
import type { Registry } from '../telemetry/metrics.ts';
import { closeConnection, connectToNats } from './connection.ts';
import { LmdbCopyView } from './lmdb-copy.ts';
import { ChangeLog } from './log.ts';
import { LogDriver } from './log-driver.ts';
import { placeInDirectory, placeOfChargePoint, scopeInShard, stateStream } from './log-place.ts';
import { LogReach } from './log-reach.ts';
import { PositionWatch } from './position-watch.ts';

/** Pause between two tries to reach a NATS server, ms. */
const TRY_AGAIN_AFTER_MS = 2000;

export interface ClusterLogOptions {
  readonly cluster: Config['cluster'];
  /** Of this process. */
  readonly name: string;
  readonly log: Log;
  readonly registry: Registry;
}

/**
 * How a process of a node writes to the log: its connection to NATS, and the drivers of the store. Whether
 * this node may take part is for the replica to find out, which ends the node otherwise.
 */
export class ClusterLog implements ReplicatedLog {
  private readonly options: ClusterLogOptions;
  /** Whether changes of charge points are confirmed; nobody looks before it is started. */
  readonly reach: LogReach;
  private connection: NatsConnection | undefined;
  /** The connection leads to a server now. */
  private isConnected = false;
  private stateDriver: LogDriver | undefined;
  private changes: ChangeLog | undefined;
  private retry: NodeJS.Timeout | undefined;
  private stopped = false;
  /** Those who wait for the first connection. */
  private readonly reached = new EventEmitter().setMaxListeners(0);

  /** Begins to connect. */
  constructor(options: ClusterLogOptions) {
    this.options = options;
    const { cluster, name, registry } = options;
    const { shards } = cluster.state;
    const probes = new Map(
      Array.from({ length: shards }, (_, shard) => [
        stateStream(shard),
        scopeInShard(shard, shards, `reach of ${cluster.node}/${name}`),
      ]),
    );
    this.reach = new LogReach({
      streams: [...probes.keys()],
      shedAfter: cluster.shedAfter,
      isConnected: () => this.isConnected,
      probe: (stream) => void this.stateDriver?.probe(probes.get(stream) as string),
    });
    registry
      .gauge('farad_nats_connected', 'Whether this process is connected to NATS.')
      .with()
      .readFrom(() => (this.isConnected ? 1 : 0));
    void this.connect();
  }

  /** The stream that the changes of a charge point are in. */
  streamOf(chargePointId: string): string {
    return placeOfChargePoint(chargePointId, this.options.cluster.state.shards).stream;
  }

  driverOf(name: 'state' | 'directory', environment: Environment): ChangeDriver<unknown> {
    const { confirmWithin, node, state } = this.options.cluster;
    const view = new LmdbCopyView(environment);
    const driver = new LogDriver({
      log: (withinMs) => this.connected(withinMs),
      view,
      watch: new PositionWatch(view, () => environment.endRead()),
      placeOf: (scope) =>
        name === 'state' ? placeOfChargePoint(scope, state.shards) : placeInDirectory(scope),
      node,
      confirmWithin,
      reach: this.reach,
    });
    if (name === 'state') this.stateDriver = driver;
    return driver;
  }

  /** What has been appended before is on its way. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.reach.stop();
    clearTimeout(this.retry);
    this.changes = undefined;
    if (this.connection) await closeConnection(this.connection);
  }

  /** The client gets a lost connection back by itself. */
  private async connected(withinMs: number): Promise<ChangeLog | undefined> {
    if (this.changes || this.stopped) return this.changes;
    const signal = AbortSignal.timeout(Math.max(1, Math.round(withinMs)));
    await once(this.reached, 'reached', { signal }).catch(() => undefined);
    return this.changes;
  }

  private async connect(): Promise<void> {
    const { cluster, name, log, registry } = this.options;
    try {
      const connection = await connectToNats(cluster, name);
      if (this.stopped) return await closeConnection(connection);
      this.connection = connection;
      this.isConnected = true;
      void this.follow(connection);
      this.changes = new ChangeLog({ connection, registry });
      this.reached.emit('reached');
    } catch (error) {
      if (this.stopped) return;
      const cause = error instanceof Error ? error.message : String(error);
      log.warn({ cause }, 'cannot reach the log yet, and tries again');
      this.retry = setTimeout(() => void this.connect(), TRY_AGAIN_AFTER_MS);
    }
  }

  private async follow(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type === 'disconnect' || type === 'close') this.isConnected = false;
      else if (type === 'reconnect') this.isConnected = true;
    }
    this.isConnected = false;
  }
}
