import { accessSync, constants, existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openFilesLimit } from '../edge/open-files.ts';
import { freeBytes } from '../journal/disk-space.ts';
import { damageOf } from '../journal/lmdb-file.ts';
import { environmentsOf } from './backup-folder.ts';
import { StartError } from './start-error.ts';

/**
 * Pages of each database that a start looks at: all of a small one, the upper levels of a big one, within a
 * fraction of a second.
 */
const PAGES_AT_START = 10_000;

/**
 * Free space without which nothing can be started, bytes: LMDB ends the process that runs into a full disk.
 */
const LEAST_SPACE = 8 * 1024 * 1024;

/** Open files that the processes of a small gateway need. */
const LEAST_OPEN_FILES = 256;

/** What lies in a data directory as a directory. */
const DIRECTORIES = ['directory', 'state', 'clickhouse', 'clickhouse-cwd', 'clickhouse-backups'];

/** Throws StartError where this process may open so few files that the gateway cannot start. */
export function checkOpenFiles(limit: number | undefined = openFilesLimit()): void {
  if (limit !== undefined && limit < LEAST_OPEN_FILES)
    throw new StartError(`ulimit -n is ${limit}: Farad needs at least ${LEAST_OPEN_FILES} open files`);
}

/**
 * Looks at a data directory that nobody uses before anything in it is opened. Throws StartError that names
 * the file and what is wrong with it. `mostPages` of each database are followed; Infinity is a look at all of
 * it.
 */
export function checkDataDir(directory: string, mostPages: number = PAGES_AT_START): void {
  checkSpace(directory);
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    const isDirectory = kindOf(path) === 'directory';
    if (DIRECTORIES.includes(name) || name.startsWith('journal-')) {
      if (!isDirectory) throw new StartError(`${path} is no directory`);
      requireAccess(path, constants.R_OK | constants.W_OK | constants.X_OK);
    }
  }
  for (const name of environmentNames(directory)) checkEnvironment(join(directory, name), mostPages);
}

/** Names of the databases that the directory has. */
export function environmentNames(directory: string): string[] {
  return environmentsOf(directory).filter((name) => existsSync(join(directory, name)));
}

function checkEnvironment(path: string, mostPages: number): void {
  for (const name of readdirSync(path)) {
    const file = join(path, name);
    if (kindOf(file) !== 'file') throw new StartError(`${file} is no file`);
    requireAccess(file, constants.R_OK | constants.W_OK);
  }
  const data = join(path, 'data.mdb');
  if (!existsSync(data)) return;
  const damage = damageOf(data, mostPages);
  if (damage !== undefined)
    throw new StartError(
      `${data} ${damage}: put the file back from a backup (farad restore), or move it away`,
    );
}

function checkSpace(directory: string): void {
  const free = freeBytes(directory);
  if (free >= LEAST_SPACE) return;
  throw new StartError(
    `the disk of ${directory} is full: ${free} bytes are free, at least ${LEAST_SPACE} are needed to start`,
  );
}

function kindOf(path: string): 'file' | 'directory' | 'other' {
  try {
    const found = statSync(path);
    return found.isDirectory() ? 'directory' : found.isFile() ? 'file' : 'other';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink())
      throw new StartError(`${path} is a link that leads nowhere`);
    throw new StartError(`${path} cannot be looked at: ${code}`);
  }
}

function requireAccess(path: string, mode: number): void {
  try {
    accessSync(path, mode);
  } catch (error) {
    throw new StartError(`${path} cannot be read and written: ${(error as NodeJS.ErrnoException).code}`);
  }
}
