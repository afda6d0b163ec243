import { chmodSync, existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from './start-error.ts';

/** Permissions of everybody but the owner. */
const OTHERS = 0o077;
const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;

/**
 * Engine files are many and lie behind a directory that is closed: they are looked through only where the
 * data directory was open.
 */
const MANY_FILES = new Set(['clickhouse', 'clickhouse-backups', 'clickhouse-cwd']);

/**
 * Takes from everybody but their owner what they may do with the data directory and what lies in it, and
 * makes files of this process private from now on, as those of the processes that it starts. Throws
 * StartError with the path that cannot be made private.
 */
export function makePrivate(directory: string): void {
  process.umask(OTHERS);
  const wasOpen = closeOne(directory, DIRECTORY_MODE);
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    // What a link leads to is somebody's decision; only a data directory on another disk is Farad's own.
    if (lstatSync(path).isSymbolicLink()) {
      if (existsSync(path) && readdirOrNothing(path) !== undefined) closeTree(`${path}/`);
    } else if (wasOpen || !MANY_FILES.has(name)) closeTree(path);
  }
}

function closeTree(path: string): void {
  const found = lstatSync(path);
  if (found.isSymbolicLink()) return;
  if (!found.isDirectory()) {
    closeOne(path, FILE_MODE);
    return;
  }
  closeOne(path, DIRECTORY_MODE);
  for (const name of readdirSync(path)) closeTree(join(path, name));
}

function readdirOrNothing(path: string): string[] | undefined {
  try {
    return readdirSync(path);
  } catch {
    return undefined; // a link to a file, or to what may not be read: the check of the parts says so
  }
}

/** True where others were allowed something. */
function closeOne(path: string, mode: number): boolean {
  const found = lstatSync(path);
  if ((found.mode & OTHERS) === 0) return false;
  try {
    chmodSync(path, found.mode & mode);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const owner = found.uid === process.getuid?.() ? '' : `; it belongs to user ${found.uid}`;
    throw new StartError(
      `${path} can be read by others, and that cannot be changed (${code}${owner}): give it to the user that runs Farad, or use another dataDir`,
    );
  }
}
