import type { LocalCluster } from './local-cluster.ts';
import type { LocalNode } from './local-node.ts';

/** What is told about a cluster once it is there. */
export function announcement(cluster: LocalCluster, chargePoints: number): string {
  const { nodes, nats, clickHouse, directory, target } = cluster;
  const [first] = nodes;
  return [
    `A cluster of ${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'} runs on this machine`,
    `  charge points   ${target.ocppUrl}/{chargePointId} (each connection to the next node)`,
    `  console         ${linkTo(target.apiUrl, target.apiKey)} (node ${first?.name} as long as it is there)`,
    ...nodes.map((node) => `  node ${node.name}          ${linkOf(node)} supervisor ${node.pid}`),
    `  NATS            ${nats.map(({ url }) => url).join(' ')}`,
    `  ClickHouse      ${clickHouse}`,
    `  data            ${directory}`,
    `  API key         ${target.apiKey}`,
    `${chargePoints} simulated charge points connect. Each node knows all of them, and its console reaches them all.`,
    `Kill a node with kill -9 and the number of its supervisor, for example kill -9 ${first?.pid}: its charge`,
    'points come back on other nodes, and the node is started again. Ctrl-C ends everything.',
  ].join('\n');
}

/**
 * The console of one node. Each has a host name of its own, all of which browsers know as this machine: those
 * with one host name share their log-ins.
 */
function linkOf({ name, target: { apiUrl, apiKey } }: LocalNode): string {
  const url = new URL(apiUrl);
  return linkTo(`http://${name}.localhost:${url.port}`, apiKey);
}

/** The fragment never leaves the browser: the console takes the key from it and forgets it. */
function linkTo(apiUrl: string, apiKey: string): string {
  return `${apiUrl}/#key=${encodeURIComponent(apiKey)}`;
}
