import type { MeterSampleTotals, Problem, Recorder } from '../../src/simulator/recorder.ts';

/** Adds up what a fleet reports. */
export class TallyRecorder implements Recorder {
  readonly answers = new Map<string, number>();
  readonly problems: Problem[] = [];
  connections = 0;
  samples = 0;
  sampleSum = 0;
  repeatedSamples = 0;
  started = 0;
  stopped = 0;
  energyWh = 0;

  answered(action: string): void {
    this.answers.set(action, (this.answers.get(action) ?? 0) + 1);
  }

  connected(): void {
    this.connections++;
  }

  problem(problem: Problem): void {
    this.problems.push(problem);
  }

  samplesConfirmed(_chargePoint: number, { count, sum }: MeterSampleTotals): void {
    this.samples += count;
    this.sampleSum += sum;
  }

  samplesRepeated(_chargePoint: number, count: number): void {
    this.repeatedSamples += count;
  }

  transactionStarted(): void {
    this.started++;
  }

  transactionStopped(_chargePoint: number, energyWh: number): void {
    this.stopped++;
    this.energyWh += energyWh;
  }
}
