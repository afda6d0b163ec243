import type { MeterContext } from '../../../protocol/meter-message.ts';
import type { ChargePoint } from '../../charge-point.ts';

/** What the reader of meter values has to know about the charge point. */
export function meterContext(chargePoint: ChargePoint, receivedAt: number): MeterContext {
  const { id, strict, openTransactions } = chargePoint;
  return { chargePointId: id, version: '1.6', receivedAt, strict, openTransactions };
}
