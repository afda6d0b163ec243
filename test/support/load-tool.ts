import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** `load/main.js` or another of the compiled programs. */
const programAt = (place: string): string => fileURLToPath(new URL(`../../build/${place}`, import.meta.url));

/**
 * The load tool, or another program beside it, as a process, and what it has printed so far, both streams.
 */
export interface LoadTool {
  readonly child: ChildProcess;
  output(): string;
}

/** Starts the load tool as a user does; it is interrupted if the test gives up on it. */
export function startLoadTool(
  flags: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  program = 'load/main.js',
): LoadTool {
  const child = spawn(process.execPath, [programAt(program), ...flags], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGTERM');
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return { child, output: () => output };
}

/** Runs the load tool to its end. */
export async function runLoadTool(...flags: string[]): Promise<{ code: number | null; output: string }> {
  const { child, output } = startLoadTool(flags);
  const [code] = (await once(child, 'exit')) as [number | null];
  return { code, output: output() };
}

/** Ids of the processes below one, of all generations. */
export function descendants(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children
    .split(' ')
    .filter((text) => text !== '')
    .flatMap((text) => [Number(text), ...descendants(Number(text))]);
}
