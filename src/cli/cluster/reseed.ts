import { UsageError } from '../usage-error.ts';
import { type ClusterAction, evenIfBehindFlag } from './action.ts';

const FROM = 'from';
const CREDENTIALS = 'credentials';

export const reseedAction: ClusterAction = {
  name: 'reseed',
  help: [
    '--from NODE makes a new log out of the copy of this node, whose gateway is stopped, where the NATS servers',
    'have lost the log. It tells how far every node is, and refuses where another one has more.',
  ],
  flags: [
    { name: FROM, help: 'reseed: the node that this data directory is of.', value: 'a name' },
    {
      name: CREDENTIALS,
      help: 'reseed: what a NATS user who may delete streams proves itself with, as cluster.nats.credentials.',
      value: 'a path',
    },
    evenIfBehindFlag,
  ],
  async run(config, flags) {
    const from = flags[FROM];
    if (from === undefined) throw new UsageError('farad cluster reseed needs --from NODE');
    if (from !== config.cluster.node)
      throw new UsageError(`farad cluster reseed --from ${from} is for the data directory of ${from}`);
    const { reseedLog } = await import('../../cluster/reseed.ts');
    const { createLog } = await import('../../telemetry/log.ts');
    const { withStoppedNode } = await import('./stopped-node.ts');
    await withStoppedNode(config, 'farad cluster reseed', async (node) => {
      await reseedLog({
        ...node,
        credentials: flags[CREDENTIALS] ?? '',
        evenIfBehind: flags[evenIfBehindFlag.name] !== undefined,
        log: createLog(config, 'cli'),
        say: (text) => console.log(`farad: ${text}`),
      });
      console.log(`farad: the log goes on from ${from}; start its gateway, then start the other nodes again`);
    });
    return 0;
  },
};
