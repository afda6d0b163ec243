import type { NatsConnection } from '@nats-io/transport-node';
import { findLog, LOG_FORMAT } from './log-identity.ts';

/** How often it is looked whether a newer format may be written, ms. */
const LOOK_EVERY_MS = 30_000;

/** What every release that knows a log at all can read. */
const OLDEST_FORMAT = 1;

/** Which format of the log may be written, as far as this process knows; it is only ever raised. */
export class LogFormat {
  private readonly connection: NatsConnection;
  private readonly onFailure: (cause: string) => void;
  private readonly timer: NodeJS.Timeout;
  private known = OLDEST_FORMAT;

  /** Begins to look. `onFailure` is told what keeps it from finding out, which is tried again. */
  constructor(connection: NatsConnection, onFailure: (cause: string) => void, lookEveryMs = LOOK_EVERY_MS) {
    this.connection = connection;
    this.onFailure = onFailure;
    this.timer = setInterval(() => void this.look(), lookEveryMs);
    this.timer.unref();
    void this.look();
  }

  get newest(): number {
    return this.known;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    try {
      const log = await findLog(this.connection);
      this.known = Math.max(this.known, Math.min(log?.format ?? OLDEST_FORMAT, LOG_FORMAT));
      if (this.known === LOG_FORMAT) this.stop();
    } catch (error) {
      this.onFailure(error instanceof Error ? error.message : String(error));
    }
  }
}
