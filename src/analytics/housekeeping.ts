import { setTimeout as delay } from 'node:timers/promises';
import type { Store } from '../store/store.ts';
import type { Log } from '../telemetry/log.ts';
import { watchman } from '../telemetry/watchman.ts';

export interface HousekeepingOptions {
  readonly store: Pick<Store, 'transactions' | 'jobs'>;
  /** How long nothing may be heard of a job, ms (`operations.jobSilence`). */
  readonly jobSilence: number;
  readonly log: Pick<Log, 'debug' | 'warn'>;
  /** How often it looks, ms. */
  readonly everyMs?: number;
  /** Epoch ms; undefined while the clock is doubted. */
  readonly trustedNow: () => number | undefined;
}

const EVERY_MS = 10_000;

/** Between two write transactions of one look, ms: edges come first. */
const PAUSE_MS = 50;

const inHand = watchman.workOf({ name: 'housekeeping', limit: 10 * 60_000 });

/**
 * Removes from the operational store what its time is over for: closed transactions that ClickHouse has,
 * after their retention; and gives up on jobs of charge points that nothing is heard of. In steps of bounded
 * length, until nothing is left to do; nothing while the clock is doubted.
 */
export class Housekeeping {
  private readonly options: HousekeepingOptions;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private isStopped = false;

  constructor(options: HousekeepingOptions) {
    this.options = options;
  }

  start(): void {
    this.timer = setInterval(() => void this.look(), this.options.everyMs ?? EVERY_MS).unref();
  }

  /** Resolves when nothing is written any more. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.timer);
    await this.looking;
  }

  /** Does all that is due; a look under way is not doubled. */
  look(): Promise<void> {
    this.looking ??= inHand
      .during(() => this.keepHouse())
      .finally(() => {
        this.looking = undefined;
      });
    return this.looking;
  }

  private async keepHouse(): Promise<void> {
    const { store, jobSilence, log, trustedNow } = this.options;
    try {
      const now = trustedNow();
      if (now === undefined) return;
      const removed = await this.repeat(() => store.transactions.expire(now));
      if (removed > 0) log.debug({ removed }, 'transactions left the operational store');
      const silent = await this.repeat(() => store.jobs.expire(now - jobSilence, now));
      if (silent > 0) log.debug({ silent }, 'nothing was heard of jobs for too long');
    } catch (error) {
      log.warn({ err: error }, 'the operational store cannot be tidied up');
    }
  }

  /** Takes step after step while there is something to do; returns how much was done. */
  private async repeat(step: () => Promise<number>): Promise<number> {
    let total = 0;
    while (!this.isStopped) {
      const done = await step();
      if (done === 0) break;
      total += done;
      await delay(PAUSE_MS);
    }
    return total;
  }
}
