import { acknowledged } from '../../decision.ts';
import { jobReported } from '../firmware-management/jobs.ts';
import type { Handler } from '../handler.ts';

/**
 * SignedFirmwareStatusNotification (security whitepaper ed. 3 §5): recorded like the unsigned one; any status
 * may follow any other, and a requestId that nobody knows is no error.
 */
export const signedFirmwareStatusNotification: Handler<'SignedFirmwareStatusNotification'> = {
  async handle(context, chargePoint, { status, requestId }, receivedAt) {
    await Promise.all([
      context.store.chargePoints.update(chargePoint.id, { firmwareStatus: status }, receivedAt),
      jobReported(context, chargePoint, 'firmware', status, requestId, receivedAt),
    ]);
    return acknowledged;
  },
};
