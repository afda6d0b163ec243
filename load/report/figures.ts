import type { Second } from '../measurements.ts';
import type { Report } from './report.ts';

/** A run in a few figures, to be kept and compared. */
export type Figures = ReturnType<typeof figuresOf>;

/** What is left of a report without what happened second by second. */
export function figuresOf(report: Report) {
  const { seconds, problems, settings, ...rest } = report;
  const { report: _directory, ...kept } = settings;
  const load = seconds.filter(({ phase }) => phase === 'load');
  const meanOf = (of: (second: Second) => number | undefined): number => {
    const values = load.flatMap((second) => of(second) ?? []);
    return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  const names = [...new Set(load.flatMap(({ latency }) => Object.keys(latency)))];
  return {
    ...rest,
    settings: kept,
    problems: problems.length,
    load: {
      sockets: Math.max(0, ...load.map(({ openSockets }) => openSockets)),
      framesPerSecond: meanOf((second) => second.framesPerSecond),
      samplesPerSecond: meanOf((second) => second.samplesPerSecond),
      /** Cores, mean, that went to what is no part of the run. */
      elsewhereCpu: meanOf((second) => second.elsewhereCpu),
    },
    /**
     * By action: half of the seconds of the load had a p99 of at most so many ms. A single stall of the
     * machine does not move it.
     */
    medianSecondP99: Object.fromEntries(
      names.map((name) => [name, middle(load.flatMap(({ latency }) => latency[name]?.p99 ?? []))]),
    ),
  };
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[(values.length - 1) >> 1] ?? Number.NaN;
}
