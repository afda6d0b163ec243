import type { NatsConnection } from '@nats-io/transport-node';
import type { Config } from '../config/schema.ts';
import type { StreamCopied } from '../link/cluster-status.ts';
import type { Degradation } from '../link/methods.ts';
import { type ReplicatedEnvironments, replicatedTables } from '../store/replicated.ts';
import type { Log } from '../telemetry/log.ts';
import type { Registry } from '../telemetry/metrics.ts';
import { Applier } from './applier.ts';
import { LmdbCopy } from './lmdb-copy.ts';
import type { LogHalt } from './log-halt.ts';
import { placeInDirectory, placeOfChargePoint, streamsOfChanges } from './log-place.ts';
import { COMPARED_EVERY_MS, type StateHashes } from './state-hashes.ts';
import type { LoggedAt } from './stream-reader.ts';

export interface AppliersOptions {
  readonly environments: ReplicatedEnvironments;
  readonly connection: NatsConnection;
  readonly cluster: Pick<Config['cluster'], 'node' | 'state'>;
  /** Of the log. */
  readonly identity: string;
  /** As `LmdbCopyOptions`. */
  readonly rowsAfter?: Readonly<Record<string, number>> | undefined;
  readonly log: Log;
  readonly registry: Registry;
  /** Compares the copy with those of other nodes; absent: nobody does. */
  readonly hashes?: Pick<StateHashes, 'take'>;
}

/** Bring this node's copy of `state` and `directory` up to date, stream by stream. */
export class Appliers {
  /**
   * Resolves once it is known why they end: `gap` where the log no longer holds what comes next in a stream.
   */
  readonly ended: Promise<'gap' | 'stopped'>;
  private readonly appliers: ReadonlyMap<string, Applier>;
  private end: (how: 'gap' | 'stopped') => void = () => undefined;

  constructor(options: AppliersOptions) {
    const { environments, connection, cluster, identity, rowsAfter, log, registry, hashes } = options;
    const { node } = cluster;
    const { shards } = cluster.state;
    this.ended = new Promise((resolve) => {
      this.end = resolve;
    });
    const onHalt = ({ reason }: LogHalt): void => {
      if (reason === 'gap') this.end('gap');
    };
    const common = { connection, identity, log, registry, onHalt };
    const state = new LmdbCopy(environments.state, {
      tables: replicatedTables('state'),
      node,
      lane: environments.outbox.openTransactionLane(),
      rowsAfter,
    });
    const directory = new LmdbCopy(environments.directory, { tables: replicatedTables('directory'), node });
    const ofDirectory = placeInDirectory('main').stream;
    this.appliers = new Map(
      streamsOfChanges(shards).map((stream) => {
        const of =
          stream === ofDirectory
            ? { copy: directory, subjectOf: (scope: string) => placeInDirectory(scope).subject }
            : { copy: state, subjectOf: (scope: string) => placeOfChargePoint(scope, shards).subject };
        const periods = hashes && {
          everyMs: COMPARED_EVERY_MS,
          begin: (logged: LoggedAt) => hashes.take(stream, logged),
        };
        return [stream, new Applier({ ...common, ...of, ...(periods && { periods }), stream })];
      }),
    );
  }

  /** How far the copy of each stream is. */
  status(): readonly StreamCopied[] {
    return [...this.appliers.values()].map((applier) => applier.status());
  }

  /** Streams that cannot be read, or whose changes cannot take effect now. */
  degraded(): readonly Degradation[] {
    return [...this.appliers].flatMap(([stream, applier]) => {
      const trouble = applier.trouble();
      if (!trouble) return [];
      const { since, cause, reason } = trouble;
      return [{ name: `log ${stream}`, since, cause: reason === undefined ? cause : `${reason}: ${cause}` }];
    });
  }

  async stop(): Promise<void> {
    this.end('stopped');
    await Promise.all([...this.appliers.values()].map((applier) => applier.stop()));
  }
}
