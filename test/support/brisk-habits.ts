import { type Hardware, PLAIN_HARDWARE } from '../../src/simulator/hardware.ts';
import { LoadHabits } from '../../src/simulator/load-habits.ts';

export interface BriskOptions {
  readonly meterIntervalMs?: number;
  readonly sessionMs?: number;
  readonly callTimeoutMs?: number;
  readonly samplesPerMeterValue?: number;
  readonly hardware?: Partial<Hardware>;
  /** Nobody comes to charge by himself. */
  readonly quiet?: boolean;
  readonly bootAfterReconnect?: 'all' | 'none';
  readonly updateFailure?: 'DownloadFailed' | 'InstallationFailed';
}

/** Habits at a pace that suits tests: sessions of half a second, waits of milliseconds. */
export class BriskHabits extends LoadHabits {
  readonly #options: BriskOptions;

  constructor(options: BriskOptions = {}) {
    super({
      samplesPerMeterValue: options.samplesPerMeterValue ?? 7,
      meterIntervalMs: options.meterIntervalMs ?? 50,
      sessionMs: options.sessionMs ?? 400,
      idTags: ['CARD-1', 'CARD-2'],
      callTimeoutMs: options.callTimeoutMs ?? 5_000,
      bootAfterReconnect: options.bootAfterReconnect ?? 'none',
      reconnectSpreadMs: 50,
    });
    this.#options = options;
  }

  override readonly transactionMessageRetryMs = 30;

  override hardware(): Hardware {
    return { ...PLAIN_HARDWARE, ...this.#options.hardware };
  }

  override firstSessionAfterMs(): number {
    return this.#options.quiet === true ? Number.MAX_SAFE_INTEGER : 0;
  }

  override pauseMs(): number {
    return this.#options.quiet === true ? Number.MAX_SAFE_INTEGER : 20;
  }

  override unplugMs(): number {
    return 20;
  }

  override rebootMs(): number {
    return 30;
  }

  override updateFailure(): 'DownloadFailed' | 'InstallationFailed' | undefined {
    return this.#options.updateFailure;
  }

  override workStepMs(): number {
    return 30;
  }
}
