import { membersOf } from '../../protocol/members.ts';
import type { CentralSystemAction, RequestOf } from '../../protocol/v16/actions.ts';
import type { CallAnswer, OutgoingCall } from '../call-answer.ts';
import type { ChargePoint } from '../charge-point.ts';
import type { Context } from '../context.ts';

/** A CALL of ours whose payload satisfies the schema of its action. */
export interface CallOf<A extends CentralSystemAction> extends OutgoingCall {
  readonly payload: RequestOf<A>;
}

/** Follows what became of a CALL: opens gates at once, and resolves when what was learned is stored. */
export type Follower<A extends CentralSystemAction> = (
  context: Context,
  chargePoint: ChargePoint,
  call: CallOf<A>,
  answer: CallAnswer,
) => Promise<unknown> | undefined;

/**
 * `status` of a CALLRESULT; undefined for anything else. It is the charge point's word: any text, whatever
 * the schema says.
 */
export function statusOf(answer: CallAnswer): string | undefined {
  if (answer.kind !== 'result') return undefined;
  const { status } = membersOf(answer.payload);
  return typeof status === 'string' ? status : undefined;
}
