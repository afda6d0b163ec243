import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { ScheduleTask } from '../smart-charging/planned-schedule.ts';
import type { PlannedSchedule } from './schedules.ts';

export interface SchedulePoolOptions {
  readonly threads: number;
}

/** The threads of control that compute composite schedules. */
export interface SchedulePool {
  /** One schedule per task, in their order. */
  plan(tasks: readonly ScheduleTask[]): Promise<PlannedSchedule[]>;
  /** Ends the threads, after what they are working on. */
  close(): Promise<void>;
}

/** Tasks that go to a thread at a time. */
const PER_BATCH = 256;

/** How long a thread waits for more work before it ends, ms. */
const IDLE_MS = 30_000;

/** Starts no thread before the first task. */
export function createSchedulePool({ threads }: SchedulePoolOptions): SchedulePool {
  const pool = new Piscina<readonly ScheduleTask[], PlannedSchedule[]>({
    filename: scheduleWorkerFile(),
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: IDLE_MS,
    recordTiming: false,
  });
  return {
    async plan(tasks) {
      const batches: Promise<PlannedSchedule[]>[] = [];
      for (let start = 0; start < tasks.length; start += PER_BATCH) {
        batches.push(pool.run(tasks.slice(start, start + PER_BATCH)));
      }
      return (await Promise.all(batches)).flat();
    },
    close: () => pool.close(),
  };
}

/**
 * The built file that the threads load. Threads cannot load TypeScript, so running from the sources (tests)
 * they use the build.
 */
export function scheduleWorkerFile(): string {
  const here = fileURLToPath(import.meta.url);
  return here.endsWith('.ts')
    ? here.replace(/src([/\\])workers([/\\])schedule-pool\.ts$/, 'dist$1workers$2schedules.js')
    : here.replace(/schedule-pool\.js$/, 'schedules.js');
}
