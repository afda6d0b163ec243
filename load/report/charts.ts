import type { LatencySummary } from '../latency-histogram.ts';
import type { ChaosEvent, Second } from '../measurements.ts';
import type { Chart, Series } from './chart.ts';

const ACTIONS_IN_CHART = 7;
/** What has latencies and is no message. */
const NO_ACTIONS: ReadonlySet<string> = new Set(['connect', 'lateness', 'witness']);

/** The plots of a run over time. */
export function chartsOf(seconds: readonly Second[], events: readonly ChaosEvent[]): Chart[] {
  const bands = bandsOf(seconds);
  const marks = events.map(({ at, what }) => ({ x: at, name: what }));
  const over = (name: string, of: (second: Second) => number | undefined): Series => ({
    name,
    points: seconds.map((second) => ({ x: second.at, y: of(second) })),
  });
  const frame = { bands, marks };
  const actions = busiestActions(seconds);
  const processes = [...new Set(seconds.flatMap((second) => Object.keys(second.processes)))].sort();
  const percentiles = (action: string): Chart => ({
    ...frame,
    title: `${action}: latency from when it was due`,
    unit: 'ms (logarithmic)',
    logarithmic: true,
    series: PERCENTILES.map(([name, of]) =>
      over(name, ({ latency }) => (latency[action] === undefined ? undefined : of(latency[action]))),
    ),
  });
  return [
    {
      ...frame,
      title: 'Latency p99 by action, from when it was due',
      unit: 'ms (logarithmic)',
      logarithmic: true,
      series: actions.map((action) => over(action, ({ latency }) => latency[action]?.p99)),
    },
    ...['Authorize', 'MeterValues'].filter((action) => actions.includes(action)).map(percentiles),
    {
      ...frame,
      title: 'Meter samples confirmed',
      unit: 'samples per second',
      series: [over('samples/s', (second) => second.samplesPerSecond)],
    },
    {
      ...frame,
      title: 'OCPP frames, both directions',
      unit: 'frames per second',
      series: [over('frames/s', (second) => second.framesPerSecond)],
    },
    {
      ...frame,
      title: 'Charge points',
      unit: 'count',
      series: [
        over('open sockets', (second) => second.openSockets),
        over('accepted', (second) => second.booted),
        over('open transactions', (second) => second.openTransactions),
        over('messages waiting', (second) => second.waitingCalls),
      ],
    },
    {
      ...frame,
      title: 'CPU by process',
      unit: 'cores',
      series: processes.map((name) => over(name, (second) => second.processes[name]?.cpu)),
    },
    {
      ...frame,
      title: 'Memory by process (RssAnon)',
      unit: 'MiB',
      series: processes.map((name) => over(name, (second) => mebibytes(second.processes[name]?.memory))),
    },
  ];
}

const PERCENTILES: readonly [string, (summary: LatencySummary) => number][] = [
  ['p50', (summary) => summary.p50],
  ['p99', (summary) => summary.p99],
  ['p99.9', (summary) => summary.p999],
];

function bandsOf(seconds: readonly Second[]): Chart['bands'] {
  const bands: { from: number; to: number; name: string }[] = [];
  for (const { at, phase } of seconds) {
    const last = bands.at(-1);
    if (last?.name === phase) last.to = at;
    else bands.push({ from: last?.to ?? 0, to: at, name: phase });
  }
  return bands;
}

/** OCPP actions by number of answers, most first. */
function busiestActions(seconds: readonly Second[]): string[] {
  const counts = new Map<string, number>();
  for (const { latency } of seconds) {
    for (const [action, { count }] of Object.entries(latency))
      counts.set(action, (counts.get(action) ?? 0) + count);
  }
  return [...counts]
    .filter(([action]) => !NO_ACTIONS.has(action))
    .sort((a, b) => b[1] - a[1])
    .slice(0, ACTIONS_IN_CHART)
    .map(([action]) => action);
}

function mebibytes(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : bytes / 1024 ** 2;
}
