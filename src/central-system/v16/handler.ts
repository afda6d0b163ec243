import type { IncomingCall } from '../../protocol/reading.ts';
import type { ChargePointAction, RequestOf } from '../../protocol/v16/actions.ts';
import type { ChargePoint } from '../charge-point.ts';
import type { Context } from '../context.ts';
import type { Decision } from '../decision.ts';

/**
 * How one message of a charge point is decided. `handle` is synchronous where nothing must reach the disk
 * before the answer.
 */
export interface Handler<A extends ChargePointAction> {
  /** Gets a payload that satisfies the schema, repaired where the lenient reader had to. */
  readonly handle: (
    context: Context,
    chargePoint: ChargePoint,
    request: RequestOf<A>,
    receivedAt: number,
  ) => Decision | Promise<Decision>;
  /**
   * For the lenient reader: what can be made of a payload that the known repairs do not make whole; undefined
   * refuses it.
   */
  readonly salvage?: (payload: Readonly<Record<string, unknown>>) => RequestOf<A> | undefined;
}

/**
 * How a transaction message is decided: it gets the payload as received, because it is stored and answered
 * whatever its content (OCPP 1.6 ed. 2 §4.7, §4.8, §4.10).
 */
export interface TransactionHandler {
  readonly handleRaw: (
    context: Context,
    chargePoint: ChargePoint,
    call: IncomingCall,
    receivedAt: number,
  ) => Decision | Promise<Decision>;
}
