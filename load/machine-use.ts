import { readFileSync } from 'node:fs';
import type { ProcessUse } from './process-use.ts';

const TICKS_PER_SECOND = 100;
/** Fields of the first line of /proc/stat that are no work: idle, and idle while a disk works. */
const IDLE = [3, 4];
/** Fields beyond these repeat time of guests that user and nice hold already. */
const FIELDS = 8;

/**
 * Looks what of the machine's CPU went elsewhere: to processes that are no part of the run, and to the
 * hypervisor.
 */
export class MachineWatch {
  #at = performance.now();
  #busy = busySeconds();

  /** Cores since the last look; undefined where /proc does not say. */
  elsewhere(own: Readonly<Record<string, ProcessUse>>): number | undefined {
    const now = performance.now();
    const busy = busySeconds();
    const before = this.#busy;
    const seconds = Math.max(0.001, (now - this.#at) / 1000);
    this.#at = now;
    this.#busy = busy;
    if (busy === undefined || before === undefined) return undefined;
    const ours = Object.values(own).reduce((sum, { cpu }) => sum + cpu, 0);
    return Math.max(0, (busy - before) / seconds - ours);
  }
}

function busySeconds(): number | undefined {
  try {
    const [line = ''] = readFileSync('/proc/stat', 'latin1').split('\n', 1);
    const ticks = line
      .trim()
      .split(/\s+/)
      .slice(1, 1 + FIELDS)
      .map(Number);
    return (
      ticks.reduce((sum, value, field) => (IDLE.includes(field) ? sum : sum + value), 0) / TICKS_PER_SECOND
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined; // not Linux
    throw error;
  }
}
