import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Runs `work` while no other process works under the same lock directory; waits for one that does.
 * A lock whose process has ended is taken over.
 */
export async function withLock(directory, work) {
  let said = false;
  while (!take(directory)) {
    const pid = holder(directory);
    if (pid === undefined ? isAbandoned(directory) : !isAlive(pid)) {
      rmSync(directory, { recursive: true, force: true });
      continue;
    }
    if (!said)
      console.log(`farad: another set-up is running${pid ? ` (process ${pid})` : ''}, waiting for it`);
    said = true;
    await wait(200);
  }
  const release = () => rmSync(directory, { recursive: true, force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

function take(directory) {
  try {
    mkdirSync(directory);
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
  writeFileSync(join(directory, 'pid'), String(process.pid));
  return true;
}

/** The process that holds the lock; undefined in the moment before it has written its id. */
function holder(directory) {
  try {
    return Number(readFileSync(join(directory, 'pid'), 'utf8')) || undefined;
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A lock without a process id that is older than the moment it takes to write one. */
function isAbandoned(directory) {
  const made = statSync(directory, { throwIfNoEntry: false });
  return made !== undefined && Date.now() - made.mtimeMs > 5000;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
