import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A process that only sleeps and wakes; how late it wakes is the machine's own share of each latency. */
export class SchedulingWitness {
  readonly #child: ChildProcess;

  /** @param onLate told a few times a second how late it woke, microseconds. */
  constructor(onLate: (microseconds: Uint32Array) => void) {
    const file = fileURLToPath(new URL('./scheduling-witness-process.js', import.meta.url));
    // In a session of its own, as the gateway is: Linux may share cores out among sessions first.
    this.#child = fork(file, [], { serialization: 'advanced', execArgv: [], detached: true });
    this.#child.on('message', (microseconds: Uint32Array) => onLate(microseconds));
  }

  /** Resolves when the process has ended. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await ended;
  }
}
