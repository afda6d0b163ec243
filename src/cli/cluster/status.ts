import { resolve } from 'node:path';
import { askGateway, endpointsOf } from '../running-gateway.ts';
import { UsageError } from '../usage-error.ts';
import type { ClusterAction } from './action.ts';
import { clusterStatusText, isWell, type ShownCluster } from './status-text.ts';

/** Exit code where a node is away or does not work. */
const NOT_WELL = 3;

export const statusAction: ClusterAction = {
  name: 'status',
  help: ['asks a running gateway how the nodes are; exit code 3: not all is well.'],
  flags: [],
  async run(config) {
    if (config.api.key === '')
      throw new UsageError('farad cluster status needs an API key: --api-key or FARAD_API_KEY');
    const endpoints = endpointsOf(resolve(config.dataDir));
    const cluster = (await askGateway(endpoints, config.api.key, 'GET', '/api/v1/cluster')) as ShownCluster;
    console.log(clusterStatusText(cluster, Date.now()));
    return isWell(cluster) ? 0 : NOT_WELL;
  },
};
