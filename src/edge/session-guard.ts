import type { ThrottledLog } from '../telemetry/log.ts';
import { INTERNAL_ERROR } from './close-codes.ts';
import type { EdgeMetrics } from './edge-metrics.ts';
import type { Session } from './session.ts';

/**
 * The last one to catch what goes wrong in the work of a session: it ends that session, and nobody else
 * notices.
 */
export class SessionGuard {
  private readonly metrics: EdgeMetrics;
  private readonly log: ThrottledLog;

  constructor(metrics: EdgeMetrics, log: ThrottledLog) {
    this.metrics = metrics;
    this.log = log;
  }

  /** Counts and logs a fault of a connection that has no session yet, or never gets one. */
  caughtBefore(error: unknown): void {
    this.metrics.sessionFaults.inc();
    this.log.error({ err: error }, 'a connection was refused because of a fault inside Farad');
  }

  /**
   * Ends the session for a fault inside Farad; its charge point connects again and repeats what was not
   * answered.
   */
  caught(session: Session, error: unknown): void {
    this.metrics.sessionFaults.inc();
    this.log.error(
      { err: error, chargePoint: session.chargePoint.id },
      'a session ended because of a fault inside Farad',
    );
    session.end('failure', INTERNAL_ERROR, 'internal error');
  }
}
