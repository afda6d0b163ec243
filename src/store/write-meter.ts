import { EnvironmentError } from '../journal/environment.ts';
import { type Counter, type Histogram, metrics } from '../telemetry/metrics.ts';

const seconds = metrics.histogram(
  'farad_store_write_seconds',
  'From asking for a write until it is on the disk.',
  undefined,
  ['environment'],
);
const failures = metrics.counter(
  'farad_store_write_failures_total',
  'Writes that did not reach the disk or were given up.',
  ['environment'],
);

/** Says whether this process may write to an environment of the store, and measures its writes. */
export class WriteMeter {
  private readonly environment: string;
  private readonly mayWrite: boolean;
  private readonly seconds: Histogram;
  private readonly failures: Counter;

  constructor(environment: string, mayWrite: boolean) {
    this.environment = environment;
    this.mayWrite = mayWrite;
    this.seconds = seconds.with({ environment });
    this.failures = failures.with({ environment });
  }

  /** Throws EnvironmentError where it may not. */
  assertMayWrite(): void {
    if (!this.mayWrite) throw new EnvironmentError(`this process may not write to ${this.environment}`);
  }

  /** A write that somebody waits for. Rejects with EnvironmentError where this process may not write. */
  async measure<Result>(write: () => Promise<Result>): Promise<Result> {
    this.assertMayWrite();
    const start = performance.now();
    try {
      const result = await write();
      this.seconds.observe((performance.now() - start) / 1000);
      return result;
    } catch (error) {
      this.failures.inc();
      throw error;
    }
  }

  /** A write that nobody waits for. */
  async count<Result>(writing: Promise<Result>): Promise<Result> {
    try {
      return await writing;
    } catch (error) {
      this.failures.inc();
      throw error;
    }
  }
}
