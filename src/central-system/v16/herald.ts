import type { CentralSystemAction } from '../../protocol/v16/actions.ts';
import type { ChargePoint } from '../charge-point.ts';
import type { Context } from '../context.ts';
import type { CallOf } from './follower.ts';

/**
 * Keeps what Farad must know of a CALL even if it never learns of an answer; the CALL leaves when the promise
 * resolves. Undefined where that is nothing.
 */
export type Herald<A extends CentralSystemAction> = (
  context: Context,
  chargePoint: ChargePoint,
  call: CallOf<A>,
) => Promise<void> | undefined;
