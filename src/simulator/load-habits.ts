import type { Vehicle } from './charge.ts';
import type { Fault, Habits } from './habits.ts';
import { backOffMs } from './habits.ts';
import { type Hardware, PLAIN_HARDWARE } from './hardware.ts';
import type { Random } from './random.ts';

export interface LoadHabitsOptions {
  readonly samplesPerMeterValue: number;
  readonly meterIntervalMs: number;
  /** Mean length of a session. */
  readonly sessionMs: number;
  readonly idTags: readonly string[];
  readonly callTimeoutMs: number;
  /** Which share of the charge points boots after a reconnect: all, every second one, or none. */
  readonly bootAfterReconnect: 'all' | 'half' | 'none';
  /** First attempts to reconnect are spread over this time. */
  readonly reconnectSpreadMs: number;
  /** Nobody comes to charge. */
  readonly idle?: boolean | undefined;
}

/**
 * Charge points that charge all the time: one session follows the other, so that the rate of meter values is
 * known in advance.
 */
export class LoadHabits implements Habits {
  readonly samplesPerMeterValue: number;
  readonly meterIntervalMs: number;
  readonly callTimeoutMs: number;
  readonly rampMs: number = 0;
  readonly transactionMessageAttempts: number = 10;
  readonly transactionMessageRetryMs: number = 1_000;
  readonly heartbeatMs = undefined;
  readonly #options: LoadHabitsOptions;

  constructor(options: LoadHabitsOptions) {
    this.#options = options;
    this.samplesPerMeterValue = options.samplesPerMeterValue;
    this.meterIntervalMs = options.meterIntervalMs;
    this.callTimeoutMs = options.callTimeoutMs;
  }

  hardware(_chargePoint: number): Hardware {
    return PLAIN_HARDWARE;
  }

  firstSessionAfterMs(random: Random): number | undefined {
    return this.#options.idle === true ? undefined : random.between(0, 500);
  }

  plugInMs(): number {
    return 0;
  }

  sessionMs(random: Random): number {
    return this.#options.sessionMs * random.between(0.5, 1.5);
  }

  unplugMs(random: Random): number {
    return random.between(50, 500);
  }

  pauseMs(random: Random): number {
    return random.between(50, 500);
  }

  vehicle(_hardware: Hardware, random: Random): Vehicle {
    // Never full within a run.
    return {
      capacityWh: 1e9,
      maxPowerW: random.between(3_600, 22_000),
      soc: random.between(0.1, 0.5),
      targetSoc: 1,
    };
  }

  idTag(_chargePoint: number, random: Random): string {
    return random.pick(this.#options.idTags);
  }

  fault(): Fault | undefined {
    return undefined;
  }

  takesProfiles(_chargePoint: number): boolean {
    return true;
  }

  sendsTransactionData(chargePoint: number): boolean {
    return chargePoint % 2 === 1;
  }

  reconnectMs(attempt: number, random: Random): number {
    return backOffMs(attempt, this.#options.reconnectSpreadMs, random);
  }

  bootsAfterReconnect(chargePoint: number): boolean {
    const { bootAfterReconnect } = this.#options;
    return bootAfterReconnect === 'all' || (bootAfterReconnect === 'half' && chargePoint % 2 === 0);
  }

  rebootMs(random: Random): number {
    return random.between(1_000, 3_000);
  }

  updateFailure(_random: Random): 'DownloadFailed' | 'InstallationFailed' | undefined {
    return undefined;
  }

  workStepMs(random: Random): number {
    return random.between(500, 2_000);
  }
}
