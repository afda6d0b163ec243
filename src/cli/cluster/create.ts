import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from '../start-error.ts';
import type { ClusterAction } from './action.ts';

const WITHOUT_HISTORY = 'without-history';

export const createAction: ClusterAction = {
  name: 'create',
  help: [
    'makes the data directory of a machine that has worked alone the first node of a cluster. Its gateway is',
    'stopped, and the NATS servers hold no log yet. May be repeated where it was interrupted.',
  ],
  flags: [
    {
      name: WITHOUT_HISTORY,
      help: 'create: what the embedded ClickHouse holds is no part of the cluster.',
    },
  ],
  async run(config, flags) {
    const { createCluster } = await import('../../cluster/create.ts');
    const { withStoppedNode } = await import('./stopped-node.ts');
    await withStoppedNode(config, 'farad cluster create', async (node) => {
      const embedded = join(node.config.dataDir, 'clickhouse');
      if (existsSync(embedded) && !flags[WITHOUT_HISTORY])
        throw new StartError(
          `${embedded} holds what this machine knew so far, and a cluster has its tables on a server (clickhouse.url): bring it there with \`farad copy-history --set-aside\`, or say --${WITHOUT_HISTORY}`,
        );
      await createCluster({ ...node, say: (text) => console.log(`farad: ${text}`) });
      const { name, node: own } = node.config.cluster;
      console.log(
        `farad: ${own} is the first node of the cluster ${name}; start its gateway, then the other nodes`,
      );
    });
    return 0;
  },
};
