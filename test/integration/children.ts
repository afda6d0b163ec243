import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { onTestFinished } from 'vitest';

/** A program of test/integration/programs as a process of its own, and what it has told so far. */
export interface Program<Message> {
  readonly process: ChildProcess;
  readonly told: readonly Message[];
  /** Resolves with the exit code or signal once it has ended. */
  readonly ended: Promise<number | string>;
}

/** Starts a program; it does not outlive the test. `wrapper` runs it by means of another command. */
export function startProgram<Message>(
  name: string,
  parameters: readonly string[],
  wrapper?: { readonly execPath: string; readonly execArgv: readonly string[] },
): Program<Message> {
  const file = fileURLToPath(new URL(`./programs/${name}.mjs`, import.meta.url));
  const child = fork(file, [...parameters], {
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'inherit', 'ignore', 'ipc'],
    ...(wrapper && { execPath: wrapper.execPath, execArgv: [...wrapper.execArgv] }),
  });
  const told: Message[] = [];
  child.on('message', (message: Message) => told.push(message));
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { process: child, told, ended };
}

/** Starts a program as a thread of this process. */
export function startThread<Message>(
  name: string,
  parameters: readonly string[],
): Omit<Program<Message>, 'process'> {
  const worker = new Worker(new URL(`./programs/${name}.mjs`, import.meta.url), { argv: [...parameters] });
  const told: Message[] = [];
  worker.on('message', (message: Message) => told.push(message));
  const ended = once(worker, 'exit').then(([code]) => code as number);
  onTestFinished(async () => {
    await worker.terminate();
  });
  return { told, ended };
}
