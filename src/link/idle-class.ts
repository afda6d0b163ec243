import { execFile, execFileSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Moves all threads of a process to the kernel's idle class (SCHED_IDLE): they run on cores that nobody else wants, and whoever wakes up is placed
 * on such a core as if it were free. Those that they start later follow. By `chrt` of util-linux, since Node cannot; an unprivileged
 * process cannot go back. Rejects where there is no such command (not Linux) or the kernel refuses.
 */
export async function moveToIdleClass(pid: number): Promise<void> {
  await run('chrt', ['--all-tasks', '--idle', '--pid', '0', String(pid)]);
}

/** As `moveToIdleClass`, but only the calling thread, and what it starts from now on; blocks until that is done. Throws where that is not possible. */
export function moveThisThreadToIdleClass(): void {
  const thread = basename(readlinkSync('/proc/thread-self'));
  execFileSync('chrt', ['--idle', '--pid', '0', thread], { stdio: 'pipe' });
}
