import type { Counter } from '../telemetry/metrics.ts';
import { GOING_AWAY } from './close-codes.ts';
import type { Session } from './session.ts';
import type { SessionGuard } from './session-guard.ts';
import { TimerWheel } from './timer-wheel.ts';

export interface LivenessOptions {
  /** ms that a ping may stay unanswered. */
  readonly pongTimeout: number;
  /** ms after which a silent socket is closed; 0 = never. */
  readonly idleTimeout: number;
  readonly guard: SessionGuard;
  readonly pings: Counter;
  /** Monotonic, ms. */
  readonly clock: () => number;
}

/**
 * Finds half-open sockets (OCPP-J 1.6 §5.3): pings those that are silent and drops those that stay so. One
 * timer for all.
 */
export class Liveness {
  readonly wheel: TimerWheel<Session>;
  private readonly options: LivenessOptions;

  constructor(options: LivenessOptions) {
    this.options = options;
    this.wheel = new TimerWheel(
      (session, now) => this.look(session, now),
      (session, error) => options.guard.caught(session, error),
      options.clock,
    );
  }

  watch(session: Session): void {
    this.plan(session);
  }

  forget(session: Session): void {
    this.wheel.cancel(session);
  }

  /** Anything heard is a sign of life, so a charge point that talks is never pinged. */
  private look(session: Session, now: number): void {
    const { pongTimeout, idleTimeout } = this.options;
    // Whatever it sends stays unread meanwhile, its pongs too.
    if (session.paused) session.heardAt = now;
    if (session.pingedAt > 0) {
      if (session.heardAt >= session.pingedAt) session.pingedAt = 0;
      else if (now >= session.pingedAt + pongTimeout) session.drop('unresponsive');
    }
    if (idleTimeout > 0 && now >= session.heardAt + idleTimeout && !session.hasWork) {
      session.end('idle', GOING_AWAY, 'nothing was heard for too long');
    }
    if (session.closed) return;
    const { pingInterval } = session;
    if (pingInterval > 0 && session.pingedAt === 0 && now >= session.heardAt + pingInterval) {
      session.pingedAt = now;
      this.options.pings.inc();
      session.socket.ping();
    }
    this.plan(session);
  }

  /** Puts the session on the wheel for the next time that anything about it may be due. */
  private plan(session: Session): void {
    const { pongTimeout, idleTimeout } = this.options;
    let next = Number.POSITIVE_INFINITY;
    if (session.pingedAt > 0) next = session.pingedAt + pongTimeout;
    else if (session.pingInterval > 0) next = session.heardAt + session.pingInterval;
    if (idleTimeout > 0) next = Math.min(next, session.heardAt + idleTimeout);
    if (next < Number.POSITIVE_INFINITY && !session.closed) this.wheel.schedule(session, next);
  }
}
