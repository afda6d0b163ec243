import { randomBytes } from 'node:crypto';
import type { FleetReport } from '../load/fleet-messages.ts';
import { OwnGateway } from '../load/gateway.ts';
import { LatencyHistogram, type LatencySummary } from '../load/latency-histogram.ts';
import { sumTraffic } from '../load/measurements.ts';
import { readOptions } from '../load/options.ts';
import { poll } from '../load/poll.ts';
import { Simulators, shareOut } from '../load/simulators.ts';
import { askApi, StoredTotals } from '../load/stored-totals.ts';
import { verify } from '../load/verify.ts';
import { importTokens } from '../src/simulator/provisioning.ts';

const CARDS = 1_000;
const WIND_DOWN_MS = 10_000;
const PATIENCE_MS = 60_000;

export interface FleetSize {
  readonly chargePoints: number;
  readonly meterIntervalMs: number;
  readonly samples: number;
  readonly authorizesPerSecond: number;
}

/**
 * A gateway and a fleet on it that charges on and on, so that one stretch of it can be compared with the
 * next. Open loop.
 */
export class StandingFleet {
  readonly gateway: OwnGateway;
  readonly #simulators: Simulators;
  readonly #identityPrefix: string;
  readonly #histograms: Map<string, LatencyHistogram>;
  readonly #troubles: string[];

  private constructor(
    gateway: OwnGateway,
    simulators: Simulators,
    identityPrefix: string,
    histograms: Map<string, LatencyHistogram>,
    troubles: string[],
  ) {
    this.gateway = gateway;
    this.#simulators = simulators;
    this.#identityPrefix = identityPrefix;
    this.#histograms = histograms;
    this.#troubles = troubles;
  }

  /** Resolves when all of it is charging. @throws Error if it is not within a minute of the ramp's end. */
  static async start(size: FleetSize): Promise<StandingFleet> {
    const { chargePoints, meterIntervalMs, samples } = size;
    const options = readOptions([
      ...['--charge-points', String(chargePoints), '--meter-interval', `${meterIntervalMs}ms`],
      ...['--samples-per-meter-value', String(samples), '--seed', '1', '--session', '60m'],
    ]);
    if (options === undefined) throw new Error('no options');
    const gateway = await OwnGateway.start(options.processes, []);
    const { ocppUrl, apiUrl, apiKey } = gateway.target;
    const identityPrefix = `BENCH-${randomBytes(3).toString('hex')}-`;
    const idTags = Array.from({ length: CARDS }, (_, place) => `BENCHCARD${place}`);
    const histograms = new Map<string, LatencyHistogram>();
    const troubles: string[] = [];
    const simulators = new Simulators(
      shareOut({ ...options, security: undefined, ocppUrl, identityPrefix, idTags }, options.processes),
      (report) => take(report, histograms, troubles),
      (reason) => troubles.push(reason),
    );
    const fleet = new StandingFleet(gateway, simulators, identityPrefix, histograms, troubles);
    try {
      const cards = idTags.map((idTag) => ({ idTag, status: 'Accepted' as const }));
      await importTokens({ url: apiUrl, key: apiKey }, cards);
      await simulators.whenReady();
      simulators.ramp(options.rampMs);
      const isSteady = (): true | undefined => {
        const { openTransactions, waitingCalls } = sumTraffic(simulators.latest);
        return openTransactions >= chargePoints && waitingCalls <= 10 + chargePoints / 100 ? true : undefined;
      };
      if ((await poll(isSteady, options.rampMs + PATIENCE_MS, 100)) === undefined)
        throw new Error('not all charge points are charging without delay');
      simulators.load(size.authorizesPerSecond);
      return fleet;
    } catch (error) {
      await fleet.#stop();
      throw error;
    }
  }

  /**
   * Latencies by action over the next `seconds`, from when the messages were due; `lateness` is the
   * simulator's own.
   * @throws Error if anything went wrong at a charge point.
   */
  async observe(seconds: number): Promise<ReadonlyMap<string, LatencySummary>> {
    for (const histogram of this.#histograms.values()) histogram.reset();
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    this.#complain();
    return new Map([...this.#histograms].map(([name, histogram]) => [name, histogram.summary()]));
  }

  /** Ends all transactions and the gateway. @throws Error if ClickHouse differs from what was confirmed. */
  async close(): Promise<void> {
    try {
      this.#simulators.windDown(WIND_DOWN_MS);
      const isDone = (): true | undefined => (this.#simulators.isSettled ? true : undefined);
      if ((await poll(isDone, WIND_DOWN_MS + PATIENCE_MS, 100)) === undefined)
        throw new Error('some messages were never confirmed');
      const totals = new StoredTotals(askApi(this.gateway.target));
      const confirmed = await this.#simulators.ledger();
      const verdict = await verify(confirmed, totals, this.#identityPrefix, PATIENCE_MS);
      if (!verdict.equal)
        throw new Error(`ClickHouse has ${verdict.storedSamples} of ${verdict.confirmedSamples} samples`);
      this.#complain();
    } finally {
      await this.#stop();
    }
  }

  #complain(): void {
    if (this.#troubles.length > 0) throw new Error(this.#troubles.slice(0, 3).join('; '));
  }

  async #stop(): Promise<void> {
    await this.#simulators.stop();
    await this.gateway.stop();
  }
}

function take(
  { phase, sinceDue, problems }: FleetReport,
  histograms: Map<string, LatencyHistogram>,
  troubles: string[],
): void {
  for (const { kind, action, detail } of problems) troubles.push(`${kind} ${action} ${detail}`);
  if (phase !== 'load') return;
  for (const [name, values] of Object.entries(sinceDue)) {
    const histogram = histograms.get(name) ?? new LatencyHistogram();
    histograms.set(name, histogram);
    histogram.addAll(values);
  }
}
