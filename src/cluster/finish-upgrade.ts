import type { Config } from '../config/schema.ts';
import { ClusterRefusal } from './cluster-refusal.ts';
import { closeConnection, connectForCommand } from './connection.ts';
import { findLog, LOG_FORMAT, raiseFormat } from './log-identity.ts';
import { nodesHeard } from './nodes-heard.ts';

export interface FinishUpgradeOptions {
  readonly cluster: Config['cluster'];
  /** How many nodes the cluster has: all of them must be heard. */
  readonly nodes: number;
  readonly say: (text: string) => void;
  /** For so long nodes are listened for, ms. */
  readonly listensMs?: number;
}

/**
 * Lets nodes write the newest format of the log that all of them read. Throws ClusterRefusal where not all
 * are heard, and where the servers hold no log.
 */
export async function finishUpgrade({ cluster, nodes, say, listensMs }: FinishUpgradeOptions): Promise<void> {
  const connection = await connectForCommand(cluster);
  try {
    const log = await findLog(connection);
    if (!log) throw new ClusterRefusal('cluster.nats.servers: they hold no log');
    const heard = await nodesHeard(connection, listensMs);
    for (const { node, release, format } of heard) say(`${node}: release ${release} reads format ${format}`);
    const names = new Set(heard.map(({ node }) => node));
    if (names.size !== nodes)
      throw new ClusterRefusal(`${names.size} nodes are heard, not ${nodes}: all must run to be asked`);
    const format = Math.min(LOG_FORMAT, ...heard.map((beat) => beat.format));
    if (format <= log.format)
      return say(`the log is written in format ${log.format}, the newest that all read`);
    await raiseFormat(connection, format);
    say(`the log may be written in format ${format} from now on, instead of ${log.format}`);
  } finally {
    await closeConnection(connection);
  }
}
