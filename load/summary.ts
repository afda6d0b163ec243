import { type EdgesTogether, edgesTogether } from './edges.ts';
import type { LatencySummary } from './latency-histogram.ts';
import type { ActionSummary } from './measurements.ts';
import { count } from './progress.ts';
import type { Outcome } from './run.ts';
import { type MemorySlope, memorySlopes } from './steadiness.ts';
import { isFarad } from './target.ts';

/** Beyond this the latencies say more about the simulator's share of the machine than about the gateway. */
const TRUSTED_LATENESS_MS = 20;

/** What a run ends with on the console: a table per phase, the machine's use, ClickHouse, the judgement. */
export function summary(outcome: Outcome): string {
  const { actions, measurements, options } = outcome;
  const parts: string[] = [];
  for (const phase of ['ramp', 'load', 'wind-down'] as const) {
    const rows = actions.filter((action) => action.phase === phase);
    if (rows.length === 0) continue;
    parts.push(`${phase} (latency in ms from when the message was due; sent: from when it was sent)`);
    parts.push(
      table(
        ['action', 'count', 'errors', 'p50', 'p95', 'p99', 'p99.9', 'max', 'sent p50', 'sent p99'],
        rows.map(actionRow),
      ),
    );
  }
  const load = measurements.seconds.filter((second) => second.phase === 'load');
  parts.push(
    `load: ${count(Math.max(0, ...load.map((second) => second.openSockets)))} sockets, ` +
      `${count(mean(load.map((second) => second.framesPerSecond)))} frames/s, ` +
      `${count(mean(load.map((second) => second.samplesPerSecond)))} samples/s`,
  );
  const use = Object.entries(outcome.processes.load);
  if (use.length > 0) {
    const seconds = options.durationMs / 1000;
    const slopes = memorySlopes(measurements.seconds);
    parts.push(
      table(
        ['process', 'CPU cores', 'main thread', 'waited', 'RssAnon MiB', 'peak MiB', 'MiB/h'],
        use.map(([name, total]) => [
          name,
          (total.cpuSeconds / seconds).toFixed(2),
          (total.mainThreadCpuSeconds / seconds).toFixed(2),
          (total.waitingSeconds / seconds).toFixed(2),
          (total.lastMemory / 1024 ** 2).toFixed(0),
          (total.peakMemory / 1024 ** 2).toFixed(0),
          slopeText(slopes.find(({ process }) => process === name)),
        ]),
      ),
    );
    const edges = edgesTogether(measurements.seconds);
    if (edges !== undefined) parts.push(edgesText(edges));
    const elsewhere = mean(load.flatMap(({ elsewhereCpu }) => elsewhereCpu ?? []));
    parts.push(
      `elsewhere: ${elsewhere.toFixed(2)} cores, used by what is no part of this run; waited: share of the time in which a main thread was ready and had no core`,
    );
  }
  if (measurements.minutes.length > 1) {
    parts.push('minute by minute (latency in ms from when the message was due)', minuteTable(outcome));
  }
  const late =
    actions.find(({ phase, action }) => phase === 'load' && action === 'lateness')?.sinceDue.p99 ?? 0;
  if (late > TRUSTED_LATENESS_MS) {
    parts.push(
      `note: the simulator itself was late by ${late.toFixed(0)} ms at p99, so the machine had too little to spare for these latencies to be the gateway's`,
    );
  }
  parts.push(verification(outcome), verdict(outcome));
  return parts.join('\n\n');
}

function actionRow({ action, sinceDue, sinceSent, problems }: ActionSummary): string[] {
  return [
    NAMES[action] ?? action,
    count(sinceDue.count),
    problems === 0 ? '-' : count(problems),
    ...latencies(sinceDue),
    ...(sinceSent === undefined ? [] : [milliseconds(sinceSent.p50), milliseconds(sinceSent.p99)]),
  ];
}

const NAMES: Readonly<Record<string, string>> = {
  connect: '(connect)',
  lateness: '(own lateness)',
  witness: '(witness)',
};

function latencies({ p50, p95, p99, p999, max }: LatencySummary): string[] {
  return [p50, p95, p99, p999, max].map(milliseconds);
}

function milliseconds(value: number): string {
  return value.toFixed(value < 100 ? 2 : 0);
}

/** Actions whose latency is told minute by minute. */
export const STEADY_ACTIONS = ['Authorize', 'MeterValues', 'lateness'];

function minuteTable({ measurements }: Outcome): string {
  const rows = measurements.minutes.map(({ latency }, place) => [
    String(place + 1),
    ...STEADY_ACTIONS.flatMap((action) => {
      const found = latency[action];
      return found === undefined ? ['', '', ''] : latencies(found).filter((_, column) => column % 2 === 0);
    }),
  ]);
  const head = STEADY_ACTIONS.flatMap((action) => [`${NAMES[action] ?? action} p50`, 'p99', 'max']);
  return table(['minute', ...head], rows);
}

/** One line about all edges. */
export function edgesText({ edges, cpu, lastMemory, peakMemory, memoryPerSocket }: EdgesTogether): string {
  const mebibytes = (bytes: number): string => count(bytes / 1024 ** 2);
  return (
    `${edges} edge${edges === 1 ? '' : 's together'}: ${mebibytes(lastMemory)} MiB of RssAnon ` +
    `(at most ${mebibytes(peakMemory)}), ${(memoryPerSocket / 1024).toFixed(1)} KiB a socket, ${cpu.toFixed(2)} cores`
  );
}

/** A slope with its error; empty where there is none. */
export function slopeText(slope: MemorySlope | undefined): string {
  return slope === undefined ? '' : `${slope.mibPerHour.toFixed(0)} ± ${slope.error.toFixed(0)}`;
}

function verification({ verdict: found, measurements, options: { target } }: Outcome): string {
  if (target !== undefined && !isFarad(target))
    return 'ClickHouse: not compared, since no --api-url was given';
  if (found === undefined) return 'ClickHouse: not verified';
  const again =
    found.repeatedSamples === 0 ? '' : ` (${count(found.repeatedSamples)} were rightly sent a second time)`;
  const lines = [
    `ClickHouse: ${count(found.storedSamples)} meter samples by count() without FINAL, ${count(found.confirmedSamples)} confirmed${again}; ` +
      `${count(found.storedTransactions)} transactions, ${count(found.confirmedTransactions)} confirmed; ` +
      `${found.equal ? 'equal' : 'NOT EQUAL'} ${(found.drainMs / 1000).toFixed(1)} s after the last confirmation` +
      `${found.deadlinePassed ? ' (deadline passed)' : ''}`,
    ...found.mismatches.slice(0, 10).map(({ chargePointId, what }) => `  ${chargePointId}: ${what}`),
  ];
  if (found.mismatches.length > 10) lines.push(`  ... and ${found.mismatches.length - 10} more`);
  for (const event of measurements.events) {
    const { what, at, forMs, gap } = event;
    const longest =
      gap &&
      `; longest without a confirmation on a node that was there: ${(gap.ms / 1000).toFixed(1)} s (${gap.node}, ${gap.stream})`;
    lines.push(`${what} at ${at.toFixed(0)} s, back after ${Math.round(forMs)} ms${longest ?? ''}`);
  }
  for (const { at, sockets, afterMs } of measurements.recoveries) {
    lines.push(
      `${count(sockets)} sockets lost at ${at.toFixed(0)} s were connected and accepted again after ${(afterMs / 1000).toFixed(1)} s`,
    );
  }
  return lines.join('\n');
}

function verdict({ judgement, measurements, gatewayLog }: Outcome): string {
  const lines = judgement.excused.map((line) => `excused: ${line}`);
  if (judgement.failures.length === 0) return [...lines, 'PASSED'].join('\n');
  lines.push(...judgement.failures.map((failure) => `FAILED: ${failure}`));
  for (const problem of measurements.problems.slice(0, 10)) {
    lines.push(
      `  ${new Date(problem.at).toISOString()} ${problem.chargePointId} ${problem.kind} ${problem.action} ${problem.detail}`,
    );
  }
  if (gatewayLog.trim() !== '') lines.push('', "the end of the gateway's log:", gatewayLog.trimEnd());
  return lines.join('\n');
}

/** Columns as wide as they need to be; the first one left, numbers right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ');
  return [line(head), ...rows.map(line)].join('\n');
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
