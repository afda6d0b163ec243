import type { Log } from '../telemetry/log.ts';

/** Pause before a write that the disk did not take is tried again, ms. */
const AGAIN_AFTER_MS = 1000;

/**
 * A write of the running supervisor, repeated until the disk takes it: a full disk must not end the one
 * process that keeps all others alive. `write` writes what is true at the time.
 */
export class InsistentWrite {
  private readonly write: () => void;
  private readonly what: string;
  private readonly log: Pick<Log, 'error'>;
  private retry: NodeJS.Timeout | undefined;
  private hasFailed = false;

  constructor(what: string, write: () => void, log: Pick<Log, 'error'>) {
    this.what = what;
    this.write = write;
    this.log = log;
  }

  now(): void {
    clearTimeout(this.retry);
    try {
      this.write();
      this.hasFailed = false;
    } catch (error) {
      if (!this.hasFailed) this.log.error({ err: error }, `${this.what} cannot be written, trying again`);
      this.hasFailed = true;
      this.retry = setTimeout(() => this.now(), AGAIN_AFTER_MS).unref();
    }
  }

  stop(): void {
    clearTimeout(this.retry);
  }
}
