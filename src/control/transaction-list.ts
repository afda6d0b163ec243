import { foldIdTag } from '../protocol/id-tag.ts';
import type { Store } from '../store/store.ts';
import type { TransactionRecord, TransactionState } from '../store/transaction-record.ts';
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
  /** `next` of the page before. */
  readonly before?: string;
  readonly limit: number;
}

/** Transactions newest first. A page may be short, even empty, and yet have a `next`. */
export function listTransactions(store: Store, query: TransactionQuery): Listing<TransactionRecord> {
  const { chargePointId, state, limit, idTag, from, to, review } = query;
  const tag = idTag === undefined ? undefined : foldIdTag(idTag);
  const matches = (transaction: TransactionRecord): boolean =>
    (tag === undefined || foldIdTag(transaction.idTag) === tag) &&
    (from === undefined || transaction.startedAt >= from) &&
    (to === undefined || transaction.startedAt < to) &&
    (review === undefined || isToReview(transaction) === review);
  const isToReview = (transaction: TransactionRecord): boolean =>
    needsReview(transaction) && store.transactionCorrections.get(transaction.transactionId) === undefined;
  const all = tag === undefined && from === undefined && to === undefined && review === undefined;

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
