import { randomUUID } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Config } from '../config/schema.ts';
import { fingerprintOf, loadPepper } from '../store/charge-point-key.ts';
import { endSessions, reserveTransactionIds } from '../store/handover.ts';
import { openReplicated } from '../store/replicated.ts';
import { TransactionIdMark } from '../store/transaction-id-mark.ts';
import { ClusterRefusal } from './cluster-refusal.ts';
import { closeConnection, connectForCommand } from './connection.ts';
import { findLog, makeLogFromCopy } from './log-identity.ts';
import { beginFrom } from './log-traces.ts';
import { membershipOf, refuseOtherName, writeMembership } from './membership.ts';
import type { SharedTables } from './shared-tables.ts';

export interface CreateOptions {
  readonly config: Pick<Config, 'cluster' | 'dataDir'>;
  /** Id of the data directory. */
  readonly installation: string;
  readonly tables: SharedTables;
  /** Hears what is done now. */
  readonly say: (text: string) => void;
}

/**
 * Makes a data directory that no gateway runs on the first node of a cluster, with all that is in it. What it
 * has not handed to ClickHouse yet stays in its own queues. May be repeated where it was interrupted. Throws
 * ClusterRefusal, before anything is changed, where it may not be done, and what the tables throw.
 */
export async function createCluster({ config, installation, tables, say }: CreateOptions): Promise<void> {
  const { cluster, dataDir } = config;
  const begun = membershipOf(dataDir);
  if (begun && begun.unfinished !== 'create') throw refusalOfMember(begun.unfinished);
  if (begun) refuseOtherName(begun, cluster.node);
  const identity = begun?.identity ?? randomUUID();
  const connection = await connectForCommand(cluster);
  try {
    await refuseOtherLog(connection, identity);
    await refuseOthersTables(tables, { installation, identity, dataDir });
    writeMembership(dataDir, { identity, node: cluster.node, unfinished: 'create' });
    say(`${await endSessions(dataDir)} sessions are closed`);
    const next = await beginLog(dataDir, identity, await tables.highestTransactionId());
    say(`transactionIds go on with ${next}`);
    await tables.handTo(identity);
    say('the tables in ClickHouse belong to the cluster');
    await makeLogFromCopy(connection, { cluster, pepper: fingerprintOf(loadPepper(dataDir)) }, identity);
    writeMembership(dataDir, { identity, node: cluster.node, copyAgain: true });
  } finally {
    await closeConnection(connection);
  }
}

function refusalOfMember(unfinished: string | undefined): ClusterRefusal {
  return new ClusterRefusal(
    unfinished === undefined
      ? 'this data directory is that of a node already'
      : `farad cluster ${unfinished} was interrupted on this data directory; run that again`,
  );
}

async function refuseOtherLog(connection: NatsConnection, identity: string): Promise<void> {
  const there = await findLog(connection);
  if (there === undefined || there.identity === identity) return;
  throw new ClusterRefusal(
    `cluster.nats.servers: they hold a log already (of the cluster ${there.name}, ${there.identity}); delete it with the operator's NATS user, or use other servers`,
  );
}

async function refuseOthersTables(
  tables: SharedTables,
  { installation, identity, dataDir }: { installation: string; identity: string; dataDir: string },
): Promise<void> {
  const owner = await tables.owner();
  if (owner !== undefined && owner !== installation && owner !== identity)
    throw new ClusterRefusal(
      'clickhouse.database: it holds the rows of another installation; set it to one of its own',
    );
  const highest = await tables.highestTransactionId();
  if (owner === identity || highest < new TransactionIdMark(dataDir).read()) return;
  throw new ClusterRefusal(
    `clickhouse.database: it holds transaction ${highest}, which this data directory has not handed out`,
  );
}

/** Returns the next transactionId. */
async function beginLog(dataDir: string, identity: string, highestInTables: number): Promise<number> {
  const environments = openReplicated(dataDir);
  try {
    const next = reserveTransactionIds(dataDir, environments, highestInTables + 1);
    beginFrom(environments.directory, identity);
    beginFrom(environments.state, identity);
    return next;
  } finally {
    await environments.close();
  }
}
