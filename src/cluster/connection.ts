import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  AuthorizationError,
  type ConnectionOptions,
  connect,
  type NatsConnection,
  type TlsOptions,
} from '@nats-io/transport-node';
import { natsServers } from '../config/cluster-check.ts';
import type { Config } from '../config/schema.ts';
import { MAX_CHANGE_BYTES } from './change.ts';
import { ClusterRefusal } from './cluster-refusal.ts';
import { readClusterFile, readCredentials } from './credentials.ts';
import { isTaken, OLDEST_SERVER } from './server-version.ts';

/**
 * With `ping_interval` and `ping_max` of the servers as in deploy/nats.conf: who is cut off notices within 4
 * to 8 s, ms.
 */
const PING_EVERY_MS = 2000;
const PINGS_UNANSWERED = 2;

/** How long one server may take to take a connection, ms. */
const CONNECT_WITHIN_MS = 2000;

/** Largest message that servers must take: a change, and the headers that go with it. */
const MIN_PAYLOAD_BYTES = MAX_CHANGE_BYTES + 4096;

/** Pause between two tries to get the connection back, ms. */
const TRY_AGAIN_AFTER_MS = 250;

export type NatsSettings = Pick<Config['cluster'], 'node' | 'nats'>;

/**
 * Connects to any of `cluster.nats.servers`, and keeps the connection for as long as it is not closed. Throws
 * ClusterRefusal where another try would end the same, and other errors where no server can be reached now.
 * `name` is that of the process.
 */
export async function connectToNats(settings: NatsSettings, name: string): Promise<NatsConnection> {
  const options = connectionOptions(settings, name);
  let connection: NatsConnection;
  try {
    connection = await connect(options);
  } catch (error) {
    if (!(error instanceof AuthorizationError)) throw error;
    throw new ClusterRefusal(
      `cluster.nats.credentials: the NATS servers do not let this node in: ${error.message}`,
    );
  }
  const refusal = oldServer(connection) ?? narrowServer(connection);
  if (refusal === undefined) return connection;
  await closeConnection(connection);
  throw new ClusterRefusal(`cluster.nats.servers: ${refusal}`);
}

/**
 * Connects for a command, which does not wait for servers that are away. Throws ClusterRefusal, also where no
 * server can be reached.
 */
export async function connectForCommand(settings: NatsSettings): Promise<NatsConnection> {
  try {
    return await connectToNats(settings, 'cli');
  } catch (error) {
    if (error instanceof ClusterRefusal) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ClusterRefusal(`cluster.nats.servers: no server can be reached: ${reason}`);
  }
}

/**
 * Ends the connection once what was given to it before has left: the client would write that to a socket
 * which it has ended, and the process would end with an uncaught error.
 */
export async function closeConnection(connection: NatsConnection): Promise<void> {
  await nextTurn();
  await connection.close();
}

/**
 * What is wrong with the version of the server that the connection leads to now; it may be another one after
 * each reconnect.
 */
export function oldServer(connection: NatsConnection): string | undefined {
  const version = connection.info?.version ?? 'unknown';
  if (isTaken(version)) return undefined;
  return `${connection.getServer()} is NATS ${version}, and Farad needs ${OLDEST_SERVER} or newer`;
}

/** What is wrong with the largest message that the server takes. */
function narrowServer(connection: NatsConnection): string | undefined {
  const most = connection.info?.max_payload ?? 0;
  if (most >= MIN_PAYLOAD_BYTES) return undefined;
  return `${connection.getServer()} has a max_payload of ${most} bytes, and Farad needs ${MIN_PAYLOAD_BYTES} or more`;
}

function connectionOptions({ node, nats }: NatsSettings, name: string): ConnectionOptions {
  const servers = natsServers(nats.servers);
  const isSecure = servers.some(({ secure }) => secure);
  return {
    servers: servers.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`),
    name: `farad ${node} ${name}`,
    // What a server reports of others may lie outside of what the settings allow.
    ignoreClusterUpdates: true,
    // One of its own for each node, so that the servers can keep a node from reading the answers of others.
    inboxPrefix: `_INBOX_${node}`,
    timeout: CONNECT_WITHIN_MS,
    pingInterval: PING_EVERY_MS,
    maxPingOut: PINGS_UNANSWERED,
    reconnectTimeWait: TRY_AGAIN_AFTER_MS,
    maxReconnectAttempts: -1,
    ignoreAuthErrorAbort: true,
    // Otherwise it makes an error with its stack for each request, to have it where that fails.
    noAsyncTraces: true,
    // Given at all, it demands TLS: a server that does not speak it is left before anything is told to it.
    ...(isSecure && { tls: tlsOptions(nats.tls) }),
    ...(nats.credentials !== '' && { authenticator: readCredentials(nats.credentials) }),
  };
}

function tlsOptions(files: NatsSettings['nats']['tls']): TlsOptions {
  const given = (['ca', 'cert', 'key'] as const).filter((part) => files[part] !== '');
  return Object.fromEntries(
    given.map((part) => [part, readClusterFile(`cluster.nats.tls.${part}`, files[part])]),
  );
}
