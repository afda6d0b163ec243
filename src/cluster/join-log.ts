import { isClustered } from '../config/cluster-check.ts';
import type { Config } from '../config/schema.ts';
import type { ClusterLog, ClusterLogOptions } from './cluster-log.ts';

/**
 * How this process writes to the log of the cluster; undefined where the machine is alone, and then nothing
 * of NATS is loaded.
 */
export async function joinLog(
  config: Pick<Config, 'cluster'>,
  options: Omit<ClusterLogOptions, 'cluster'>,
): Promise<ClusterLog | undefined> {
  if (!isClustered(config)) return undefined;
  const { ClusterLog } = await import('./cluster-log.ts');
  return new ClusterLog({ ...options, cluster: config.cluster });
}
