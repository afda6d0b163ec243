import { membershipOf } from '../cluster/membership.ts';
import { isClustered } from '../config/cluster-check.ts';
import type { Config } from '../config/schema.ts';
import { StartError } from './start-error.ts';

/**
 * Throws StartError where the data directory is that of a node of a cluster and the settings let it work
 * alone: what the two would know from then on could not be brought together, and they would give the same
 * transactionIds.
 */
export function refuseNodeAlone(config: Config, directory: string): void {
  if (isClustered(config)) return;
  const member = membershipOf(directory);
  if (member === undefined) return;
  throw new StartError(
    member.unfinished === undefined
      ? `dataDir ${directory} is that of the node ${member.node} of a cluster: set cluster.nats.servers, or let it work alone by \`farad cluster leave --alone\``
      : `farad cluster ${member.unfinished} was interrupted on dataDir ${directory}: run it again`,
  );
}
