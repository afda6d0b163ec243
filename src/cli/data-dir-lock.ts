import { mkdirSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { identify, lives, type ProcessIdentity } from './process-identity.ts';
import { StartError } from './start-error.ts';
import { writeAtomically } from './write-atomically.ts';

/** How often two starts in the same instant step back for each other before one gives up. */
const ATTEMPTS = 4;

/** How long the children of a killed supervisor may take to notice, ms; they promise 500. */
const ORPHANS_LEAVE_WITHIN_MS = 2000;

/** Another gateway runs on the data directory. */
export class DataDirInUseError extends StartError {}

/** Held by the one supervisor of a data directory, as long as that process lives. */
export interface DataDirLock {
  /** The directory's real path. */
  readonly directory: string;
  /** Notes a child, so that the next start can wait for it should this process be killed: `write` says it. */
  note(name: string, pid: number): void;
  /** Writes the lock with the children that were noted. Throws what the system says. */
  write(): void;
  release(): void;
}

interface LockFile {
  readonly holder: ProcessIdentity;
  readonly children: Readonly<Record<string, ProcessIdentity>>;
}

/**
 * Takes `dataDir` (created when missing) for this process: a file per supervisor, named after pid and start
 * time, which says who else is there. Waits until the children of a supervisor that was killed have vanished.
 * Throws DataDirInUseError when another gateway runs on the directory, StartError when it cannot be written.
 */
export async function lockDataDir(dataDir: string): Promise<DataDirLock> {
  const directory = prepare(dataDir);
  const holder = identify(process.pid) as ProcessIdentity;
  const file = join(directory, `supervisor-${holder.pid}-${holder.startedAt}.lock`);
  const children: Record<string, ProcessIdentity> = {};
  const write = (): void => writeAtomically(file, JSON.stringify({ holder, children } satisfies LockFile));
  const take = (): void => {
    try {
      write();
    } catch (error) {
      throw new StartError(`dataDir ${dataDir} cannot be written: ${(error as NodeJS.ErrnoException).code}`);
    }
  };

  for (let attempt = 1; ; attempt++) {
    take();
    const other = otherLocks(directory, file).find(({ content }) => content && lives(content.holder));
    if (!other) break;
    rmSync(file, { force: true });
    if (attempt === ATTEMPTS) {
      throw new DataDirInUseError(
        `${dataDir} is in use by another Farad (process ${other.content?.holder.pid})`,
      );
    }
    // Both may have written before either looked: step back for an uneven time.
    await wait(20 + Math.random() * 100);
  }
  await outliveOrphans(directory, file);

  return {
    directory,
    note(name, pid) {
      const identity = identify(pid);
      if (identity) children[name] = identity;
    },
    write,
    release: () => rmSync(file, { force: true }),
  };
}

function prepare(dataDir: string): string {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    return realpathSync(dataDir);
  } catch (error) {
    throw new StartError(`dataDir ${dataDir} cannot be used: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function otherLocks(directory: string, own: string): { file: string; content: LockFile | undefined }[] {
  return readdirSync(directory)
    .filter((name) => /^supervisor-\d+-\d+\.lock$/.test(name))
    .map((name) => join(directory, name))
    .filter((file) => file !== own)
    .map((file) => ({ file, content: readLock(file) }));
}

function readLock(file: string): LockFile | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as LockFile;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Waits for what a killed supervisor left behind, ends what does not leave by itself, then removes its lock.
 */
async function outliveOrphans(directory: string, own: string): Promise<void> {
  for (const { file, content } of otherLocks(directory, own)) {
    const orphans = Object.values(content?.children ?? {});
    const deadline = Date.now() + ORPHANS_LEAVE_WITHIN_MS;
    while (orphans.some(lives)) {
      if (Date.now() > deadline)
        for (const orphan of orphans.filter(lives)) process.kill(orphan.pid, 'SIGKILL');
      await wait(20);
    }
    rmSync(file, { force: true });
  }
}
