import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** What Farad's processes are called in /proc, before their name. */
const FARAD = 'farad ';

/**
 * Name to pid of processes and of all that descend from them; those that have ended are left out. Processes
 * of Farad have the names that they have in its own reports.
 */
export function serverProcesses(pids: readonly number[]): Record<string, number> {
  const found: Record<string, number> = {};
  const add = (pid: number): void => {
    const name = nameOf(pid);
    if (name === undefined) return;
    found[name] = pid;
    for (const child of childrenOf(pid)) add(child);
  };
  for (const pid of pids) add(pid);
  return found;
}

function nameOf(pid: number): string | undefined {
  const [command = ''] = (read(`/proc/${pid}/cmdline`) ?? '').split('\0', 1);
  if (command === '') return undefined;
  // Some servers write what they do into their first word.
  const name = basename(command.split(' ', 1)[0] ?? '').replace(/:$/, '');
  return command.startsWith(FARAD) ? command.slice(FARAD.length).trim() : `${name}-${pid}`;
}

/** Of all its threads: each has children of its own. */
function childrenOf(pid: number): number[] {
  return threadsOf(pid).flatMap((thread) =>
    (read(`/proc/${pid}/task/${thread}/children`) ?? '')
      .split(' ')
      .filter((text) => text !== '')
      .map(Number),
  );
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return []; // not Linux, or the process has ended
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return undefined; // not Linux, or the process has ended
  }
}
