import { type DemoFleet, startFleet } from '../../src/cli/demo.ts';
import { askApi } from '../../src/simulator/api.ts';
import { DEMO_TOKENS, demoIdentity } from '../../src/simulator/demo-habits.ts';
import { importTokens } from '../../src/simulator/provisioning.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { apiOf, type Target } from '../target.ts';
import type { LocalCluster } from './local-cluster.ts';

/**
 * Starts the simulated charge points of a demo, which connect through the balancer of a cluster.
 * @throws Error where a node does not take what is to be known of them.
 */
export async function startDemoFleet(cluster: LocalCluster, chargePoints: number): Promise<DemoFleet> {
  // Each node still knows only what it was told itself.
  await Promise.all(cluster.nodes.map(({ target }) => provision(target, chargePoints)));
  const { ocppUrl, apiUrl, apiKey } = cluster.target;
  const log = createLog({ log: { level: 'warn', format: 'auto' } }, 'cluster');
  return startFleet({ ocppUrl, apiUrl, apiKey, chargePoints }, log);
}

/**
 * Makes cards and charge points known to one node: no node sends a command to a charge point unknown to it.
 */
async function provision(target: Target, chargePoints: number): Promise<void> {
  const api = apiOf(target);
  await importTokens(api, DEMO_TOKENS);
  for (let index = 0; index < chargePoints; index++)
    await askApi(api, { method: 'PUT', path: `/api/v1/charge-points/${demoIdentity(index)}`, body: '{}' });
}
