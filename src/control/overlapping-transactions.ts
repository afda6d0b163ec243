import type { Store } from '../store/store.ts';
import type { TransactionRecord } from '../store/transaction-record.ts';

/** Transactions that overlap are received one after the other, or nearly so. */
const NEAR = 2;

/**
 * The other transactions of its connector that go on while one does, as its charge point reports them: its
 * energy depends on theirs.
 */
export function overlapping(
  { transactions }: Pick<Store, 'transactions'>,
  transaction: TransactionRecord,
): TransactionRecord[] {
  if (transaction.state === 'unmatched') return [];
  return transactions
    .around(transaction, NEAR)
    .filter(
      (other) =>
        other.connectorId === transaction.connectorId &&
        other.state !== 'unmatched' &&
        other.startedAt < endOf(transaction) &&
        transaction.startedAt < endOf(other),
    );
}

function endOf({ stoppedAt }: TransactionRecord): number {
  return stoppedAt ?? Number.POSITIVE_INFINITY;
}
