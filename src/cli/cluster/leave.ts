import { UsageError } from '../usage-error.ts';
import { type ClusterAction, evenIfBehindFlag } from './action.ts';

const ALONE = 'alone';
const WHILE_OTHERS_WORK = 'while-others-work';

export const leaveAction: ClusterAction = {
  name: 'leave',
  help: [
    '--alone lets the data directory of a node work alone from now on, with all that is in it. All gateways of',
    'the cluster are stopped. May be repeated where it was interrupted.',
  ],
  flags: [
    { name: ALONE, help: 'leave: this machine is the whole gateway afterwards.' },
    {
      name: WHILE_OTHERS_WORK,
      help: 'leave: also while other nodes run, which keep the tables in ClickHouse.',
    },
    evenIfBehindFlag,
  ],
  async run(config, flags) {
    if (!flags[ALONE]) throw new UsageError('farad cluster leave needs --alone');
    const { leaveCluster } = await import('../../cluster/leave.ts');
    const { createLog } = await import('../../telemetry/log.ts');
    const { withStoppedNode } = await import('./stopped-node.ts');
    await withStoppedNode(config, 'farad cluster leave', async (node) => {
      await leaveCluster({
        ...node,
        whileOthersWork: flags[WHILE_OTHERS_WORK] !== undefined,
        evenIfBehind: flags[evenIfBehindFlag.name] !== undefined,
        say: (text) => console.log(`farad: ${text}`),
        log: createLog(config, 'cli'),
      });
      console.log(
        'farad: this machine works alone from now on; start its gateway without cluster.nats.servers. The NATS servers still hold the log',
      );
    });
    return 0;
  },
};
