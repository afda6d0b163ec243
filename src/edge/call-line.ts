import { randomBytes } from 'node:crypto';
import type { CallOutcome, ChargePointCall } from '../link/methods.ts';
import { OFF_WHEEL, type WheelEntry } from './timer-wheel.ts';

/**
 * The CALLs of ours on one socket: at most one that the charge point has, the others wait
 * (OCPP-J 1.6 §4.1.1).
 */
export interface CallLine<Session> {
  open: OutboundCall<Session> | undefined;
  readonly waiting: OutboundCall<Session>[];
  /** What the charge point was sent in confidence lately, and may repeat. */
  secrets: readonly string[];
}

/** One CALL of ours and whoever waits for what becomes of it. */
export class OutboundCall<Session> implements WheelEntry {
  readonly session: Session;
  readonly messageId: string;
  readonly action: string;
  readonly payload: unknown;
  readonly timeoutMs: number;
  readonly reference: string | undefined;
  readonly settle: (outcome: CallOutcome) => void;
  /** Monotonic ms; 0 while it waits. */
  sentAt = 0;
  /** The frame was handed to the socket. */
  hasLeft = false;
  dueAt = 0;
  slot = OFF_WHEEL;
  place = 0;

  constructor(
    session: Session,
    messageId: string,
    call: ChargePointCall,
    timeoutMs: number,
    settle: (outcome: CallOutcome) => void,
  ) {
    this.session = session;
    this.messageId = messageId;
    this.action = call.action;
    this.payload = call.payload;
    this.reference = call.reference;
    this.timeoutMs = timeoutMs;
    this.settle = settle;
  }
}

/**
 * Ids of our CALLs: unique over all connections of a charge point and all restarts of Farad (OCPP-J errata
 * 3.1), at most 36 characters. The start of the process and a random number make the first part, a counter
 * the second.
 */
export class CallIds {
  private readonly prefix: string;
  private count = 0;

  constructor(startedAt: number = Date.now(), random: Buffer = randomBytes(6)) {
    this.prefix = `${startedAt.toString(36)}-${random.toString('hex')}-`;
  }

  next(): string {
    this.count++;
    return this.prefix + this.count.toString(36);
  }
}
