import { readFileSync } from 'node:fs';
import {
  mainThreadCpuSeconds,
  processCpuSeconds,
  residentAnonymousBytes,
} from '../src/telemetry/process-metrics.ts';

/** What a process used of the machine in one second. */
export interface ProcessUse {
  /** Cores. */
  readonly cpu: number;
  /** Cores, its main thread alone. */
  readonly mainThreadCpu: number;
  /** Share of the time in which its main thread was ready to run and waited for a core. */
  readonly waiting: number;
  /** Bytes of RssAnon. */
  readonly memory: number;
}

/** What a process used over a stretch of a run. */
export interface ProcessTotal {
  readonly cpuSeconds: number;
  readonly mainThreadCpuSeconds: number;
  /** Its main thread was ready to run and waited for a core. */
  readonly waitingSeconds: number;
  readonly peakMemory: number;
  readonly lastMemory: number;
}

interface Seen {
  pid: number;
  at: number;
  cpu: number;
  mainCpu: number;
  waited: number;
}

/** Watches processes by name; a process that was restarted goes on under its name. */
export class ProcessWatch {
  readonly #seen = new Map<string, Seen>();
  readonly #totals = new Map<
    string,
    {
      cpuSeconds: number;
      mainThreadCpuSeconds: number;
      waitingSeconds: number;
      peakMemory: number;
      lastMemory: number;
    }
  >();

  /**
   * Looks at the processes and returns their use since the last look. Those that have just ended are left
   * out.
   */
  look(pids: Readonly<Record<string, number>>): Record<string, ProcessUse> {
    const use: Record<string, ProcessUse> = {};
    const now = performance.now();
    for (const [name, pid] of Object.entries(pids)) {
      const cpu = processCpuSeconds(pid);
      const mainCpu = mainThreadCpuSeconds(pid);
      const waited = waitedSeconds(pid);
      const memory = residentAnonymousBytes(pid);
      if (cpu === undefined || mainCpu === undefined || memory === undefined) continue;
      const before = this.#seen.get(name);
      this.#seen.set(name, { pid, at: now, cpu, mainCpu, waited });
      if (before === undefined || before.pid !== pid) continue;
      const seconds = Math.max(0.001, (now - before.at) / 1000);
      use[name] = {
        cpu: (cpu - before.cpu) / seconds,
        mainThreadCpu: (mainCpu - before.mainCpu) / seconds,
        waiting: (waited - before.waited) / seconds,
        memory,
      };
      const total = this.#totals.get(name) ?? {
        cpuSeconds: 0,
        mainThreadCpuSeconds: 0,
        waitingSeconds: 0,
        peakMemory: 0,
        lastMemory: 0,
      };
      total.cpuSeconds += cpu - before.cpu;
      total.mainThreadCpuSeconds += mainCpu - before.mainCpu;
      total.waitingSeconds += waited - before.waited;
      total.peakMemory = Math.max(total.peakMemory, memory);
      total.lastMemory = memory;
      this.#totals.set(name, total);
    }
    return use;
  }

  /** Since the last call of `take`. */
  take(): Record<string, ProcessTotal> {
    const totals = Object.fromEntries(this.#totals);
    this.#totals.clear();
    return totals;
  }
}

/**
 * Seconds that the main thread of a process was ready and had no core; 0 where the kernel does not count
 * them.
 */
function waitedSeconds(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ')[1]) / 1e9;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return 0; // it has ended, or the kernel has no such file
    throw error;
  }
}
