import { acknowledged } from '../../decision.ts';
import type { Handler } from '../handler.ts';

/** SignedFirmwareStatusNotification (security whitepaper ed. 3 §5): recorded like the unsigned one; any status may follow any other. */
export const signedFirmwareStatusNotification: Handler<'SignedFirmwareStatusNotification'> = {
  async handle({ store }, { id }, { status }, receivedAt) {
    await store.chargePoints.update(id, { firmwareStatus: status }, receivedAt);
    return acknowledged;
  },
};
