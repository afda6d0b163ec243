import { resolve } from 'node:path';
import { loadConfigWithOrigins } from '../../config/load-config.ts';
import { clusterStatusText, isWell, type ShownCluster } from '../cluster-status-text.ts';
import type { Command } from '../command.ts';
import { askGateway, endpointsOf } from '../running-gateway.ts';
import { settingsFileFlag, sourcesFrom } from '../settings-sources.ts';
import { UsageError } from '../usage-error.ts';

/** Exit code where a node is away or does not work. */
const NOT_WELL = 3;

export const clusterCommand: Command = {
  name: 'cluster',
  summary: '`farad cluster status` asks a running gateway how its cluster is; exit code 3: not all is well.',
  takesSettings: true,
  flags: [settingsFileFlag],
  maxWords: 1,
  async run({ words: [what], flags }) {
    if (what !== 'status') {
      throw new UsageError(
        what === undefined ? 'farad cluster needs a word: status' : `unknown: farad cluster ${what}`,
      );
    }
    const { config } = loadConfigWithOrigins(sourcesFrom(flags));
    if (config.api.key === '')
      throw new UsageError('farad cluster status needs an API key: --api-key or FARAD_API_KEY');
    const endpoints = endpointsOf(resolve(config.dataDir));
    const cluster = (await askGateway(endpoints, config.api.key, 'GET', '/api/v1/cluster')) as ShownCluster;
    console.log(clusterStatusText(cluster, Date.now()));
    return isWell(cluster) ? 0 : NOT_WELL;
  },
};
