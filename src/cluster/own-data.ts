import type { Environment } from '../journal/environment.ts';
import { type ReplicatedEnvironments, replicatedTables } from '../store/replicated.ts';
import { ClusterRefusal } from './cluster-refusal.ts';
import { LmdbCopyView } from './lmdb-copy.ts';
import type { LogIdentity } from './log-identity.ts';

/**
 * Throws ClusterRefusal where a machine has worked alone: what it knows is not in the log, which would lead
 * to two truths. `streams`: all streams of changes.
 */
export function refuseOwnData(
  { state, directory }: Pick<ReplicatedEnvironments, 'state' | 'directory'>,
  streams: readonly string[],
): void {
  for (const [name, environment] of Object.entries({ state, directory } as const)) {
    const view = new LmdbCopyView(environment);
    if (view.origin() !== '' || streams.some((stream) => view.position(stream).seq > 0)) continue;
    const table = replicatedTables(name as 'state' | 'directory').find((one) =>
      holdsRecords(environment, one),
    );
    if (table === undefined) continue;
    throw new ClusterRefusal(
      `cluster.nats.servers: this machine has worked alone, and what it knows (${name}, ${table}) is not in the log; a node begins with an empty data directory`,
    );
  }
}

/** Whether the log goes on from something that this node has no copy of. */
export function lacksOrigin(
  { state, directory }: Pick<ReplicatedEnvironments, 'state' | 'directory'>,
  { begins, identity }: Pick<LogIdentity, 'begins' | 'identity'>,
): boolean {
  if (begins === 'empty') return false;
  return [state, directory].some((one) => new LmdbCopyView(one).origin() !== identity);
}

/** Throws ClusterRefusal where it does. */
export function refuseWithoutCopy(
  environments: Pick<ReplicatedEnvironments, 'state' | 'directory'>,
  log: Pick<LogIdentity, 'begins' | 'identity'>,
): void {
  if (!lacksOrigin(environments, log)) return;
  throw new ClusterRefusal(
    `cluster: the log ${log.identity} goes on from what one machine knew before, and this data directory has no copy of that`,
  );
}

/** `meta` holds what belongs to the machine, too. */
function holdsRecords(environment: Environment, table: string): boolean {
  if (table === 'meta') return false;
  for (const _ of environment.bytes(table).getKeys({ limit: 1 })) return true;
  return false;
}
