import { acknowledged } from '../../decision.ts';
import { jobReported } from '../firmware-management/jobs.ts';
import type { Handler } from '../handler.ts';

/**
 * LogStatusNotification (security whitepaper ed. 3 §5.12): progress of the job that its requestId names,
 * whatever came before it.
 */
export const logStatusNotification: Handler<'LogStatusNotification'> = {
  async handle(context, chargePoint, { status, requestId }, receivedAt) {
    await jobReported(context, chargePoint, 'log', status, requestId, receivedAt);
    return acknowledged;
  },
};
