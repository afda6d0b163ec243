import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { journalDirectories } from '../journal/journal.ts';
import { StartError } from './start-error.ts';
import { writeAtomically } from './write-atomically.ts';

/** What `farad backup` writes beside the copies, last of all: a folder without it is no whole backup. */
export interface BackupManifest {
  readonly format: 1;
  readonly farad: string;
  /** RFC 3339; everything that was confirmed before is in the backup. */
  readonly takenAt: string;
  /** Folders with an LMDB environment each. */
  readonly environments: readonly string[];
  readonly files: readonly string[];
  readonly database: string;
  /** False where the tables are on a ClickHouse server. */
  readonly clickhouse: boolean;
}

const MANIFEST = 'backup.json';

/** Folder of the tables inside a backup. */
export const TABLES = 'clickhouse';

export function writeManifest(folder: string, manifest: BackupManifest): void {
  writeAtomically(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Throws StartError where there is no whole backup that this version can read. */
export function readManifest(folder: string): BackupManifest {
  let manifest: BackupManifest;
  try {
    manifest = JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8')) as BackupManifest;
  } catch (error) {
    throw new StartError(`${folder} holds no whole backup: ${(error as Error).message}`);
  }
  if (manifest.format !== 1) throw new StartError(`the backup in ${folder} was written by a newer Farad`);
  return manifest;
}

/**
 * The LMDB environments of a data directory, those that operators write first: what the others refer to is
 * then in the copy.
 */
export function environmentsOf(dataDir: string): string[] {
  return ['directory', 'state', ...journalDirectories(dataDir)];
}

/** Files that say something of a gateway that runs, or when one ran: a restored directory begins anew. */
const OF_A_RUN = new Set(['endpoints.json', 'last-seen']);

/** Files that belong to the data and not to a running gateway. */
export function filesOf(dataDir: string): string[] {
  return readdirSync(dataDir, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !OF_A_RUN.has(entry.name) && !/\.(lock|tmp)$/.test(entry.name))
    .map(({ name }) => name);
}
