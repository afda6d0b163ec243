import { ClockGuard } from '../store/clock-guard.ts';
import type { Log } from '../telemetry/log.ts';
import type { Registry } from '../telemetry/metrics.ts';
import type { Watchman } from '../telemetry/watchman.ts';

const EVERY_MS = 10_000;

export interface ClockWatchOptions {
  readonly dataDir: string;
  readonly log: Pick<Log, 'error'>;
  readonly metrics: Pick<Registry, 'gauge'>;
  readonly watchman: Pick<Watchman, 'watch'>;
  readonly guard?: ClockGuard;
}

/**
 * Notes when the clock was seen. While it is doubted, the deletion of old data counts as something that
 * stands still.
 */
export class ClockWatch {
  private readonly log: ClockWatchOptions['log'];
  private readonly guard: ClockGuard;
  private readonly timer: NodeJS.Timeout;
  private readonly endWatch: () => void;
  private doubted: { readonly why: string; readonly since: number } | undefined;

  constructor({ dataDir, log, metrics, watchman, guard = new ClockGuard(dataDir) }: ClockWatchOptions) {
    this.log = log;
    this.guard = guard;
    metrics
      .gauge('farad_clock_doubted', '1 while the clock is doubted, so that nothing is deleted by its word.')
      .with()
      .readFrom(() => Number(this.doubted !== undefined));
    this.endWatch = watchman.watch({
      name: 'deletion of old data',
      serves: 'operators',
      limit: 0,
      waitingSince: () => this.doubted?.since,
      cause: () => this.cause(),
    });
    this.look();
    this.timer = setInterval(() => this.look(), EVERY_MS).unref();
  }

  /** Compares the clock with when it was seen last. */
  look(): void {
    let why: string | undefined;
    try {
      why = this.guard.look();
    } catch (error) {
      this.log.error({ err: error }, 'the clock cannot be noted, so a jump of it would not be seen');
      return;
    }
    const since = this.doubted?.since ?? performance.now();
    this.doubted = why === undefined ? undefined : { why, since };
  }

  stop(): void {
    clearInterval(this.timer);
    this.endWatch();
  }

  private cause() {
    const text = `${this.doubted?.why}: set the clock right, or run \`farad adopt-clock\` if it is right`;
    return this.doubted && { text, outside: true };
  }
}
