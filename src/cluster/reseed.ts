import { randomUUID } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Config } from '../config/schema.ts';
import { fingerprintOf, loadPepper } from '../store/charge-point-key.ts';
import { reserveTransactionIds } from '../store/handover.ts';
import { openReplicated, type ReplicatedEnvironments } from '../store/replicated.ts';
import type { Log } from '../telemetry/log.ts';
import { catchUp, endsOf, type Positions } from './catch-up.ts';
import { ClusterRefusal } from './cluster-refusal.ts';
import { closeConnection, connectForCommand } from './connection.ts';
import { LmdbCopyView } from './lmdb-copy.ts';
import { replaceLog } from './log-identity.ts';
import { streamsOfChanges } from './log-place.ts';
import { beginFrom } from './log-traces.ts';
import { membershipOf, refuseOtherName, writeMembership } from './membership.ts';
import { nodesHeard } from './nodes-heard.ts';
import type { SharedTables } from './shared-tables.ts';

export interface ReseedOptions {
  readonly config: Pick<Config, 'cluster' | 'dataDir'>;
  readonly tables: SharedTables;
  /** File with what a NATS user proves itself with who may delete streams. */
  readonly credentials: string;
  /** Goes on where others are further, or where none is heard. */
  readonly evenIfBehind: boolean;
  /** Hears what is found and done. */
  readonly say: (text: string) => void;
  readonly log: Log;
  /** For so long other nodes are listened for, ms. */
  readonly listensMs?: number;
}

/**
 * So many transactionIds are left out: other nodes may have drawn blocks that the log has lost.
 */
const LEFT_OUT = 100_000;

/**
 * Makes a new log out of the copy of a node on which no gateway runs, in the place of one that the NATS
 * servers have lost. Nodes that took part in that take copies of this one. May be repeated where it was
 * interrupted. Throws ClusterRefusal, before anything is changed, where another copy has more.
 */
export async function reseedLog(options: ReseedOptions): Promise<void> {
  const { config, tables, credentials, say } = options;
  const { cluster, dataDir } = config;
  const member = membershipOf(dataDir);
  if (!member) throw new ClusterRefusal('this data directory is not that of a node');
  refuseOtherName(member, cluster.node);
  if (member.unfinished !== undefined && member.unfinished !== 'reseed')
    throw new ClusterRefusal(`farad cluster ${member.unfinished} was interrupted here; run that again`);
  if (member.recovery)
    throw new ClusterRefusal(
      'this node reads what a former disk had from the streams, which would be deleted: take the copy of another one',
    );
  const former = member.former ?? member.identity;
  const identity = member.unfinished === 'reseed' ? member.identity : randomUUID();
  const nats = { ...cluster.nats, ...(credentials !== '' && { credentials }) };
  const connection = await connectForCommand({ ...cluster, nats });
  const environments = openReplicated(dataDir);
  try {
    if (member.unfinished === undefined) await refuseBehind(options, connection, environments, former);
    writeMembership(dataDir, { identity, node: cluster.node, unfinished: 'reseed', former });
    const highest = await tables.highestTransactionId();
    const known = reserveTransactionIds(dataDir, environments, highest + 1);
    say(`transactionIds go on with ${reserveTransactionIds(dataDir, environments, known + LEFT_OUT)}`);
    beginFrom(environments.directory, identity);
    beginFrom(environments.state, identity);
    await tables.handTo(identity);
    say('the tables in ClickHouse belong to the new log');
    const pepper = fingerprintOf(loadPepper(dataDir));
    await replaceLog(connection, { cluster, pepper }, identity, former);
    writeMembership(dataDir, { identity, node: cluster.node, copyAgain: true });
  } finally {
    await environments.close();
    await closeConnection(connection);
  }
}

/** Tells how far every copy is. Throws ClusterRefusal where it is not known that this one has all. */
async function refuseBehind(
  options: ReseedOptions,
  connection: NatsConnection,
  environments: ReplicatedEnvironments,
  former: string,
): Promise<void> {
  const { evenIfBehind, say, listensMs } = options;
  const { cluster } = options.config;
  const { node, state } = cluster;
  const streams = streamsOfChanges(state.shards);
  const ends = await endsOf(connection, streams);
  // What is left of the log may have a little that came when the gateway was stopped.
  const missing = await catchUp({ ...options, cluster, connection, environments, identity: former, ends });
  const own = positionsOf(environments, streams);
  const tell = (who: string, positions: Positions): void =>
    say(`${who}: ${streams.map((stream) => `${stream} ${positions.get(stream) ?? '-'}`).join(', ')}`);
  tell(`${node} (this one)`, own);
  const problems: string[] = [];
  const heard = (await nodesHeard(connection, listensMs)).filter(({ log }) => log === former);
  for (const { node: name, positions = {} } of heard) {
    const theirs = new Map(Object.entries(positions));
    tell(name, theirs);
    const more = moreIn(theirs, own);
    if (more !== '') problems.push(`${name} is further: ${more}`);
  }
  if (heard.length === 0) problems.push('no other node is heard, so nobody can say which one is furthest');
  tell('the log', ends);
  if (missing !== '') problems.push(`the log still has what this node lacks: ${missing}`);
  if (problems.length === 0) return;
  if (!evenIfBehind) throw new ClusterRefusal(`${problems.join('; ')}. With --even-if-behind that is lost`);
  for (const problem of problems) say(`goes on although ${problem}`);
}

function positionsOf({ state, directory }: ReplicatedEnvironments, streams: readonly string[]): Positions {
  const [ofState, ofDirectory] = [new LmdbCopyView(state), new LmdbCopyView(directory)];
  return new Map(
    streams.map((stream) => [
      stream,
      Math.max(ofState.position(stream).seq, ofDirectory.position(stream).seq),
    ]),
  );
}

/** What others have more than this one; empty where that is nothing. */
function moreIn(others: Positions, own: Positions): string {
  return [...others]
    .map(([stream, position]) => [stream, position - (own.get(stream) ?? 0)] as const)
    .filter(([, more]) => more > 0)
    .map(([stream, more]) => `${more} changes of ${stream}`)
    .join(', ');
}
