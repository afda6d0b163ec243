import { isForgotten, suspicionsOf } from '../store/forgotten-transactions.ts';
import type { Token } from '../store/token.ts';
import type { TransactionRecord } from '../store/transaction-record.ts';
import type { Context } from './context.ts';

/**
 * Whether one more transaction would be too many for a tag (OCPP 1.6 ed. 2 §7.2, ConcurrentTx). `others`
 * counts its open transactions without a repeat of this start and without one that this start supersedes; it
 * is asked only where there is a limit.
 */
export function exceedsConcurrency(
  token: Token | undefined,
  byDefault: number,
  others: () => { readonly length: number },
): boolean {
  const limit = token?.maxConcurrent ?? byDefault;
  return limit > 0 && others().length >= limit;
}

/** Those of a tag's open transactions that count: all but the forgotten ones, unless these are kept. */
export function counting(
  { store, settings, clock, beganAt }: Context,
  others: readonly TransactionRecord[],
): readonly TransactionRecord[] {
  const { forgotten, forgottenAfter: after } = settings;
  if (forgotten === 'keep') return others;
  const now = clock();
  return others.filter(
    (transaction) =>
      !isForgotten(transaction, suspicionsOf(store, transaction, now, after), { now, after, beganAt }),
  );
}
