import type { ChargePoint } from './charge-point.ts';
import type { Decision, IncomingCall } from './decision.ts';
import type { StopRemainder } from './meter-keeper.ts';

/** Everything that is protocol decision, for the charge points of one edge. */
export interface CentralSystem {
  /** The charge point behind an identity, read from the store when the first socket of it opens. Call `forget` once per call of this. */
  chargePoint(id: string): ChargePoint;
  /** A socket of the charge point closed. It is forgotten with its last socket. */
  forget(chargePoint: ChargePoint): void;
  /** Reads again what operators may have set (strictness). */
  refresh(chargePoint: ChargePoint): void;
  /**
   * Answers a CALL. Synchronous where nothing has to reach the disk first (Authorize, Heartbeat, refusals). Never rejects for an expected
   * outcome: what cannot be kept becomes CALLERROR InternalError, so that the charge point retries.
   */
  decide(chargePoint: ChargePoint, call: IncomingCall, receivedAt: number): Decision | Promise<Decision>;
  /** The rest of a StopTransaction whose transactionData a frame worker has already kept. */
  finishStop(chargePoint: ChargePoint, stop: StopRemainder, receivedAt: number): Promise<Decision>;
  /** Counts the repairs that a frame worker made to a message. */
  countRepairs(chargePoint: ChargePoint, action: string, repairs: readonly string[]): void;
  /**
   * Whether a CALL may be sent to the charge point in its present registration (OCPP 1.6 ed. 2 §4.2, errata 3.40); undefined if it may.
   * `payload` is looked at for TriggerMessage only.
   */
  mayCall(chargePoint: ChargePoint, action: string, payload?: unknown): 'registration_state' | undefined;
  /** Moves Farad's view on after the charge point has answered a CALL of ours. */
  onCallAnswered(chargePoint: ChargePoint, action: string, request: unknown, answer: CallAnswer): void;
}

/** How a charge point answered a CALL of ours. */
export type CallAnswer =
  | { readonly kind: 'result'; readonly payload: unknown }
  | { readonly kind: 'error'; readonly code: string };

/** What the central system is told at its start; durations in ms. */
export interface CentralSystemSettings {
  /** How messages that break the schema are read unless a charge point has a setting of its own. */
  readonly reader: 'lenient' | 'strict';
  /** Between heartbeats of an accepted charge point. */
  readonly heartbeatInterval: number;
  /** Before a Pending or Rejected charge point should boot again. */
  readonly bootRetryInterval: number;
  /** How many transactions a tag may run at once; 0 = no limit. */
  readonly concurrentTx: number;
  /** What becomes of a tag that is not registered. */
  readonly unknownTags: 'invalid' | 'accept';
}
