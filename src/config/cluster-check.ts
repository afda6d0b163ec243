import { ConfigError } from './config-error.ts';
import { isLoopback } from './loopback.ts';
import type { Config } from './schema.ts';

/** A NATS server. */
export interface NatsAddress {
  /** Over TLS. */
  readonly secure: boolean;
  /** An IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number;
}

const FORM = /^(nats|tls):\/\/(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/;

/** The addresses of `cluster.nats.servers`. Throws ConfigError for one that cannot be read. */
export function natsServers(servers: readonly string[]): readonly NatsAddress[] {
  return servers.map((text) => {
    const [, scheme, host = '', digits] = FORM.exec(text) ?? [];
    const port = Number(digits);
    // What is refused may hold a password, so it is not repeated.
    if (scheme === undefined || port < 1 || port > 65_535) {
      throw wrong('nats.servers', 'must be tls://HOST:PORT or nats://HOST:PORT, without user and password');
    }
    return { secure: scheme === 'tls', host: host.replace(/^\[|\]$/g, ''), port };
  });
}

/** Whether this machine is a node of a cluster. */
export function isClustered({ cluster }: { readonly cluster: Pick<Config['cluster'], 'nats'> }): boolean {
  return cluster.nats.servers.length > 0;
}

/** Throws ConfigError where the settings of a cluster do not go together; of one machine it asks nothing. */
export function checkCluster(config: Pick<Config, 'cluster' | 'clickhouse'>): void {
  if (!isClustered(config)) return;
  const { node, replicas, nats } = config.cluster;
  const servers = natsServers(nats.servers);
  const open = servers.find(({ secure, host }) => !secure && !isLoopback(host));
  if (open) {
    throw wrong('nats.servers', `must be tls:// for ${open.host}, which is not a loopback address`);
  }
  if (new Set(servers.map(({ secure }) => secure)).size > 1) {
    throw wrong('nats.servers', 'must be either all tls:// or all nats://');
  }
  if (node === '') throw wrong('node', 'must be set where cluster.nats.servers is');
  if (replicas === 1 && !nats.insecure) {
    throw wrong('replicas', 'must be at least 2: with 1 a broken disk loses what was confirmed');
  }
  if ((nats.tls.cert === '') !== (nats.tls.key === '')) {
    throw wrong('nats.tls.key', 'and cluster.nats.tls.cert must be set together');
  }
  if (/^S[A-Z]{1,2}[A-Z2-7]{50,}$|^[^/\\.]+:/.test(nats.credentials)) {
    throw wrong('nats.credentials', 'must be the path of a file, not the credentials themselves');
  }
  if (config.clickhouse.url === '') {
    throw new ConfigError(
      'clickhouse.url',
      'clickhouse.url must be set where cluster.nats.servers is: the embedded engine cannot be shared',
    );
  }
}

function wrong(setting: string, problem: string): ConfigError {
  return new ConfigError(`cluster.${setting}`, `cluster.${setting} ${problem}`);
}
