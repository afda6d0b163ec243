import { resolve } from 'node:path';
import { askGateway, endpointsOf } from '../running-gateway.ts';
import { UsageError } from '../usage-error.ts';
import type { ClusterAction } from './action.ts';

export const forgetAction: ClusterAction = {
  name: 'forget',
  help: [
    'NODE lets the nodes forget one that is lost or retired: its sessions end, and nothing shows it any more.',
    'Refused while it runs. Asks a running gateway; api.key must be an admin key.',
  ],
  takesWord: true,
  flags: [],
  async run(config, _, node) {
    if (node === undefined) throw new UsageError('farad cluster forget needs the name of a node');
    if (config.api.key === '')
      throw new UsageError('farad cluster forget needs an admin key: --api-key or FARAD_API_KEY');
    const path = `/api/v1/cluster/nodes/${encodeURIComponent(node)}`;
    const endpoints = endpointsOf(resolve(config.dataDir));
    const answer = await askGateway(endpoints, config.api.key, 'DELETE', path);
    const { sessions } = answer as { sessions: number };
    console.log(`farad: ${node} is forgotten; ${sessions} sessions ended`);
    return 0;
  },
};
