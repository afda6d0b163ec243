import type { NatsConnection } from '@nats-io/transport-node';
import type { Config } from '../config/schema.ts';
import type { Environment } from '../journal/environment.ts';
import type { ChangeDriver, ReplicatedLog } from '../store/change-driver.ts';
import type { Log } from '../telemetry/log.ts';
import type { Registry } from '../telemetry/metrics.ts';
import { LmdbCopyView } from './lmdb-copy.ts';
import { ChangeLog, confirmSeconds } from './log.ts';
import { LogDriver } from './log-driver.ts';
import { LogFormat } from './log-format.ts';
import {
  placeInDirectory,
  placeOfChargePoint,
  scopeInShard,
  stateStream,
  streamsOfChanges,
} from './log-place.ts';
import { LogReach } from './log-reach.ts';
import { PositionWatch } from './position-watch.ts';
import { SteadyConnection } from './steady-connection.ts';

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
  /** Of this process. */
  readonly connection: SteadyConnection;
  private readonly options: ClusterLogOptions;
  /** Whether changes of charge points are confirmed; nobody looks before it is started. */
  readonly reach: LogReach;
  private stateDriver: LogDriver | undefined;
  private directoryDriver: LogDriver | undefined;
  private changes: ChangeLog | undefined;
  private format: LogFormat | undefined;

  /** Begins to connect. */
  constructor(options: ClusterLogOptions) {
    this.options = options;
    const { cluster, name, log, registry } = options;
    this.connection = new SteadyConnection({
      cluster,
      name,
      onFailure: (cause) => log.warn({ cause }, 'cannot reach the log yet, and tries again'),
    });
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
      isConnected: () => this.connection.isConnected,
      registry,
      probe: (stream) => void this.stateDriver?.probe(probes.get(stream) as string),
    });
    registry
      .gauge('farad_nats_connected', 'Whether this process is connected to NATS.')
      .with()
      .readFrom(() => (this.connection.isConnected ? 1 : 0));
  }

  /** The stream that the changes of a charge point are in. */
  streamOf(chargePointId: string): string {
    return placeOfChargePoint(chargePointId, this.options.cluster.state.shards).stream;
  }

  /** Where the newest change of a charge point stands in its stream, as far as this node's copy has it. */
  newestOf(chargePointId: string): number {
    return this.driver.newestSeq(chargePointId);
  }

  /**
   * Resolves with true once this node's copy has what stands there in the stream of the charge point, with
   * false after `withinMs`.
   */
  reached(chargePointId: string, seq: number, withinMs: number): Promise<boolean> {
    return this.driver.reached(chargePointId, seq, withinMs);
  }

  /** How far this node's copy of each stream of changes is now. */
  positions(): Map<string, number> {
    const streams = streamsOfChanges(this.options.cluster.state.shards);
    return new Map(streams.map((stream) => [stream, this.driverOfStream(stream).positionIn(stream)]));
  }

  /**
   * Resolves with true once this node's copy is as far in all these streams, with false after `withinMs`, and
   * at once where one of them is none of this log.
   */
  async hasReached(positions: ReadonlyMap<string, number>, withinMs: number): Promise<boolean> {
    const known = this.positions();
    const ahead = [...positions].filter(([stream, seq]) => seq > (known.get(stream) ?? -1));
    if (ahead.some(([stream]) => !known.has(stream))) return false;
    const reached = ahead.map(([stream, seq]) =>
      this.driverOfStream(stream).reachedIn(stream, seq, withinMs),
    );
    return (await Promise.all(reached)).every(Boolean);
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
      seconds: confirmSeconds(this.options.registry).with({ stage: 'confirm' }),
    });
    if (name === 'state') this.stateDriver = driver;
    else this.directoryDriver = driver;
    return driver;
  }

  /** What has been appended before is on its way. */
  async stop(): Promise<void> {
    this.reach.stop();
    this.format?.stop();
    await this.connection.stop();
  }

  private driverOfStream(stream: string): LogDriver {
    const driver = stream === placeInDirectory('main').stream ? this.directoryDriver : this.stateDriver;
    if (!driver) throw new Error('no store has been opened with this log');
    return driver;
  }

  private get driver(): LogDriver {
    if (!this.stateDriver) throw new Error('no store has been opened with this log');
    return this.stateDriver;
  }

  private async connected(withinMs: number): Promise<ChangeLog | undefined> {
    const connection = await this.connection.reach(withinMs);
    if (connection) this.changes ??= this.changesThrough(connection);
    return connection && this.changes;
  }

  private changesThrough(connection: NatsConnection): ChangeLog {
    const { log, registry } = this.options;
    const format = new LogFormat(connection, (cause) =>
      log.warn({ cause }, 'cannot find out yet how the log may be written, and tries again'),
    );
    this.format = format;
    return new ChangeLog({ connection, registry, newestFormat: () => format.newest });
  }
}
