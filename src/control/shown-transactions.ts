import { suspicionsOf } from '../store/forgotten-transactions.ts';
import type { TransactionRecord } from '../store/transaction-record.ts';
import type { ControlDeps } from './deps.ts';
import { energiesOf, type PublishedEnergy } from './published-energy.ts';
import { viewTransaction } from './transaction-view.ts';

/** Transactions as the API shows them, in their order, with their energy and corrections. */
export async function showTransactions(
  deps: Pick<ControlDeps, 'store' | 'link' | 'config'>,
  transactions: readonly TransactionRecord[],
): Promise<ReturnType<typeof viewTransaction>[]> {
  const now = Date.now();
  const energies = await energiesOf(deps, transactions);
  return transactions.map((transaction, index) =>
    viewTransaction(
      transaction,
      energies[index] as PublishedEnergy,
      deps.store.transactionCorrections.get(transaction.transactionId),
      suspicionsOf(deps.store, transaction, now, deps.config.transactions.forgottenAfter),
    ),
  );
}
