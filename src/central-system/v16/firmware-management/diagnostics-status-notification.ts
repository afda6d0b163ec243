import { acknowledged } from '../../decision.ts';
import type { Handler } from '../handler.ts';
import { jobReported } from './jobs.ts';

/**
 * DiagnosticsStatusNotification (OCPP 1.6 ed. 2 §4.4): recorded as the charge point's present state and as
 * progress of its job, whatever came before it.
 */
export const diagnosticsStatusNotification: Handler<'DiagnosticsStatusNotification'> = {
  async handle(context, chargePoint, { status }, receivedAt) {
    await Promise.all([
      context.store.chargePoints.update(chargePoint.id, { diagnosticsStatus: status }, receivedAt),
      jobReported(context, chargePoint, 'diagnostics', status, undefined, receivedAt),
    ]);
    return acknowledged;
  },
};
