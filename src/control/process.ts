import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { joinLog } from '../cluster/join-log.ts';
import { membershipOf } from '../cluster/membership.ts';
import type { Config } from '../config/schema.ts';
import { joinSupervisor } from '../link/child.ts';
import { healthOf } from '../link/health.ts';
import { NewerDataError, openStore, type Store } from '../store/store.ts';
import { endOnFault } from '../telemetry/last-words.ts';
import { createLog } from '../telemetry/log.ts';
import { metrics } from '../telemetry/metrics.ts';
import { watchman } from '../telemetry/watchman.ts';
import { KeyPairError } from '../tls/key-pairs.ts';
import { ApiTls } from './api-tls.ts';
import { createApp } from './app.ts';
import { bootstrapKey } from './bootstrap-key.ts';
import { readSealingKeys, SealingKeyError } from './sealing-keys.ts';

/** How long a stopping control waits for answers under way, ms; then it closes their connections. */
const STOP_GRACE_MS = 3000;

const child = await joinSupervisor<Config>();
const { config, link } = child;
const log = createLog(config, child.name).child({ room: 'control' });
endOnFault(log);

const clusterLog = await joinLog(config, { name: child.name, log, registry: metrics });
const store = await open();
const { accepted, newKey } = await bootstrapKey(store, config.api.key);
const tls = await openTls();
const app = await createApp({
  ...{ tls, config, store, link, log, keys: [accepted], version: ownVersion() },
  position: clusterLog && { log: clusterLog, identity: () => membershipOf(config.dataDir)?.identity },
});

watchman.start({ log, serves: 'operators' });
link.serve('health.read', () =>
  healthOf(
    { problems: app.server.listening ? [] : ['does not listen'], degraded: tls?.degraded() ?? [] },
    watchman.standing(),
  ),
);
link.serve('tls.reload', () => ({ problem: tls?.reload() ?? null }));

try {
  await app.listen({ host: config.api.host, port: config.api.port });
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  const where = `${config.api.host}:${config.api.port}`;
  await child.refuse(
    code === 'EADDRINUSE'
      ? `api.port: ${where} is in use`
      : `api.port: cannot listen on ${where}: ${message}`,
  );
}

child.onStop(async (reason) => {
  if (reason === 'asked') {
    const grace = setTimeout(() => app.server.closeAllConnections(), STOP_GRACE_MS);
    await app.close();
    clearTimeout(grace);
  }
  tls?.stop();
  await store.close();
  await clusterLog?.stop();
});

child.ready({
  api: baseUrl(tls ? 'https' : 'http', config.api.host, app.server.address() as AddressInfo),
  ...(newKey !== undefined && { newKey }),
});

async function open(): Promise<Store> {
  try {
    const sealingKeys = readSealingKeys(config);
    return openStore({
      dataDir: config.dataDir,
      role: 'control',
      ...(sealingKeys && { sealingKeys }),
      ...(clusterLog && { log: clusterLog }),
    });
  } catch (error) {
    if (error instanceof NewerDataError || error instanceof SealingKeyError)
      return child.refuse(error.message);
    throw error;
  }
}

async function openTls(): Promise<ApiTls | undefined> {
  if (config.api.tls.certificates.length === 0) return undefined;
  try {
    return new ApiTls({ config, ticketSecret: child.sharedSecret, log, registry: metrics });
  } catch (error) {
    if (error instanceof KeyPairError) return child.refuse(error.message);
    throw error;
  }
}

/** Where people reach it: any-address hosts are shown as loopback. */
function baseUrl(scheme: 'http' | 'https', host: string, { port, family }: AddressInfo): string {
  if (host === '0.0.0.0' || host === '::') return `${scheme}://127.0.0.1:${port}`;
  const shown = family === 'IPv6' && host.includes(':') ? `[${host}]` : host;
  return `${scheme}://${shown}:${port}`;
}

function ownVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}
