import type { MeterSampleTotals, Problem, Recorder, Traffic } from '../src/simulator/recorder.ts';
import type { FleetReport, Latencies, Phase, TimedProblem } from './fleet-messages.ts';
import { LatencyBuffer } from './latency-buffer.ts';
import { Ledger } from './ledger.ts';

/** Problems that one report carries in full; all are counted. */
const PROBLEMS_PER_REPORT = 200;

/** Records what the charge points of this process experience, for the coordinating process to evaluate. */
export class FleetRecorder implements Recorder {
  readonly ledger: Ledger;
  phase: Phase = 'ramp';
  readonly #firstIndex: number;
  readonly #sinceDue = new Map<string, LatencyBuffer>();
  readonly #sinceSent = new Map<string, LatencyBuffer>();
  readonly #problemCounts = new Map<string, number>();
  #problems: TimedProblem[] = [];
  #confirmedSamples = 0;
  #startedTransactions = 0;

  constructor(firstIndex: number, chargePoints: number) {
    this.#firstIndex = firstIndex;
    this.ledger = new Ledger(chargePoints);
  }

  answered(action: string, sinceDueMs: number, sinceSentMs: number): void {
    buffer(this.#sinceDue, action).add(sinceDueMs);
    buffer(this.#sinceSent, action).add(sinceSentMs);
  }

  connected(sinceDueMs: number): void {
    buffer(this.#sinceDue, 'connect').add(sinceDueMs);
  }

  late(ms: number): void {
    buffer(this.#sinceDue, 'lateness').add(ms);
  }

  problem(problem: Problem): void {
    const key = `${problem.kind} ${problem.action}`.trimEnd();
    this.#problemCounts.set(key, (this.#problemCounts.get(key) ?? 0) + 1);
    if (this.#problems.length < PROBLEMS_PER_REPORT) this.#problems.push({ ...problem, at: Date.now() });
  }

  samplesConfirmed(chargePoint: number, totals: MeterSampleTotals): void {
    this.#confirmedSamples += totals.count;
    this.ledger.confirmSamples(chargePoint - this.#firstIndex, totals);
  }

  samplesRepeated(chargePoint: number, count: number): void {
    this.ledger.repeatSamples(chargePoint - this.#firstIndex, count);
  }

  transactionStarted(chargePoint: number): void {
    this.#startedTransactions++;
    this.ledger.startTransaction(chargePoint - this.#firstIndex);
  }

  transactionStopped(chargePoint: number, energyWh: number): void {
    this.ledger.stopTransaction(chargePoint - this.#firstIndex, energyWh);
  }

  /** The report since the last one. */
  report(traffic: Traffic, settled: boolean): FleetReport {
    const problems = this.#problems;
    const problemCounts = Object.fromEntries(this.#problemCounts);
    this.#problems = [];
    this.#problemCounts.clear();
    return {
      type: 'report',
      phase: this.phase,
      sinceDue: take(this.#sinceDue),
      sinceSent: take(this.#sinceSent),
      traffic: { ...traffic },
      confirmedSamples: this.#confirmedSamples,
      startedTransactions: this.#startedTransactions,
      problemCounts,
      problems,
      settled,
    };
  }
}

function buffer(buffers: Map<string, LatencyBuffer>, name: string): LatencyBuffer {
  let found = buffers.get(name);
  if (found === undefined) {
    found = new LatencyBuffer();
    buffers.set(name, found);
  }
  return found;
}

function take(buffers: Map<string, LatencyBuffer>): Latencies {
  const taken: Record<string, Uint32Array> = {};
  for (const [name, found] of buffers) {
    const values = found.take();
    if (values !== undefined) taken[name] = values;
  }
  return taken;
}
