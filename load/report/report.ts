import { cpus, release, totalmem } from 'node:os';
import { edgesTogether } from '../edges.ts';
import type { Outcome } from '../run.ts';
import { memorySlopes } from '../steadiness.ts';

const LISTED = 200;

/** A run as report.json has it. */
export type Report = ReturnType<typeof reportOf>;

/** Everything that a run has brought to light, as plain data; no key is in it. */
export function reportOf(outcome: Outcome) {
  const { options, measurements, verdict, judgement } = outcome;
  const { target, ...settings } = options;
  return {
    startedAt: outcome.startedAt,
    passed: judgement.failures.length === 0,
    failures: judgement.failures,
    excused: judgement.excused,
    settings: { ...settings, gateway: target === undefined ? 'own' : target.ocppUrl },
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryBytes: totalmem(),
      kernel: release(),
      node: process.version,
    },
    actions: outcome.actions,
    processes: outcome.processes,
    edges: edgesTogether(measurements.seconds),
    clickhouse:
      verdict === undefined ? undefined : { ...verdict, mismatches: verdict.mismatches.slice(0, LISTED) },
    events: measurements.events,
    recoveries: measurements.recoveries,
    problems: measurements.problems.slice(0, LISTED),
    memorySlopes: memorySlopes(measurements.seconds),
    minutes: measurements.minutes,
    seconds: measurements.seconds,
  };
}
