import { acknowledged } from '../../decision.ts';
import type { Handler } from '../handler.ts';
import { jobReported } from './jobs.ts';

/**
 * FirmwareStatusNotification (OCPP 1.6 ed. 2 §4.5): recorded as the charge point's present state and as
 * progress of its job, whatever came before it.
 */
export const firmwareStatusNotification: Handler<'FirmwareStatusNotification'> = {
  async handle(context, chargePoint, { status }, receivedAt) {
    await Promise.all([
      context.store.chargePoints.update(chargePoint.id, { firmwareStatus: status }, receivedAt),
      jobReported(context, chargePoint, 'firmware', status, undefined, receivedAt),
    ]);
    return acknowledged;
  },
};
