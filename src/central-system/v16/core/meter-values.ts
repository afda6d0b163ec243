import { acknowledged, confirm, refuse } from '../../decision.ts';
import type { TransactionHandler } from '../handler.ts';
import { meterContext } from './meter-context.ts';

/**
 * MeterValues (OCPP 1.6 ed. 2 §4.7) decided in place: kept by the same code as in a frame worker, then
 * answered.
 */
export const meterValues: TransactionHandler = {
  async handleRaw({ keepSamples, counters }, chargePoint, call, receivedAt) {
    const verdict = await keepSamples(call, meterContext(chargePoint, receivedAt));
    if (verdict.repairs !== undefined) counters.repairs(chargePoint, call.action, verdict.repairs);
    if (verdict.error !== undefined) return refuse(verdict.error.code, verdict.error.description);
    return verdict.digest === undefined ? acknowledged : { ...confirm({}), digest: verdict.digest };
  },
};
