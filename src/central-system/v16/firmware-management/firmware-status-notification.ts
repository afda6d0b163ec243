import { acknowledged } from '../../decision.ts';
import type { Handler } from '../handler.ts';

/** FirmwareStatusNotification (OCPP 1.6 ed. 2 §4.5): recorded as the charge point's present state, whatever came before it. */
export const firmwareStatusNotification: Handler<'FirmwareStatusNotification'> = {
  async handle({ store }, { id }, { status }, receivedAt) {
    await store.chargePoints.update(id, { firmwareStatus: status }, receivedAt);
    return acknowledged;
  },
};
