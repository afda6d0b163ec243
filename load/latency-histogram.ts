import { build, type Histogram } from 'hdr-histogram-js';

/** Percentiles of a latency, ms. */
export interface LatencySummary {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** An hour in microseconds; anything slower is counted as an hour. */
const HIGHEST_US = 3_600_000_000;

/** An HDR histogram of latencies: three significant digits from a microsecond to an hour. */
export class LatencyHistogram {
  readonly #histogram: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_US,
    numberOfSignificantValueDigits: 3,
    bitBucketSize: 32,
    useWebAssembly: false,
  });

  get count(): number {
    return this.#histogram.totalCount;
  }

  /** Adds latencies in microseconds. */
  addAll(microseconds: Uint32Array): void {
    for (const value of microseconds) this.#histogram.recordValue(Math.min(value, HIGHEST_US));
  }

  summary(): LatencySummary {
    const at = (percentile: number): number => this.#histogram.getValueAtPercentile(percentile) / 1000;
    return {
      count: this.#histogram.totalCount,
      p50: at(50),
      p95: at(95),
      p99: at(99),
      p999: at(99.9),
      max: this.#histogram.totalCount === 0 ? 0 : this.#histogram.maxValue / 1000,
    };
  }

  reset(): void {
    this.#histogram.reset();
  }
}
