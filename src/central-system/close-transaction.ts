import type { CloseInput, TransactionRecord } from '../store/transaction-record.ts';
import type { ConnectedChargePoints } from './connected-charge-points.ts';
import type { Context } from './context.ts';
import { removeOpenTransaction } from './open-transactions.ts';

type Connected = Pick<ConnectedChargePoints, 'get'>;

/**
 * Ends an open transaction whose StopTransaction has not come, in its place: the tag is free for another at
 * once (OCPP 1.6 ed. 2 §7.2, ConcurrentTx), and meter values that do not name it are not taken for its own
 * any more. The stop may still come (§4.10). Returns undefined where none with this id is open.
 */
export async function closeTransaction(
  context: Context,
  connected: Connected,
  input: CloseInput,
): Promise<TransactionRecord | undefined> {
  const closed = await context.store.transactions.close(input);
  if (closed === undefined) return undefined;
  const chargePoint = connected.get(closed.chargePointId);
  if (chargePoint !== undefined) removeOpenTransaction(chargePoint, closed.transactionId);
  context.counters.transaction('closed');
  return closed;
}

/**
 * Ends the open transactions of a charge point that is being deleted: nobody will ever hear of them again.
 * `by` names who deletes it.
 */
export async function closeTransactionsOf(
  context: Context,
  connected: Connected,
  chargePointId: string,
  by: string,
): Promise<void> {
  const at = context.clock();
  for (const { transactionId, startedAt } of context.store.transactions.openOf(chargePointId)) {
    await closeTransaction(context, connected, {
      transactionId,
      cause: 'charge-point-deleted',
      by,
      at,
      reason: '',
      stoppedAt: Math.max(at, startedAt),
      meterStop: null,
    });
  }
}
