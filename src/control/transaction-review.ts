import { energyOfRegisters } from '../energy/transaction-energy.ts';
import type { TransactionRecord } from '../store/transaction-record.ts';

/**
 * Whether somebody should look at a transaction that has ended: its registers do not determine its energy, or something was odd about it. Repairs that
 * made a message readable (`member: repair`) are no reason.
 */
export function needsReview(transaction: TransactionRecord): boolean {
  const { state, flags } = transaction;
  if (state === 'open') return false;
  const energy = energyOfRegisters(transaction);
  return energy.energyWh === null || [...flags, ...energy.flags].some((flag) => !flag.includes(': '));
}
