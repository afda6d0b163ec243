import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Moves all threads of a process to the kernel's idle class (SCHED_IDLE): they run on cores that nobody else
 * wants, and whoever wakes up is placed on such a core as if it were free. Those that they start later
 * follow. By `chrt` of util-linux, since Node cannot; an unprivileged process cannot go back. Rejects where
 * there is no such command (not Linux) or the kernel refuses.
 */
export async function moveToIdleClass(pid: number): Promise<void> {
  await run('chrt', ['--all-tasks', '--idle', '--pid', '0', String(pid)]);
}
