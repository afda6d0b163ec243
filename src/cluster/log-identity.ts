import { randomUUID } from 'node:crypto';
import {
  JetStreamApiCodes,
  JetStreamApiError,
  jetstream,
  jetstreamManager,
  StorageType,
} from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Config } from '../config/schema.ts';
import { ClusterRefusal } from './cluster-refusal.ts';
import {
  deleteStreamsOfOthers,
  makeOrCheckStreams,
  refuseTooFewServers,
  type StreamSettings,
  streamPlans,
} from './streams.ts';

/** The bucket that says what the NATS servers hold. */
export const BUCKET = 'farad-meta';
const LOG = 'log';
/** Holds the identity once all streams of the log have been made: one that is missing then was lost. */
const MADE = 'streams';

/** JetStream: the stream exists, with another configuration. */
const OTHER_CONFIGURATION = 10_058;
/** JetStream: the key has a value already. */
const WRONG_LAST_SEQUENCE = 10_071;

/** Version of what is written into the streams. */
export const LOG_FORMAT = 2;

/** What all nodes of a cluster must agree on. */
export interface LogIdentity {
  /** Random, made with the streams; whatever refers to a place in them is worth nothing with another. */
  readonly identity: string;
  /** `cluster.name` */
  readonly name: string;
  /**
   * With nothing; or with what a data directory held when the log was made: then a node needs a copy of that
   * before it reads.
   */
  readonly begins: 'empty' | 'copy';
  /** Identities of the logs that it stands for, which the servers have lost. */
  readonly replaces?: readonly string[];
  readonly shards: number;
  readonly partitions: number;
  /** Of the newest that may be written: `LOG_FORMAT` of the oldest release. */
  readonly format: number;
  /** Fingerprint of the pepper, with which the hashes of keys are made. */
  readonly pepper: string;
}

export interface LogSettings {
  readonly cluster: StreamSettings & Pick<Config['cluster'], 'name'>;
  /** Fingerprint of this node's pepper. */
  readonly pepper: string;
  /** The identity that this node has taken part in before, if any. */
  readonly known: string | undefined;
}

/**
 * Finds the log that the NATS servers hold, or makes it where there is none yet, with all its streams. Throws
 * ClusterRefusal where it is another than the one this node took part in, or differs from its settings.
 */
export async function openLog(connection: NatsConnection, settings: LogSettings): Promise<LogIdentity> {
  const { cluster } = settings;
  const manager = await jetstreamManager(connection);
  const bucket = await openBucket(connection, cluster.replicas);
  const log = (await read(bucket)) ?? (await found(bucket, settings, randomUUID(), 'empty'));
  checkLog(log, settings);
  const isMade = (await bucket.get(MADE))?.string() === log.identity;
  await makeOrCheckStreams(manager, streamPlans(cluster, log.identity), !isMade);
  if (!isMade) await bucket.put(MADE, log.identity);
  return log;
}

/**
 * Makes a log that goes on from what a data directory holds. May be repeated. Throws ClusterRefusal where the
 * servers hold another log already, and as `openLog`.
 */
export async function makeLogFromCopy(
  connection: NatsConnection,
  settings: Omit<LogSettings, 'known'>,
  identity: string,
): Promise<void> {
  const fresh = { ...settings, known: undefined };
  const bucket = await openBucket(connection, settings.cluster.replicas);
  if ((await read(bucket)) === undefined) await found(bucket, fresh, identity, 'copy');
  await openLog(connection, { ...settings, known: identity });
}

/**
 * Puts a log that goes on from what a data directory holds in the place of `former`, whatever of that the
 * servers have left: all of it is deleted. May be repeated. Throws ClusterRefusal where this NATS user may
 * not delete, and as `openLog`.
 */
export async function replaceLog(
  connection: NatsConnection,
  settings: Omit<LogSettings, 'known'>,
  identity: string,
  former: string,
): Promise<void> {
  const bucket = await openBucket(connection, settings.cluster.replicas);
  const there = await read(bucket);
  if (there?.identity !== identity) {
    const replaces = [...new Set([...(there?.replaces ?? []), ...(there ? [there.identity] : []), former])];
    await bucket.put(LOG, JSON.stringify({ ...newLog(settings, identity, 'copy'), replaces }));
  }
  await deleteStreamsOfOthers(await jetstreamManager(connection), identity);
  await openLog(connection, { ...settings, known: identity });
}

/** Lets nodes write this format of the log. Throws JetStreamApiError where the identity changes meanwhile. */
export async function raiseFormat(connection: NatsConnection, format: number): Promise<void> {
  const bucket = await new Kvm(jetstream(connection)).open(BUCKET);
  const entry = await bucket.get(LOG);
  if (entry === null) throw new ClusterRefusal('cluster.nats.servers: they hold no log');
  const log = entry.json<LogIdentity>();
  if (log.format < format) await bucket.update(LOG, JSON.stringify({ ...log, format }), entry.revision);
}

/** The log that the servers hold, if any; makes nothing. */
export async function findLog(connection: NatsConnection): Promise<LogIdentity | undefined> {
  const manager = await jetstreamManager(connection);
  try {
    await manager.streams.info(`KV_${BUCKET}`);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound)
      return undefined;
    throw error;
  }
  return read(await new Kvm(jetstream(connection)).open(BUCKET));
}

async function openBucket(connection: NatsConnection, replicas: number): Promise<KV> {
  try {
    return await new Kvm(jetstream(connection)).create(BUCKET, {
      history: 1,
      replicas,
      storage: StorageType.File,
    });
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === OTHER_CONFIGURATION) {
      throw new ClusterRefusal(
        `cluster.replicas: the bucket ${BUCKET} was made with another number than ${replicas}`,
      );
    }
    return refuseTooFewServers(error, replicas);
  }
}

async function read(bucket: KV): Promise<LogIdentity | undefined> {
  const entry = await bucket.get(LOG);
  // A log that does not say it was made before there was another way.
  return entry === null ? undefined : { begins: 'empty', ...entry.json<Omit<LogIdentity, 'begins'>>() };
}

/** Writes down a new log; where another node was first, answers that one's. */
async function found(
  bucket: KV,
  { cluster, pepper, known }: LogSettings,
  identity: string,
  begins: LogIdentity['begins'],
): Promise<LogIdentity> {
  if (known !== undefined) {
    throw new ClusterRefusal(
      `cluster.nats.servers: they hold no log, and this node took part in ${known}: other servers, or they lost it`,
    );
  }
  const log = newLog({ cluster, pepper }, identity, begins);
  try {
    await bucket.create(LOG, JSON.stringify(log));
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== WRONG_LAST_SEQUENCE) throw error;
  }
  const written = await read(bucket);
  if (!written) throw new Error(`${BUCKET} does not hold what was just written to it`);
  return written;
}

function newLog(
  { cluster, pepper }: Omit<LogSettings, 'known'>,
  identity: string,
  begins: LogIdentity['begins'],
): LogIdentity {
  return {
    identity,
    name: cluster.name,
    begins,
    shards: cluster.state.shards,
    partitions: cluster.rows.partitions,
    format: LOG_FORMAT,
    pepper,
  };
}

function checkLog(log: LogIdentity, { cluster, pepper, known }: LogSettings): void {
  if (log.name !== cluster.name) {
    throw new ClusterRefusal(
      `cluster.name: the NATS servers hold the log of ${log.name}, not of ${cluster.name}`,
    );
  }
  if (known !== undefined && log.identity !== known && !log.replaces?.includes(known)) {
    throw new ClusterRefusal(
      `cluster.nats.servers: they hold the log ${log.identity}, and this node took part in ${known}`,
    );
  }
  if (log.pepper !== pepper) {
    throw new ClusterRefusal(
      'cluster: the file pepper in the data directory differs from that of the other nodes; copy it from one of them',
    );
  }
  if (log.shards !== cluster.state.shards) {
    throw new ClusterRefusal(
      `cluster.state.shards: the log has ${log.shards}, not ${cluster.state.shards}; the number is fixed`,
    );
  }
  if (log.partitions !== cluster.rows.partitions) {
    throw new ClusterRefusal(
      `cluster.rows.partitions: the log has ${log.partitions}, not ${cluster.rows.partitions}; the number is fixed`,
    );
  }
  if (log.format > LOG_FORMAT) {
    throw new ClusterRefusal(
      `cluster: the log is written in format ${log.format}, and this Farad reads ${LOG_FORMAT} at most`,
    );
  }
}
