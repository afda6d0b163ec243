import type { ThrottledLog } from '../telemetry/log.ts';
import { type CloseCause, POLICY_VIOLATION } from './close-codes.ts';
import type { EdgeMetrics } from './edge-metrics.ts';
import type { Allowance, Session } from './session.ts';
import { type WaitingFrame, WaitingFrames } from './waiting-frames.ts';

export interface BacklogOptions {
  readonly allowance: Allowance;
  /** Bytes that the frames of one charge point may hold. */
  readonly sessionBytes: number;
  /** Bytes that those of all together may hold. */
  readonly edgeBytes: number;
  readonly metrics: EdgeMetrics;
  readonly log: ThrottledLog;
  /** Monotonic, ms. */
  readonly clock: () => number;
  /**
   * Deals with a frame whose turn has come; the session's `undecided` says afterwards whether the next one
   * has to wait for it.
   */
  readonly take: (session: Session, frame: WaitingFrame) => void;
  /** Nothing waits any more, of any charge point. */
  readonly emptied: () => void;
}

/**
 * Part of the room that is left which one charge point may take: whoever takes much is stopped long before
 * nothing is left for others.
 */
const SHARE_OF_ROOM = 1 / 8;

/**
 * Part of the room that large queues may fill. The rest is for small ones, so that nobody who sends a few
 * frames notices the others.
 */
const LARGE_PART = 7 / 8;

/** A queue up to this size is small, bytes. */
const SMALL_BYTES = 4096;

/** Longest that waiting frames are dealt with before the event loop looks at sockets again, ms. */
const TURN_MS = 1;

/** How often it is looked whether charge points have earned their next frame, ms. */
const TICK_MS = 10;

const FULL = 'too much was sent before it was answered; what was taken has been answered';

/**
 * The frames that wait: behind an undecided one of their charge point, or because it sends faster than its
 * allowance. Each charge point's are taken in their order; charge points take turns, one frame each, in
 * slices of time that leave the event loop to the others.
 *
 * A charge point whose frames hold all that they may is not read any more for a while. Where the transport
 * cannot stop reading, nothing more is taken of it, all that was taken is answered, and then its socket is
 * closed (docs/decisions/replays.md).
 */
export class Backlog {
  private readonly options: BacklogOptions;
  private bytes = 0;
  private frames = 0;
  private pausedSockets = 0;
  /** Their next frame may be taken, in this order. */
  private readonly ready = new Set<Session>();
  /** Their allowance is used up. */
  private readonly slowed = new Set<Session>();
  private turnIsPlanned = false;
  private tickIsPlanned = false;
  private hurrying = false;

  constructor(options: BacklogOptions) {
    this.options = options;
    options.metrics.waitingFrames.readFrom(() => this.frames);
    options.metrics.waitingBytes.readFrom(() => this.bytes);
    options.metrics.slowedChargePoints.readFrom(() => this.slowed.size);
    options.metrics.pausedSockets.readFrom(() => this.pausedSockets);
  }

  get isEmpty(): boolean {
    return this.frames === 0;
  }

  /** Keeps a copy of the frame until its turn comes. */
  add(session: Session, frame: Buffer, receivedAt: number, startedAt: number): void {
    const { metrics, edgeBytes } = this.options;
    if (session.ending !== undefined) {
      metrics.framesNotTaken.inc();
      return;
    }
    const isFirst = session.waiting === undefined;
    const waiting = session.waiting ?? new WaitingFrames();
    const growth = waiting.growth(frame.length);
    const size = waiting.bytes + growth;
    const isTooMuch = growth > 0 && !isFirst && size > this.share();
    const room = edgeBytes * (size <= SMALL_BYTES ? 1 : LARGE_PART);
    if ((growth > 0 && this.bytes + growth > room) || (isTooMuch && !this.pause(session))) {
      metrics.framesNotTaken.inc();
      this.overflow(session);
      return;
    }
    session.waiting = waiting;
    waiting.push(frame, receivedAt, startedAt);
    this.bytes += growth;
    this.frames++;
    // Else whoever decides what it waits for goes on with it.
    if (isFirst && !session.undecided) this.plan(session);
  }

  /** Goes on with a session whose frame has been decided. */
  proceed(session: Session): void {
    if (session.waiting === undefined) this.endIfAnswered(session);
    else this.next(session);
  }

  /** Takes nothing more of the charge point, answers what was taken, and closes its socket then. */
  endAfterAnswers(session: Session, cause: CloseCause, code: number, reason: string): void {
    session.ending ??= { cause, code, reason };
    this.slowed.delete(session);
    if (session.waiting === undefined) this.endIfAnswered(session);
    else if (!session.undecided) this.plan(session);
  }

  /**
   * Forgets what waits: the charge point has no answer to it and will send it again on its next connection.
   */
  forget(session: Session): void {
    const { waiting } = session;
    this.ready.delete(session);
    this.slowed.delete(session);
    if (session.paused) this.pausedSockets--;
    session.paused = false;
    if (waiting === undefined) return;
    this.bytes -= waiting.bytes;
    this.frames -= waiting.count;
    session.waiting = undefined;
    if (this.frames === 0) this.options.emptied();
  }

  /** From now on nobody is slowed: what has been taken shall be answered before the edge stops. */
  hurry(): void {
    this.hurrying = true;
    this.tick();
  }

  /** Bytes that the frames of one charge point may hold now. */
  private share(): number {
    const { sessionBytes, edgeBytes } = this.options;
    const left = (edgeBytes * LARGE_PART - this.bytes) * SHARE_OF_ROOM;
    return Math.max(SMALL_BYTES, Math.min(sessionBytes, left));
  }

  /** Lets the charge point wait with its sending; false where the transport cannot. */
  private pause(session: Session): boolean {
    if (session.paused) return true;
    if (!session.socket.pause()) return false;
    session.paused = true;
    this.pausedSockets++;
    return true;
  }

  private unpause(session: Session): void {
    session.paused = false;
    this.pausedSockets--;
    session.socket.resume();
  }

  private overflow(session: Session): void {
    const { metrics, log } = this.options;
    const { chargePoint, waiting } = session;
    metrics.waitingOverflows.inc();
    log.warn(
      { chargePoint: chargePoint.id, frames: waiting?.count, bytes: waiting?.bytes, bytesOfAll: this.bytes },
      'a charge point sends far more than it waits for answers: closed when what was taken is answered',
    );
    this.endAfterAnswers(session, 'waiting_bytes', POLICY_VIOLATION, FULL);
  }

  private endIfAnswered(session: Session): void {
    const { ending, undecided } = session;
    if (ending !== undefined && !undecided) session.end(ending.cause, ending.code, ending.reason);
  }

  /** Takes the next frame of a session that waits for no decision, if it is allowed to have it now. */
  private next(session: Session): void {
    const { allowance, clock, take } = this.options;
    const now = clock();
    const { waiting } = session;
    if (session.closed || session.undecided || waiting === undefined) return;
    const isFree = this.hurrying || session.ending !== undefined;
    if (!allowance.spend(session, now) && !isFree) {
      this.slow(session);
      return;
    }
    const before = waiting.bytes;
    const frame = waiting.shift();
    if (frame === undefined) return;
    this.bytes += waiting.bytes - before;
    this.frames--;
    if (waiting.count === 0) session.waiting = undefined;
    session.movedAt = now;
    if (session.paused && session.ending === undefined && waiting.bytes <= this.share() / 2)
      this.unpause(session);
    take(session, frame);
    if (!session.closed && !session.undecided) {
      if (session.waiting === undefined) this.endIfAnswered(session);
      else this.plan(session);
    }
    if (this.frames === 0) this.options.emptied();
  }

  private plan(session: Session): void {
    this.ready.add(session);
    if (this.turnIsPlanned) return;
    this.turnIsPlanned = true;
    setImmediate(() => this.turn());
  }

  /** One frame of each that is ready, again and again, for as long as a turn may last. */
  private turn(): void {
    const endsAt = this.options.clock() + TURN_MS;
    try {
      // A session that is ready again comes last, within the same loop.
      for (const session of this.ready) {
        this.ready.delete(session);
        this.next(session);
        if (this.options.clock() >= endsAt) break;
      }
    } finally {
      // Whatever becomes of one, the others go on.
      this.turnIsPlanned = this.ready.size > 0;
      if (this.turnIsPlanned) setImmediate(() => this.turn());
    }
  }

  private slow(session: Session): void {
    this.slowed.add(session);
    this.planTick();
  }

  private planTick(): void {
    if (this.tickIsPlanned) return;
    this.tickIsPlanned = true;
    setTimeout(() => this.tick(), TICK_MS);
  }

  private tick(): void {
    const now = this.options.clock();
    this.tickIsPlanned = false;
    for (const session of this.slowed) {
      if (!this.hurrying && !this.options.allowance.allows(session, now)) continue;
      this.slowed.delete(session);
      this.plan(session);
    }
    if (this.slowed.size > 0) this.planTick();
  }
}
