import type { ChargePoint } from './charge-point.ts';

/** Notes that the transaction runs on its connector, in the place of what ran there. */
export function addOpenTransaction(
  chargePoint: ChargePoint,
  connectorId: number,
  transactionId: number,
): void {
  chargePoint.openTransactions = [
    ...chargePoint.openTransactions.filter(([connector]) => connector !== connectorId),
    [connectorId, transactionId],
  ];
}

/** Notes that the transaction runs nowhere any more. */
export function removeOpenTransaction(chargePoint: ChargePoint, transactionId: number): void {
  chargePoint.openTransactions = chargePoint.openTransactions.filter(([, id]) => id !== transactionId);
}
