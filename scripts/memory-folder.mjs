import { mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';

/** The file system in memory that every Linux has. */
const MEMORY = '/dev/shm';
const PREFIX = 'farad-tests-';
const GIB = 2 ** 30;

/**
 * Makes a folder in memory for the temporary files of this process, gone once it ends, and returns its path.
 * Nearly all tests write databases: on a disk they wait for it. Undefined where there is no such file system,
 * where it or the memory is small, where it runs no programs, or where TMPDIR says what is wanted.
 */
export function folderInMemory() {
  if (process.env.TMPDIR || !isRoomy()) return undefined;
  removeAbandoned();
  const folder = mkdtempSync(join(MEMORY, `${PREFIX}${process.pid}-`));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
  return folder;
}

function isRoomy() {
  try {
    const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
    const [, , kind, options = 'noexec'] =
      mounts.findLast((line) => line.split(' ')[1] === MEMORY)?.split(' ') ?? [];
    const { bavail, bsize } = statfsSync(MEMORY);
    const runsPrograms = !options.split(',').includes('noexec');
    return kind === 'tmpfs' && runsPrograms && bavail * bsize > 4 * GIB && freemem() > 8 * GIB;
  } catch {
    return false;
  }
}

/** Of runs that were killed. */
function removeAbandoned() {
  for (const name of readdirSync(MEMORY)) {
    if (!name.startsWith(PREFIX) || isRunning(Number.parseInt(name.slice(PREFIX.length), 10))) continue;
    rmSync(join(MEMORY, name), { recursive: true, force: true });
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
