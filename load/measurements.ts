import { newTraffic, type Traffic } from '../src/simulator/recorder.ts';
import type { Gap } from './cluster/confirmation-gaps.ts';
import type { FleetReport, Latencies, Phase, TimedProblem } from './fleet-messages.ts';
import { LatencyHistogram, type LatencySummary } from './latency-histogram.ts';
import type { ProcessUse } from './process-use.ts';

/** One second of a run. */
export interface Second {
  /** Seconds since the begin of the ramp, at the end of this second. */
  readonly at: number;
  readonly phase: Phase;
  readonly openSockets: number;
  readonly booted: number;
  readonly openTransactions: number;
  readonly waitingCalls: number;
  readonly framesPerSecond: number;
  readonly samplesPerSecond: number;
  /** By action, from when the message was due. */
  readonly latency: Readonly<Record<string, LatencySummary>>;
  readonly processes: Readonly<Record<string, ProcessUse>>;
  /** Cores that went to whatever is no part of the run; undefined where the machine does not say. */
  readonly elsewhereCpu: number | undefined;
}

/** Latencies of one minute of the load, by action, from when the messages were due. */
export interface Minute {
  /** Seconds since the begin of the ramp, at its end. */
  readonly at: number;
  readonly latency: Readonly<Record<string, LatencySummary>>;
}

/** What happened to the gateway from outside. */
export interface ChaosEvent {
  /** Seconds since the begin of the ramp. */
  readonly at: number;
  /** For example `killed edge-0`. */
  readonly what: string;
  /** ms until what was disturbed was back. */
  readonly forMs: number;
  /** The node of a cluster that was away meanwhile. */
  readonly away?: string;
  /** Until the next one: the longest time without a confirmation on a node that was there. */
  gap?: Gap | undefined;
}

/** All charge points were connected and accepted again after an edge was killed. */
export interface Recovery {
  /** Seconds since the begin of the ramp, at the kill. */
  readonly at: number;
  /** Sockets that dropped. */
  readonly sockets: number;
  /** ms from the kill. */
  readonly afterMs: number;
}

/** Latencies of one action in one phase. */
export interface ActionSummary {
  readonly phase: Phase;
  readonly action: string;
  /** From when the message was due: what a driver waits. */
  readonly sinceDue: LatencySummary;
  /** From when it was sent; absent where there is no difference. */
  readonly sinceSent: LatencySummary | undefined;
  /** Bad answers to this action in the whole run. */
  readonly problems: number;
}

/** Most problems that are kept in full; the counts are always complete. */
const KEPT_PROBLEMS = 1_000;

/** Collects what the simulating processes report, second by second and in total. */
export class Measurements {
  readonly seconds: Second[] = [];
  /** Whole minutes of the load. */
  readonly minutes: Minute[] = [];
  readonly problems: TimedProblem[] = [];
  /** By `kind action`. */
  readonly problemCounts: Record<string, number> = {};
  /** The same for what was to be expected: sockets that drop when their edge is killed. */
  readonly excusedCounts: Record<string, number> = {};
  readonly events: ChaosEvent[] = [];
  readonly recoveries: Recovery[] = [];
  /** Monotonic, ms. */
  readonly startedAt = performance.now();
  readonly #due = new Map<string, LatencyHistogram>();
  readonly #sent = new Map<string, LatencyHistogram>();
  readonly #second = new Map<string, LatencyHistogram>();
  readonly #minute = new Map<string, LatencyHistogram>();
  #minuteBegan: number | undefined;
  #lastSecondAt = this.startedAt;
  #lastFrames = 0;
  #lastSamples = 0;

  /** Seconds since the begin. */
  get elapsed(): number {
    return (performance.now() - this.startedAt) / 1000;
  }

  get problemCount(): number {
    return Object.values(this.problemCounts).reduce((sum, count) => sum + count, 0);
  }

  /**
   * @param excuses whether a problem of a kind (`kind action`) is to be expected, because the load tool
   *   itself has disturbed the gateway.
   */
  add(report: FleetReport, excuses: (kind: string) => boolean): void {
    this.addLatencies(report.phase, report.sinceDue);
    this.#addAll(this.#sent, report.phase, report.sinceSent);
    for (const [key, count] of Object.entries(report.problemCounts)) {
      const counts = excuses(key) ? this.excusedCounts : this.problemCounts;
      counts[key] = (counts[key] ?? 0) + count;
    }
    for (const problem of report.problems) {
      if (excuses(problem.kind)) continue;
      if (this.problems.length < KEPT_PROBLEMS) this.problems.push(problem);
    }
  }

  /** Latencies from when something was due. */
  addLatencies(phase: Phase, sinceDue: Latencies): void {
    this.#addAll(this.#due, phase, sinceDue);
    for (const [action, values] of Object.entries(sinceDue)) {
      histogram(this.#second, action).addAll(values);
      if (phase === 'load') histogram(this.#minute, action).addAll(values);
    }
  }

  /** Closes a second; `latest` is the newest report of each simulating process. */
  tick(
    phase: Phase,
    latest: readonly FleetReport[],
    processes: Readonly<Record<string, ProcessUse>>,
    elsewhereCpu?: number,
  ): Second {
    const now = performance.now();
    const elapsed = Math.max(0.001, (now - this.#lastSecondAt) / 1000);
    const traffic = sumTraffic(latest);
    const frames = traffic.framesSent + traffic.framesReceived;
    const samples = latest.reduce((sum, report) => sum + report.confirmedSamples, 0);
    const second: Second = {
      at: round((now - this.startedAt) / 1000, 2),
      phase,
      openSockets: traffic.openSockets,
      booted: traffic.booted,
      openTransactions: traffic.openTransactions,
      waitingCalls: traffic.waitingCalls,
      framesPerSecond: Math.round((frames - this.#lastFrames) / elapsed),
      samplesPerSecond: Math.round((samples - this.#lastSamples) / elapsed),
      latency: summaries(this.#second),
      processes,
      elsewhereCpu,
    };
    this.seconds.push(second);
    this.#closeMinute(second);
    this.#lastSecondAt = now;
    this.#lastFrames = frames;
    this.#lastSamples = samples;
    return second;
  }

  /** Per phase and action, in the order of the phases and by name. */
  actions(): ActionSummary[] {
    return [...this.#due.keys()].sort().map((key) => {
      const [order = '', action = ''] = key.split(' ');
      const phase = PHASE_ORDER[Number(order)] as Phase;
      const problems = Object.entries(this.problemCounts)
        .filter(([kind]) => kind.endsWith(` ${action}`))
        .reduce((sum, [, count]) => sum + count, 0);
      return {
        phase,
        action,
        sinceDue: histogram(this.#due, key).summary(),
        sinceSent: this.#sent.get(key)?.summary(),
        problems,
      };
    });
  }

  #closeMinute({ at, phase }: Second): void {
    if (phase !== 'load') return;
    this.#minuteBegan ??= at;
    if (at - this.#minuteBegan < MINUTE_S) return;
    this.minutes.push({ at, latency: summaries(this.#minute) });
    this.#minuteBegan = at;
  }

  #addAll(histograms: Map<string, LatencyHistogram>, phase: Phase, latencies: Latencies): void {
    for (const [action, values] of Object.entries(latencies)) {
      histogram(histograms, `${PHASE_ORDER.indexOf(phase)} ${action}`).addAll(values);
    }
  }
}

const MINUTE_S = 60;

/** Percentiles by action; the histograms begin anew. */
function summaries(histograms: ReadonlyMap<string, LatencyHistogram>): Record<string, LatencySummary> {
  const latency: Record<string, LatencySummary> = {};
  for (const [action, found] of histograms) {
    if (found.count > 0) latency[action] = found.summary();
    found.reset();
  }
  return latency;
}

const PHASE_ORDER: readonly Phase[] = ['ramp', 'load', 'wind-down'];

/** Totals over the simulating processes. */
export function sumTraffic(reports: readonly FleetReport[]): Traffic {
  const total = newTraffic();
  for (const { traffic } of reports) {
    for (const name of Object.keys(total) as (keyof Traffic)[]) total[name] += traffic[name];
  }
  return total;
}

function histogram(histograms: Map<string, LatencyHistogram>, key: string): LatencyHistogram {
  let found = histograms.get(key);
  if (found === undefined) {
    found = new LatencyHistogram();
    histograms.set(key, found);
  }
  return found;
}

export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
