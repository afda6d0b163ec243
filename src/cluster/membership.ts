import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClusterRefusal } from './cluster-refusal.ts';

const FILE = 'cluster.json';

/** What a data directory remembers of the cluster that it belongs to. */
export interface Membership {
  /** Of the log. */
  readonly identity: string;
  readonly node: string;
}

/**
 * Undefined where it has not taken part in any yet. Throws ClusterRefusal where it did under another name.
 */
export function readMembership(dataDir: string, node: string): Membership | undefined {
  const file = join(dataDir, FILE);
  if (!existsSync(file)) return undefined;
  const known = JSON.parse(readFileSync(file, 'utf8')) as Membership;
  if (known.node === node) return known;
  throw new ClusterRefusal(
    `cluster.node: this data directory is that of the node ${known.node}, not of ${node}`,
  );
}

export function writeMembership(dataDir: string, membership: Membership): void {
  const file = join(dataDir, FILE);
  writeFileSync(`${file}.tmp`, `${JSON.stringify(membership)}\n`, { mode: 0o600 });
  renameSync(`${file}.tmp`, file);
}
