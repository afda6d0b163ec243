import type { ChargePoint } from './charge-point.ts';

/** The transaction opens on its connector, in the place of what ran there. */
export function open(chargePoint: ChargePoint, connectorId: number, transactionId: number): void {
  chargePoint.openTransactions = [
    ...chargePoint.openTransactions.filter(([connector]) => connector !== connectorId),
    [connectorId, transactionId],
  ];
}

/** The transaction runs nowhere any more. */
export function close(chargePoint: ChargePoint, transactionId: number): void {
  chargePoint.openTransactions = chargePoint.openTransactions.filter(([, id]) => id !== transactionId);
}
