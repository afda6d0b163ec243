import { readFileSync } from 'node:fs';
import type { Config } from '../config/schema.ts';
import { joinSupervisor } from '../link/child.ts';
import { healthOf } from '../link/health.ts';
import { fingerprintOf, loadPepper } from '../store/charge-point-key.ts';
import { openReplicated } from '../store/replicated.ts';
import { endOnFault } from '../telemetry/last-words.ts';
import { createLog } from '../telemetry/log.ts';
import { metrics } from '../telemetry/metrics.ts';
import { watchman } from '../telemetry/watchman.ts';
import { ClusterRefusal } from './cluster-refusal.ts';
import { Replica } from './replica.ts';

const child = await joinSupervisor<Config>();
const { config, link } = child;
const log = createLog(config, child.name).child({ room: 'cluster' });
endOnFault(log);

const environments = openReplicated(config.dataDir);
const replica = new Replica({
  config,
  link,
  environments,
  pepper: fingerprintOf(loadPepper(config.dataDir)),
  release: ownVersion(),
  log,
  registry: metrics,
  onRefusal: ({ message }) => void child.refuse(message),
});
watchman.start({ log, serves: 'operators' });
link.serve('health.read', () => healthOf({ degraded: replica.degraded() }, watchman.standing()));
child.onStop(async () => {
  await replica.stop();
  await environments.close();
});

try {
  await replica.start();
} catch (error) {
  if (!(error instanceof ClusterRefusal)) throw error;
  await child.refuse(error.message);
}
child.ready({});

function ownVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}
