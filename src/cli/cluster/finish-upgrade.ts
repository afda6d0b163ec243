import { isClustered } from '../../config/cluster-check.ts';
import { StartError } from '../start-error.ts';
import { UsageError } from '../usage-error.ts';
import type { ClusterAction } from './action.ts';

const NODES = 'nodes';

export const finishUpgradeAction: ClusterAction = {
  name: 'finish-upgrade',
  help: [
    '--nodes N lets the nodes write the newest format of the log that all N of them read, after the last one was',
    'upgraded. An older release cannot take part from then on.',
  ],
  flags: [{ name: NODES, help: 'finish-upgrade: how many nodes the cluster has.', value: 'a number' }],
  async run(config, flags) {
    const nodes = Number(flags[NODES]);
    if (!Number.isInteger(nodes) || nodes < 1)
      throw new UsageError('farad cluster finish-upgrade needs --nodes N, how many nodes there are');
    if (!isClustered(config)) throw new UsageError('farad cluster finish-upgrade needs cluster.nats.servers');
    const { finishUpgrade } = await import('../../cluster/finish-upgrade.ts');
    const { ClusterRefusal } = await import('../../cluster/cluster-refusal.ts');
    try {
      await finishUpgrade({ cluster: config.cluster, nodes, say: (text) => console.log(`farad: ${text}`) });
    } catch (error) {
      if (error instanceof ClusterRefusal) throw new StartError(error.message);
      throw error;
    }
    return 0;
  },
};
