import { isDeepStrictEqual } from 'node:util';
import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { Config } from '../config/schema.ts';
import { ClusterRefusal } from './cluster-refusal.ts';

export type StreamSettings = Pick<Config['cluster'], 'replicas' | 'state' | 'log'> & {
  readonly rows: Pick<Config['cluster']['rows'], 'partitions' | 'maxBytes'>;
};

/** A stream as it must be; what is not named here is left to the server. */
export type StreamPlan = Pick<StreamConfig, 'name' | 'subjects'> & Partial<StreamConfig>;

/** Under this name the metadata of each stream carry which log it belongs to. */
export const IDENTITY_KEY = 'farad.identity';

/** In these windows a message that is published again is known as the same, ms. */
const CHANGES_KNOWN_FOR_MS = 2 * 60_000;
const ROWS_KNOWN_FOR_MS = 10 * 60_000;

/**
 * The errors of JetStream that say that there are too few servers: none to place a replica on, or no cluster
 * at all.
 */
const TOO_FEW_SERVERS: ReadonlySet<number> = new Set([10_005, 10_074]);

/** The setting that decides about a property of a stream. */
const SETTING_OF: Readonly<Record<string, (name: string) => string>> = {
  num_replicas: () => 'cluster.replicas',
  max_age: () => 'cluster.log.keep',
  max_bytes: (name) => (name.startsWith('farad-rows-') ? 'cluster.rows.maxBytes' : 'cluster.log.maxBytes'),
};

/** The streams of a cluster: changes of charge points, changes of what operators provision, and rows. */
export function streamPlans({ replicas, state, rows, log }: StreamSettings, identity: string): StreamPlan[] {
  const every = {
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    num_replicas: replicas,
    allow_direct: false,
    deny_delete: true,
    metadata: { [IDENTITY_KEY]: identity },
  };
  const changes = {
    ...every,
    max_age: nanos(log.keep),
    max_bytes: log.maxBytes,
    discard: DiscardPolicy.Old,
    duplicate_window: nanos(CHANGES_KNOWN_FOR_MS),
    deny_purge: true,
  };
  const rowStream = {
    ...every,
    max_age: 0,
    max_bytes: rows.maxBytes,
    // A full one refuses: what was confirmed must not give way.
    discard: DiscardPolicy.New,
    duplicate_window: nanos(ROWS_KNOWN_FOR_MS),
    // Whatever ClickHouse has is purged.
    deny_purge: false,
  };
  return [
    ...numbered(state.shards, (shard) => ({
      name: `farad-state-${shard}`,
      subjects: [`farad.state.${shard}.*`],
      ...changes,
    })),
    { name: 'farad-directory', subjects: ['farad.directory.>'], ...changes },
    ...numbered(rows.partitions, (partition) => ({
      name: `farad-rows-${partition}`,
      subjects: [`farad.rows.${partition}.*`],
      ...rowStream,
    })),
  ];
}

/**
 * Looks at each stream, and makes those that are missing where `mayMake`. Throws ClusterRefusal where one is
 * missing otherwise, has another configuration, or cannot be kept by as many servers as it should.
 */
export async function makeOrCheckStreams(
  manager: JetStreamManager,
  plans: readonly StreamPlan[],
  mayMake: boolean,
): Promise<void> {
  for (const plan of plans) {
    const found = await findStream(manager, plan.name);
    if (found) check(plan, found);
    else if (mayMake) await make(manager, plan);
    else {
      throw new ClusterRefusal(
        `cluster: the NATS servers have lost the stream ${plan.name}, and what was in it`,
      );
    }
  }
}

/**
 * Deletes the streams of other logs than this one. Throws ClusterRefusal where this NATS user may not do
 * that.
 */
export async function deleteStreamsOfOthers(manager: JetStreamManager, identity: string): Promise<void> {
  for await (const { config } of manager.streams.list('farad.>')) {
    if (!config.name.startsWith('farad-') || config.metadata?.[IDENTITY_KEY] === identity) continue;
    try {
      await manager.streams.delete(config.name);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new ClusterRefusal(
        `--credentials: this NATS user cannot delete the stream ${config.name}: ${why}`,
      );
    }
  }
}

/** Tells what there is no server for. Throws everything else on. */
export function refuseTooFewServers(error: unknown, replicas: number): never {
  if (!(error instanceof JetStreamApiError) || !TOO_FEW_SERVERS.has(error.code)) throw error;
  throw new ClusterRefusal(
    `cluster.replicas: there are fewer NATS servers with JetStream than ${replicas}: ${error.message}`,
  );
}

async function findStream(manager: JetStreamManager, name: string): Promise<StreamConfig | undefined> {
  try {
    return (await manager.streams.info(name)).config;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound)
      return undefined;
    throw error;
  }
}

async function make(manager: JetStreamManager, plan: StreamPlan): Promise<void> {
  try {
    // Another node that makes the same at this moment is no error: the server knows an equal configuration.
    check(plan, (await manager.streams.add(plan)).config);
  } catch (error) {
    refuseTooFewServers(error, plan.num_replicas ?? 1);
  }
}

function check({ metadata, ...plan }: StreamPlan, found: StreamConfig): void {
  const identity = metadata?.[IDENTITY_KEY];
  const theirs = found.metadata?.[IDENTITY_KEY];
  if (identity !== theirs) {
    throw new ClusterRefusal(
      `cluster: the stream ${plan.name} belongs to another log (${theirs ?? 'none of Farad'}, not ${identity})`,
    );
  }
  for (const [key, wanted] of Object.entries(plan)) {
    const actual =
      found[key as keyof StreamConfig] ?? (wanted === false || wanted === 0 ? wanted : undefined);
    if (isDeepStrictEqual(actual, wanted)) continue;
    const setting = SETTING_OF[key]?.(plan.name) ?? 'cluster';
    throw new ClusterRefusal(
      `${setting}: the stream ${plan.name} has ${key} ${JSON.stringify(actual)}, not ${JSON.stringify(wanted)}`,
    );
  }
}

function numbered<T>(count: number, of: (number: number) => T): T[] {
  return Array.from({ length: count }, (_, number) => of(number));
}
