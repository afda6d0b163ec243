import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identify, lives, type ProcessIdentity } from '../src/cli/process-identity.ts';

const PREFIX = 'farad-load-';
/** In each directory: the processes that use it. */
const OWNERS = 'load-owners.json';

/**
 * Makes a directory for a gateway of this process, which a later run removes should this process be killed.
 */
export async function makeOwnDirectory(parent = tmpdir()): Promise<string> {
  const directory = await mkdtemp(join(parent, PREFIX));
  await noteOwners(directory, [process.pid]);
  return directory;
}

/** Notes who uses it, instead of those noted before; what does not run any more is left out. */
export async function noteOwners(directory: string, pids: readonly number[]): Promise<void> {
  const owners = pids.map(identify).filter((owner) => owner !== undefined);
  await writeFile(join(directory, OWNERS), JSON.stringify(owners));
}

/**
 * Removes the directories whose owners have all ended. One whose owners are not known stays: it may be
 * somebody's yet.
 */
export async function removeAbandoned(parent = tmpdir()): Promise<void> {
  for (const entry of await readdir(parent, { withFileTypes: true })) {
    if (!entry.isDirectory() || !entry.name.startsWith(PREFIX)) continue;
    const directory = join(parent, entry.name);
    const owners = await readOwners(directory);
    if (owners.length > 0 && !owners.some(lives)) await rm(directory, { recursive: true, force: true });
  }
}

/** None where they cannot be told. */
async function readOwners(directory: string): Promise<readonly ProcessIdentity[]> {
  let text: string;
  try {
    text = await readFile(join(directory, OWNERS), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Not noted yet, of an earlier version, gone meanwhile, or of another user.
    if (code === 'ENOENT' || code === 'EACCES') return [];
    throw error;
  }
  try {
    const owners: unknown = JSON.parse(text);
    return Array.isArray(owners) && owners.every(isIdentity) ? owners : [];
  } catch (error) {
    if (error instanceof SyntaxError) return []; // being written
    throw error;
  }
}

function isIdentity(value: unknown): value is ProcessIdentity {
  const { pid, startedAt } = (value ?? {}) as Partial<ProcessIdentity>;
  return Number.isSafeInteger(pid) && Number.isSafeInteger(startedAt) && (pid as number) > 0;
}
