import type { ChargePoint } from '../central-system/charge-point.ts';
import type { MeterDigest } from '../protocol/meter-message.ts';
import type { Dialect } from '../protocol/version.ts';
import type { CallLine } from './call-line.ts';
import type { CloseCause } from './close-codes.ts';
import { LiveMeter } from './live-meter.ts';
import { OFF_WHEEL, type WheelEntry } from './timer-wheel.ts';
import type { Socket } from './transport/transport.ts';
import type { WaitingFrames } from './waiting-frames.ts';

/** How a socket is closed once everything that was taken of its charge point is answered. */
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
  claiming: Promise<void> | undefined = undefined;
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
