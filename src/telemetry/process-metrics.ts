import { readFileSync } from 'node:fs';
import { LoopDelay } from './loop-delay.ts';
import type { Registry } from './metrics.ts';

/** Clock ticks per second of /proc/PID/stat; 100 on every Linux that Node supports. */
const TICKS_PER_SECOND = 100;

/**
 * Adds the metrics that every process has: CPU seconds of the process and of its main thread, anonymous
 * resident memory, and the delay of the event loop since the previous collection.
 */
export function measureProcess(registry: Registry): void {
  const cpu = registry.counter('farad_process_cpu_seconds_total', 'CPU time of the whole process.').with();
  const mainCpu = registry
    .counter('farad_main_thread_cpu_seconds_total', 'CPU time of the thread that runs the event loop.')
    .with();
  const memory = registry
    .gauge('farad_resident_anonymous_bytes', 'Resident memory that is not backed by files (RssAnon).')
    .with();
  const delay = registry.gauge(
    'farad_event_loop_delay_seconds',
    'Delay of the event loop since the previous collection.',
    ['quantile'],
  );
  registry
    .gauge('farad_process_start_time_seconds', 'When the process started, seconds since 1970.')
    .with()
    .set(Math.round(Date.now() / 1000 - process.uptime()));

  const loop = new LoopDelay();
  registry.beforeCollect(() => {
    const { user, system } = process.cpuUsage();
    cpu.value = (user + system) / 1e6;
    mainCpu.value = mainThreadCpuSeconds() ?? 0;
    memory.set(residentAnonymousBytes() ?? process.memoryUsage.rss());
    delay.with({ quantile: '0.5' }).set(loop.quantile(50));
    delay.with({ quantile: '0.99' }).set(loop.quantile(99));
    delay.with({ quantile: '1' }).set(loop.quantile(100));
    loop.reset();
  });
}

/** RssAnon of a process in bytes (of this one by default); undefined where /proc does not say. */
export function residentAnonymousBytes(pid: number | 'self' = 'self'): number | undefined {
  const kib = /^RssAnon:\s+(\d+) kB$/m.exec(readProc(`/proc/${pid}/status`) ?? '')?.[1];
  return kib === undefined ? undefined : Number(kib) * 1024;
}

/**
 * CPU seconds of the main thread of a process (of this one by default); undefined where /proc does not say.
 */
export function mainThreadCpuSeconds(pid: number = process.pid): number | undefined {
  return cpuSecondsOf(`/proc/${pid}/task/${pid}/stat`);
}

/**
 * What the main thread of a process does, as the letter of /proc/PID/stat (R runs, S sleeps, D waits for the
 * disk, T is stopped); undefined where /proc does not say.
 */
export function mainThreadState(pid: number): string | undefined {
  return statFieldsOf(`/proc/${pid}/task/${pid}/stat`)?.[0];
}

/** CPU seconds of a whole process; undefined where /proc does not say. */
export function processCpuSeconds(pid: number): number | undefined {
  return cpuSecondsOf(`/proc/${pid}/stat`);
}

function cpuSecondsOf(statFile: string): number | undefined {
  // utime and stime are fields 14 and 15.
  const fields = statFieldsOf(statFile);
  return fields && (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** From the third field on: the second one is the name in brackets and may hold spaces. */
function statFieldsOf(statFile: string): string[] | undefined {
  const stat = readProc(statFile);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function readProc(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return undefined; // not Linux, or the process has ended
  }
}
