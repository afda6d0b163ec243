import { foldIdTag } from '../protocol/id-tag.ts';
import { suspicionsOf } from '../store/forgotten-transactions.ts';
import type { Sight } from '../store/sight.ts';
import type { Store } from '../store/store.ts';
import type { OpenListing, TransactionRecord, TransactionState } from '../store/transaction-record.ts';
import { filteredPage, type Listing } from './filtered-page.ts';
import { needsReview } from './transaction-review.ts';

export interface TransactionQuery {
  readonly chargePointId?: string;
  /** In any spelling. */
  readonly idTag?: string;
  readonly state?: TransactionState;
  /** Start at this time or later, epoch ms. */
  readonly from?: number;
  /** Start before this time, epoch ms. */
  readonly to?: number;
  /** Only those that somebody should look at and nobody has corrected, or only the others. */
  readonly review?: boolean;
  /**
   * Only open ones whose stop is overdue, by charge point and connector; or only the others, newest first.
   */
  readonly suspect?: boolean;
  /** `transactions.forgottenAfter`, ms. */
  readonly forgottenAfter: number;
  /** Those about whose energy there is a doubt. */
  readonly doubtful?: ReadonlySet<number>;
  /** `next` of the page before. */
  readonly before?: string;
  readonly limit: number;
}

/**
 * Transactions of charge points in sight, newest first, suspects by charge point and connector. A page may be
 * short, even empty, and yet have a `next`.
 */
export function listTransactions(
  store: Store,
  sight: Sight,
  query: TransactionQuery,
): Listing<TransactionRecord> {
  const { chargePointId, state, limit, idTag, from, to, review, suspect, forgottenAfter, doubtful } = query;
  const now = Date.now();
  const tag = idTag === undefined ? undefined : foldIdTag(idTag);
  const matches = (transaction: TransactionRecord): boolean =>
    sight.sees(transaction.chargePointId) &&
    (tag === undefined || foldIdTag(transaction.idTag) === tag) &&
    (from === undefined || transaction.startedAt >= from) &&
    (to === undefined || transaction.startedAt < to) &&
    (review === undefined || isToReview(transaction) === review) &&
    (suspect === undefined || isSuspect(transaction) === suspect);
  const isToReview = (transaction: TransactionRecord): boolean =>
    (needsReview(transaction) || doubtful?.has(transaction.transactionId) === true) &&
    store.transactionCorrections.get(transaction.transactionId) === undefined;
  const isSuspect = (transaction: TransactionRecord): boolean =>
    suspicionsOf(store, transaction, now, forgottenAfter).length > 0;
  if (suspect === true) {
    if (state !== undefined && state !== 'open') return { items: [] };
    return filteredPage((after, count) => openOnes(store, { chargePointId, after, limit: count }), {
      after: query.before,
      limit,
      matches,
    });
  }
  const all =
    sight.scope === undefined &&
    suspect === undefined &&
    tag === undefined &&
    from === undefined &&
    to === undefined &&
    review === undefined;

  const list = (before: string | undefined, count: number): Listing<TransactionRecord> => {
    const { transactions, next } = store.transactions.list({
      limit: count,
      ...(chargePointId !== undefined && { chargePointId }),
      ...(state !== undefined && { state }),
      ...(before !== undefined && { before }),
    });
    return { items: transactions, ...(next !== undefined && { next }) };
  };
  return filteredPage(list, { after: query.before, limit, ...(!all && { matches }) });
}

function openOnes(store: Store, listing: OpenListing): Listing<TransactionRecord> {
  const { transactions, next } = store.transactions.listOpen(listing);
  return { items: transactions, ...(next !== undefined && { next }) };
}
