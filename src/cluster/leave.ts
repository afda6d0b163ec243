import type { NatsConnection } from '@nats-io/transport-node';
import type { Config } from '../config/schema.ts';
import { fingerprintOf, loadPepper } from '../store/charge-point-key.ts';
import { endSessions, reserveTransactionIds } from '../store/handover.ts';
import { openReplicated, type ReplicatedEnvironments } from '../store/replicated.ts';
import type { Log } from '../telemetry/log.ts';
import { catchUp, endsOf } from './catch-up.ts';
import { ClusterRefusal } from './cluster-refusal.ts';
import { closeConnection, connectForCommand } from './connection.ts';
import { openLog } from './log-identity.ts';
import { streamsOfChanges } from './log-place.ts';
import { beginFrom } from './log-traces.ts';
import {
  type Membership,
  membershipOf,
  refuseOtherName,
  removeMembership,
  writeMembership,
} from './membership.ts';
import { nodesHeard } from './nodes-heard.ts';
import { refuseWithoutCopy } from './own-data.ts';
import type { SharedTables } from './shared-tables.ts';

export interface LeaveOptions {
  readonly config: Pick<Config, 'cluster' | 'dataDir'>;
  /** Id of the data directory. */
  readonly installation: string;
  readonly tables: SharedTables;
  /** Leaves all the same where others run: they keep the tables in ClickHouse. */
  readonly whileOthersWork: boolean;
  /** Leaves all the same where the log has more than this node's copy. */
  readonly evenIfBehind: boolean;
  /** Hears what is done now. */
  readonly say: (text: string) => void;
  readonly log: Log;
  /** For so long the copy may come no further, ms. */
  readonly patienceMs?: number;
  /** For so long other nodes are listened for, ms. */
  readonly listensMs?: number;
}

/**
 * Lets the data directory of a node, which no gateway runs on, work alone, with all that is in it: first it
 * is brought to the end of the log. What it has not handed to ClickHouse yet stays in its own queues. The log
 * stays on the NATS servers. May be repeated where it was interrupted. Throws ClusterRefusal, before anything
 * is changed, where it may not be done, and what the tables throw.
 */
export async function leaveCluster(options: LeaveOptions): Promise<void> {
  const { config, installation, tables, whileOthersWork, say } = options;
  const { cluster, dataDir } = config;
  const member = membershipOf(dataDir);
  if (!member) throw new ClusterRefusal('this data directory is not that of a node');
  refuseOtherName(member, cluster.node);
  if (member.recovery) {
    throw new ClusterRefusal(
      'this node has not read back yet what a former disk had not handed to ClickHouse: start it until it has',
    );
  }
  if (member.unfinished === undefined) await comeToTheEnd(options, member);
  writeMembership(dataDir, { ...member, unfinished: 'leave' });
  say(`${await endSessions(dataDir)} sessions are closed`);
  const environments = openReplicated(dataDir);
  try {
    const highest = whileOthersWork ? 0 : await tables.highestTransactionId();
    const next = reserveTransactionIds(dataDir, environments, highest + 1);
    say(`transactionIds go on with ${next}`);
    forgetLeases(environments);
    beginFrom(environments.directory);
    beginFrom(environments.state);
  } finally {
    await environments.close();
  }
  if (!whileOthersWork) {
    await tables.handTo(installation);
    say('the tables in ClickHouse belong to this machine');
  }
  removeMembership(dataDir);
}

/** A machine that is alone has none. */
function forgetLeases({ directory }: ReplicatedEnvironments): void {
  const leases = directory.records('leases');
  directory.transactSync(() => {
    for (const key of [...leases.getKeys({})]) leases.remove(key);
  });
}

/** Throws ClusterRefusal where there are others, or where the copy cannot come to the end of the log. */
async function comeToTheEnd(options: LeaveOptions, { identity }: Membership): Promise<void> {
  const { config, evenIfBehind, whileOthersWork, say, listensMs } = options;
  const { cluster, dataDir } = config;
  let connection: NatsConnection;
  try {
    connection = await connectForCommand(cluster);
  } catch (error) {
    if (evenIfBehind) return say(`the log was not looked at: ${messageOf(error)}`);
    throw error;
  }
  try {
    if (!whileOthersWork) await refuseOthers(connection, listensMs);
    const pepper = fingerprintOf(loadPepper(dataDir));
    const log = await openLog(connection, { cluster, pepper, known: identity });
    const environments = openReplicated(dataDir);
    try {
      refuseWithoutCopy(environments, log);
      const ends = await endsOf(connection, streamsOfChanges(cluster.state.shards));
      const missing = await catchUp({ ...options, cluster, connection, environments, identity, ends });
      if (missing !== '') throw new ClusterRefusal(`this node is behind the log: ${missing}`);
    } finally {
      await environments.close();
    }
  } catch (error) {
    if (!(evenIfBehind && error instanceof ClusterRefusal && !(error instanceof OthersRun))) throw error;
    say(`goes on without what is missing: ${error.message}`);
  } finally {
    await closeConnection(connection);
  }
}

class OthersRun extends ClusterRefusal {}

async function refuseOthers(connection: NatsConnection, listensMs?: number): Promise<void> {
  const names = [...new Set((await nodesHeard(connection, listensMs)).map(({ node }) => node))].sort();
  if (names.length === 0) return;
  throw new OthersRun(
    `${names.join(', ')} run: stop them first. With --while-others-work this machine goes its own way: charge points that reach both are then known to two gateways, which give the same transactionIds, and this one needs a clickhouse.database of its own`,
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
