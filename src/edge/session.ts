import type { ChargePoint } from '../central-system/charge-point.ts';
import type { MeterDigest } from '../protocol/meter-message.ts';
import type { Dialect } from '../protocol/version.ts';
import type { CallLine } from './call-line.ts';
import type { CloseCause } from './close-codes.ts';
import { OFF_WHEEL, type WheelEntry } from './timer-wheel.ts';
import type { Socket } from './transport/transport.ts';
import type { WaitingFrames } from './waiting-frames.ts';

/** How a socket is closed once every frame that was taken from its charge point is answered. */
export interface Ending {
  readonly cause: CloseCause;
  readonly code: number;
  readonly reason: string;
}

/**
 * One open socket of a charge point. There are tens of thousands of these: what most of them never need is
 * made when it is needed, and all members exist from the start so that all sessions have the same shape.
 */
export class Session implements WheelEntry {
  readonly chargePoint: ChargePoint;
  /** Of the version that was agreed on for this socket. */
  readonly dialect: Dialect;
  readonly socket: Socket;
  readonly remoteAddress: string;
  /** Epoch ms. */
  readonly openedAt: number;
  /** ms; 0 = no pings. */
  readonly pingInterval: number;

  /** Number of this connection among all of the installation; 0 until the store has given it. */
  epoch = 0;
  /** Resolves when the store has given the epoch, undefined from then on. */
  claiming: Promise<unknown> | undefined = undefined;
  /** In a cluster, until this node knows what others know of the charge point: nothing is decided or sent. */
  held = false;
  closed = false;
  /** Set where Farad closed the socket. */
  cause: CloseCause | undefined = undefined;

  /** A frame of the charge point is being decided: later ones wait, so that nothing overtakes. */
  undecided = false;
  /** Never empty. */
  waiting: WaitingFrames | undefined = undefined;
  /** Nothing is read from the socket for now, because too much waits. */
  paused = false;
  /** Nothing more is taken: the socket is closed when what was taken is answered. */
  ending: Ending | undefined = undefined;
  /** When a frame was last taken to be decided, monotonic ms. */
  movedAt = 0;
  /** CALLs of ours. */
  calls: CallLine<Session> | undefined = undefined;
  /** By connector. */
  meters: Map<number, LiveMeter> | undefined = undefined;

  /** When anything was last heard, monotonic ms. */
  heardAt: number;
  /** When the ping that waits for a sign of life was sent, monotonic ms; 0 = none does. */
  pingedAt = 0;
  /** When the allowance of frames is whole again, monotonic ms. */
  allowanceAt = 0;
  /** Was asked for the BootNotification that it never sent. */
  askedForBoot = false;
  /** Unreadable frames in a row. */
  unreadable = 0;

  dueAt = 0;
  slot = OFF_WHEEL;
  place = 0;

  constructor(
    chargePoint: ChargePoint,
    dialect: Dialect,
    socket: Socket,
    remoteAddress: string,
    pingInterval: number,
    openedAt: number,
    heardAt: number,
  ) {
    this.chargePoint = chargePoint;
    this.dialect = dialect;
    this.socket = socket;
    this.remoteAddress = remoteAddress;
    this.pingInterval = pingInterval;
    this.openedAt = openedAt;
    this.heardAt = heardAt;
  }

  /** Whether a frame is being decided or waits for its turn. */
  get hasWork(): boolean {
    return this.undecided || this.waiting !== undefined;
  }

  noteMeter(digest: MeterDigest): void {
    this.meters ??= new Map();
    let meter = this.meters.get(digest.connectorId);
    if (meter === undefined) {
      meter = new LiveMeter();
      this.meters.set(digest.connectorId, meter);
    }
    meter.take(digest);
  }

  /** Closes the socket with a close frame. The close event follows at once. */
  end(cause: CloseCause, code: number, reason: string): void {
    if (this.closed) return;
    this.cause = cause;
    this.socket.end(code, reason);
  }

  /** Drops the socket of a charge point that does not hear us. */
  drop(cause: CloseCause): void {
    if (this.closed) return;
    this.cause = cause;
    this.socket.drop();
  }
}

/** Worse than any place. */
const NOWHERE = Number.POSITIVE_INFINITY;

/**
 * What the last meter values of a connector said. Register and power are each taken from the best place where
 * they were ever read over this socket: the meter at the inlet of a charge point is another one than that at
 * its outlet, and some messages name only the one.
 */
class LiveMeter {
  /** Time of the newest sample, epoch ms. */
  at = 0;
  /** Wh; undefined if the last message did not report it. */
  registerWh: number | undefined = undefined;
  /** W; undefined if the last message did not report it. */
  powerW: number | undefined = undefined;
  private registerPlace = NOWHERE;
  private powerPlace = NOWHERE;

  take({ at, lastRegisterWh, powerW, registerPlace = 0, powerPlace = 0 }: MeterDigest): void {
    const hasRegister = lastRegisterWh !== undefined && registerPlace <= this.registerPlace;
    const hasPower = powerW !== undefined && powerPlace <= this.powerPlace;
    // It reports only another meter.
    if (!hasRegister && !hasPower && (lastRegisterWh !== undefined || powerW !== undefined)) return;
    if (hasRegister) this.registerPlace = registerPlace;
    if (hasPower) this.powerPlace = powerPlace;
    this.at = at;
    this.registerWh = hasRegister ? lastRegisterWh : undefined;
    this.powerW = hasPower ? powerW : undefined;
  }
}

/**
 * How fast the frames of one charge point are taken: `framesPerSecond` for long, `frameBurst` at once. It is
 * kept as one number per session, the moment at which its allowance is whole again. All times are monotonic,
 * ms.
 */
export class Allowance {
  private readonly msPerFrame: number;
  private readonly burstMs: number;

  constructor(framesPerSecond: number, frameBurst: number) {
    this.msPerFrame = 1000 / framesPerSecond;
    this.burstMs = this.msPerFrame * frameBurst;
  }

  /** Returns whether one more frame may be taken. */
  allows(session: Session, now: number): boolean {
    return Math.max(session.allowanceAt, now) + this.msPerFrame - now <= this.burstMs;
  }

  /** Takes one frame off the allowance; false, with nothing taken off, where it is used up. */
  spend(session: Session, now: number): boolean {
    const wholeAt = Math.max(session.allowanceAt, now) + this.msPerFrame;
    if (wholeAt - now > this.burstMs) return false;
    session.allowanceAt = wholeAt;
    return true;
  }
}

/** The sessions that have an undecided frame, those whose socket is closed by now included. */
export class Undecided {
  private count = 0;
  /** Those whose socket is closed. */
  private readonly left = new Set<Session>();
  private readonly leftListeners: (() => void)[] = [];

  get isEmpty(): boolean {
    return this.count === 0;
  }

  begin(session: Session): void {
    session.undecided = true;
    this.count++;
    // A frame worker may hand a frame back after the socket has closed.
    if (session.closed) this.left.add(session);
  }

  settle(session: Session): void {
    if (!session.undecided) return;
    session.undecided = false;
    this.count--;
    if (!this.left.delete(session)) return;
    for (const listener of this.leftListeners.splice(0)) listener();
  }

  closed(session: Session): void {
    if (session.undecided) this.left.add(session);
  }

  /** Resolves when nothing is being decided any more that came over a closed socket of the charge point. */
  async settledOf(chargePointId: string): Promise<void> {
    while ([...this.left].some(({ chargePoint }) => chargePoint.id === chargePointId)) {
      await new Promise<void>((resolve) => void this.leftListeners.push(resolve));
    }
  }
}
