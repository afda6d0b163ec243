import { DOUBTS } from '../energy/doubts.ts';
import { energyOfRegisters } from '../energy/transaction-energy.ts';
import type { TransactionRecord } from '../store/transaction-record.ts';
import { askAnalytics } from './analytics-query.ts';
import type { ControlDeps } from './deps.ts';
import { ApiError } from './errors.ts';

/** Who lists transactions does not wait longer to learn which are doubtful, ms. */
const PATIENCE_MS = 3000;

/**
 * Whether somebody should look at a transaction that has ended: its registers do not determine its energy, or
 * something was odd about it or, by `energyFlags`, about its energy. Repairs that made a message readable
 * (`member: repair`) are no reason.
 */
export function needsReview(transaction: TransactionRecord, energyFlags: readonly string[] = []): boolean {
  const { state, flags } = transaction;
  if (state === 'open') return false;
  const energy = energyOfRegisters(transaction);
  const isOdd = [...flags, ...energy.flags].some((flag) => !flag.includes(': '));
  return energy.energyWh === null || isOdd || energyFlags.some((flag) => DOUBTS.includes(flag));
}

/**
 * The transactions whose readings, or whose neighbours, raise a doubt about them, as far as analytics has
 * worked them out; none while it does not answer.
 */
export async function doubtfulOf(
  deps: Pick<ControlDeps, 'link' | 'config'>,
  chargePointId: string | undefined,
): Promise<ReadonlySet<number>> {
  try {
    const { rows } = await askAnalytics(deps, 'doubtful-transactions', { chargePointId }, PATIENCE_MS);
    return new Set(rows.map(({ transactionId }) => transactionId as number));
  } catch (error) {
    if (error instanceof ApiError) return new Set();
    throw error;
  }
}
