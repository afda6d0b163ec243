import { expect, test } from 'vitest';
import { createRegistry } from '../../../src/telemetry/metrics.ts';
import {
  mainThreadCpuSeconds,
  measureProcess,
  processCpuSeconds,
  residentAnonymousBytes,
} from '../../../src/telemetry/process-metrics.ts';

function gaugeNow(registry: ReturnType<typeof createRegistry>, name: string): number {
  const family = registry.collect().find((candidate) => candidate.name === name);
  const [sample] = family?.samples ?? [];
  return sample && 'value' in sample ? sample.value : Number.NaN;
}

test('every process reports its CPU time, its memory and the delay of its event loop', () => {
  const registry = createRegistry({ process: 'edge-0' });
  measureProcess(registry);
  expect(registry.collect().map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'farad_process_cpu_seconds_total',
      'farad_main_thread_cpu_seconds_total',
      'farad_resident_anonymous_bytes',
      'farad_event_loop_delay_seconds',
      'farad_process_start_time_seconds',
    ]),
  );
  expect(gaugeNow(registry, 'farad_process_cpu_seconds_total')).toBeGreaterThan(0);
  expect(Math.abs(gaugeNow(registry, 'farad_process_start_time_seconds') - Date.now() / 1000)).toBeLessThan(
    600,
  );
});

test('the figures come from the kernel and fit each other', () => {
  const anonymous = residentAnonymousBytes() as number;
  expect(anonymous).toBeGreaterThan(1024 * 1024);
  expect(anonymous).toBeLessThanOrEqual(process.memoryUsage.rss() * 1.1);
  const main = mainThreadCpuSeconds() as number;
  const all = processCpuSeconds(process.pid) as number;
  expect(main).toBeGreaterThan(0);
  expect(all).toBeGreaterThanOrEqual(main);
  const { user, system } = process.cpuUsage();
  expect(Math.abs(all - (user + system) / 1e6)).toBeLessThan(0.5);
});

test('a process that has ended has no figures', () => {
  expect(residentAnonymousBytes(2 ** 22 + 1)).toBeUndefined();
  expect(processCpuSeconds(2 ** 22 + 1)).toBeUndefined();
});
