import { ClockGuard } from '../store/clock-guard.ts';
import type { Log } from '../telemetry/log.ts';
import type { Registry } from '../telemetry/metrics.ts';

const EVERY_MS = 10_000;

export interface ClockWatchOptions {
  readonly dataDir: string;
  readonly log: Pick<Log, 'error' | 'info'>;
  readonly metrics: Pick<Registry, 'gauge'>;
  readonly guard?: ClockGuard;
}

/** Notes when the clock was seen, tells once when it is doubted, and once when it is not any more. */
export class ClockWatch {
  private readonly log: ClockWatchOptions['log'];
  private readonly guard: ClockGuard;
  private readonly timer: NodeJS.Timeout;
  private told = false;

  constructor({ dataDir, log, metrics, guard = new ClockGuard(dataDir) }: ClockWatchOptions) {
    this.log = log;
    this.guard = guard;
    metrics
      .gauge('farad_clock_doubted', '1 while the clock is doubted, so that nothing is deleted by its word.')
      .with()
      .readFrom(() => Number(this.told));
    this.look();
    this.timer = setInterval(() => this.look(), EVERY_MS).unref();
  }

  look(): void {
    let doubt: string | undefined;
    try {
      doubt = this.guard.look();
    } catch (error) {
      this.log.error({ err: error }, 'the clock cannot be noted, so a jump of it would not be seen');
      return;
    }
    if (doubt !== undefined && !this.told) {
      this.log.error(
        `${doubt}: nothing is deleted for its age until that is right or \`farad adopt-clock\` says it is`,
      );
    }
    if (doubt === undefined && this.told) this.log.info('the clock is believed again, retention goes on');
    this.told = doubt !== undefined;
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
