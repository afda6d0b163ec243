import { Replica } from '../../src/cluster/replica.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { createRelay } from '../../src/link/relay.ts';
import { openReplicated } from '../../src/store/replicated.ts';
import { logTo } from '../../src/telemetry/log.ts';
import { createRegistry } from '../../src/telemetry/metrics.ts';
import type { Place, Report } from './orders.ts';

/** Brings the copy of a node up to date, as the replica of a gateway does. */
const { dataDir, flags } = JSON.parse(process.argv[2] ?? '') as Place;
const config = loadConfig({ flags: { ...flags, 'data-dir': dataDir } });
const environments = openReplicated(dataDir);
const replica = new Replica({
  config,
  link: createRelay({ node: config.cluster.node }).join('replica'),
  environments,
  pepper: 'bench',
  release: 'bench',
  log: logTo({ write: () => undefined }, 'warn', 'bench'),
  registry: createRegistry({ process: 'replica' }),
  onRefusal(refusal) {
    throw refusal;
  },
});
await replica.start();

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ latencies: [], cpuSeconds: (user + system) / 1e6 } satisfies Report);
});
process.on('disconnect', () => void replica.stop().then(() => environments.close()));
process.send?.('ready');
