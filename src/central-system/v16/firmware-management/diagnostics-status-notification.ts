import { acknowledged } from '../../decision.ts';
import type { Handler } from '../handler.ts';

/** DiagnosticsStatusNotification (OCPP 1.6 ed. 2 §4.4): recorded as the charge point's present state, whatever came before it. */
export const diagnosticsStatusNotification: Handler<'DiagnosticsStatusNotification'> = {
  async handle({ store }, { id }, { status }, receivedAt) {
    await store.chargePoints.update(id, { diagnosticsStatus: status }, receivedAt);
    return acknowledged;
  },
};
