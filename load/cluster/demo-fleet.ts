import { type DemoFleet, startFleet } from '../../src/cli/demo.ts';
import { createLog } from '../../src/telemetry/log.ts';
import type { LocalCluster } from './local-cluster.ts';

/** Starts the simulated charge points of a demo, which connect through the balancer of a cluster. */
export function startDemoFleet(cluster: LocalCluster, chargePoints: number): DemoFleet {
  const { ocppUrl, apiUrl, apiKey } = cluster.target;
  const log = createLog({ log: { level: 'warn', format: 'auto' } }, 'cluster');
  return startFleet({ ocppUrl, apiUrl, apiKey, chargePoints }, log);
}
