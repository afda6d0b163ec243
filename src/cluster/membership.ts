import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from '../store/write-durably.ts';
import { ClusterRefusal } from './cluster-refusal.ts';

const FILE = 'cluster.json';

/** What a data directory remembers of the cluster that it belongs to. */
export interface Membership {
  /** Of the log. */
  readonly identity: string;
  readonly node: string;
  /** This command has begun to change the data directory, and has not ended. */
  readonly unfinished?: 'create' | 'leave' | 'reseed';
  /** The log that this one takes the place of, as long as `reseed` is unfinished. */
  readonly former?: string;
  /** What a former disk of this node had not handed to ClickHouse is still to be looked for. */
  readonly recovery?: Recovery;
  /** The log is newer than what waits for ClickHouse on this disk, so its streams have no copies of that. */
  readonly copyAgain?: true;
}

/** Rows of this node that are read from the streams, since no disk has them. */
export interface Recovery {
  /** Random. */
  readonly id: string;
  /** By stream of changes: the last one whose rows are recovered. */
  readonly upTo: Readonly<Record<string, number>>;
}

/** Undefined where it belongs to none. */
export function membershipOf(dataDir: string): Membership | undefined {
  const file = join(dataDir, FILE);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Membership) : undefined;
}

/**
 * Undefined where it has not taken part in any yet. Throws ClusterRefusal where it did under another name, or
 * where a command that makes it a part of one was interrupted.
 */
export function readMembership(dataDir: string, node: string): Membership | undefined {
  const known = membershipOf(dataDir);
  if (known === undefined) return undefined;
  refuseOtherName(known, node);
  if (known.unfinished !== undefined)
    throw new ClusterRefusal(`cluster: farad cluster ${known.unfinished} was interrupted; run it again`);
  return known;
}

/** Throws ClusterRefusal where a data directory is that of another node. */
export function refuseOtherName(known: Membership, node: string): void {
  if (known.node === node) return;
  throw new ClusterRefusal(
    `cluster.node: this data directory is that of the node ${known.node}, not of ${node}`,
  );
}

export function writeMembership(dataDir: string, membership: Membership): void {
  writeDurably(join(dataDir, FILE), `${JSON.stringify(membership)}\n`);
}

export function removeMembership(dataDir: string): void {
  rmSync(join(dataDir, FILE), { force: true });
}
