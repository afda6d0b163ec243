import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { bounded } from '../bounded.ts';
import { Mismatch } from '../mismatch.ts';
import type { LoadCounts, LoadMessage, LoadOrder } from './load-plan.ts';

/** Lies beside this one in the build. */
const PROCESS_FILE = fileURLToPath(new URL('./load-process.js', import.meta.url));

/** Longest time until all charge points of the load charge, ms. */
const READY_WITHIN_MS = 120_000;
const ANSWER_WITHIN_MS = 10_000;
const STOPPED_WITHIN_MS = 15_000;

/** Load on the gateway, made by another process. */
export class Load {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Resolves once every charge point charges and reports. Throws a Mismatch when one is refused. */
  static async start(order: LoadOrder): Promise<Load> {
    const load = new Load(fork(PROCESS_FILE, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
    try {
      await load.#ask(order, 'ready', READY_WITHIN_MS);
      return load;
    } catch (error) {
      await load.stop();
      throw error;
    }
  }

  async counts(): Promise<LoadCounts> {
    const message = await this.#ask('count', 'counted', ANSWER_WITHIN_MS);
    return (message as { counts: LoadCounts }).counts;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.send('stop');
    const kill = setTimeout(() => child.kill('SIGKILL'), STOPPED_WITHIN_MS);
    await exited;
    clearTimeout(kill);
  }

  #ask(message: LoadOrder | 'count', type: LoadMessage['type'], ms: number): Promise<LoadMessage> {
    const child = this.#child;
    const answer = new Promise<LoadMessage>((resolve, reject) => {
      child.once('exit', (code) =>
        reject(new Mismatch('the load to go on', `its process ended with ${code}`)),
      );
      child.once('message', (answer: LoadMessage) => {
        if (answer.type === type) resolve(answer);
        else
          reject(
            new Mismatch('load from every charge point', 'reason' in answer ? answer.reason : answer.type),
          );
      });
      child.send(message);
    });
    return bounded(answer, { ms, expected: `the load process to be ${type}` });
  }
}
