import type { ChargePointAction } from '../protocol/v16/actions.ts';

/** Something that should not have happened to a charge point. */
export type ProblemKind =
  /** A CALL got no answer in time. */
  | 'unanswered'
  /** A CALL was answered with a CALLERROR. */
  | 'error'
  /** An answer broke its schema. */
  | 'schema'
  /** An answer was well-formed and wrong, for example Invalid for a tag that is accepted. */
  | 'unexpected'
  /** A frame that is no OCPP-J message, or a CALL from the Central System that breaks its schema. */
  | 'malformed'
  /** A connection attempt was refused or failed. */
  | 'refused'
  /** The socket closed without this charge point wanting it. */
  | 'dropped'
  /**
   * A transaction message used up its attempts and was given up: its record is lost (OCPP 1.6 ed. 2 §3.7.1).
   */
  | 'lost';

export interface Problem {
  readonly kind: ProblemKind;
  readonly chargePointId: string;
  readonly action: ChargePointAction | '';
  readonly detail: string;
}

/**
 * What a fleet reports to whoever measures it. `chargePoint` is the index of the charge point in its fleet;
 * times are epoch ms. Called on the hot path: implementations only count.
 */
export interface Recorder {
  /** A CALL was answered by a CALLRESULT: ms since it was due, and since it was sent. */
  answered(action: ChargePointAction, sinceDueMs: number, sinceSentMs: number): void;
  /** A connection was opened: ms since the attempt was due. */
  connected(sinceDueMs: number): void;
  problem(problem: Problem): void;
  /** The Central System confirmed meter samples and owns them from now on. */
  samplesConfirmed(chargePoint: number, samples: MeterSampleTotals): void;
  /** Meter samples are sent again because their answer never came: they may legally arrive twice. */
  samplesRepeated(chargePoint: number, count: number): void;
  transactionStarted(chargePoint: number, meterStartWh: number, startedAt: number): void;
  transactionStopped(chargePoint: number, energyWh: number, stoppedAt: number): void;
}

/** Meter samples by count and sum, with the first and last time. */
export interface MeterSampleTotals {
  readonly count: number;
  readonly sum: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** Counters of one process, read by whoever wants a rate. */
export interface Traffic {
  framesSent: number;
  framesReceived: number;
  openSockets: number;
  /** Charge points that are connected and accepted. */
  booted: number;
  openTransactions: number;
  /** Messages that wait in charge points for their turn, or to be sent again. */
  waitingCalls: number;
}

export const newTraffic = (): Traffic => ({
  framesSent: 0,
  framesReceived: 0,
  openSockets: 0,
  booted: 0,
  openTransactions: 0,
  waitingCalls: 0,
});
