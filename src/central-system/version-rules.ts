import type { StopRemainder } from '../protocol/meter-message.ts';
import type { IncomingCall } from '../protocol/reading.ts';
import type { CommandRecord } from '../store/command-record.ts';
import type { CallAnswer, CallBar, OutgoingCall } from './call-answer.ts';
import type { ChargePoint } from './charge-point.ts';
import type { Context } from './context.ts';
import type { Decision } from './decision.ts';

/**
 * What one version of OCPP makes of the messages to and from its charge points; `CentralSystem` says what
 * each decision promises.
 */
export interface VersionRules {
  decideCall(
    context: Context,
    chargePoint: ChargePoint,
    call: IncomingCall,
    receivedAt: number,
  ): Decision | Promise<Decision>;
  finishStop(
    context: Context,
    chargePoint: ChargePoint,
    stop: StopRemainder,
    receivedAt: number,
  ): Promise<Decision>;
  /** Whether a message of this action may be what a command waits for. */
  isAwaited(chargePoint: ChargePoint, action: string): boolean;
  /**
   * What a charge point may send before it is accepted, because of a command that was sent before Farad
   * started again.
   */
  triggeredBy(command: CommandRecord): string[];
  /** Why a CALL must not be sent; undefined if it may. */
  barTo(context: Context, chargePoint: ChargePoint, action: string, payload: unknown): CallBar | undefined;
  /** What has to be on the disk before a CALL of ours leaves; undefined where it is nothing. */
  noteLeaving(context: Context, chargePoint: ChargePoint, call: OutgoingCall): Promise<void> | undefined;
  /**
   * Follows what became of a CALL of ours. What the next frame may depend on is done before the promise is
   * returned.
   */
  noteAnswer(
    context: Context,
    chargePoint: ChargePoint,
    call: OutgoingCall,
    answer: CallAnswer,
  ): Promise<void>;
}
