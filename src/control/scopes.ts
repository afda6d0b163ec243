import type { FastifyRequest } from 'fastify';
import type { Sight } from '../store/sight.ts';
import type { Store } from '../store/store.ts';
import { apiError } from './errors.ts';
import type { Operation } from './openapi/operation.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What whoever asks may see; nothing where no key is asked for. */
    sight: Sight;
  }
}

/**
 * Refuses what is not for the scope of whoever asks, as the operation declares it: what is not in sight is
 * unknown, and a kind of thing that no scope reaches is `out_of_scope`. An operation that does not declare
 * anything is refused.
 */
export function requireInSight(
  { sight, params }: FastifyRequest,
  operation: Operation | undefined,
  { transactions }: Pick<Store, 'transactions'>,
): void {
  if (!sight.scope) return;
  switch (operation?.scope) {
    case 'same':
    case 'narrowed':
      return;
    case 'chargePoint': {
      const { id } = params as { readonly id: string };
      if (!sight.sees(id)) throw apiError('unknown_charge_point', { id });
      return;
    }
    case 'transaction': {
      const { transactionId: id } = params as { readonly transactionId: string };
      if (!seesTransaction(sight, transactions, Number(id))) throw apiError('unknown_transaction', { id });
      return;
    }
    default:
      throw apiError('out_of_scope', {});
  }
}

/** Whether a transaction is of a charge point in sight; one that has left the operational store is not. */
export function seesTransaction(sight: Sight, transactions: Store['transactions'], id: number): boolean {
  const found = Number.isSafeInteger(id) ? transactions.get(id) : undefined;
  return found !== undefined && sight.sees(found.chargePointId);
}

/** What named queries of analytics are narrowed by; everybody who sees everything gets no parameter. */
export function scopeParameters(sight: Sight): {
  readonly scopeGroups?: readonly string[];
  readonly scopeChargePoints?: readonly string[];
} {
  const { scope } = sight;
  if (!scope) return {};
  return { scopeGroups: scope.groups, scopeChargePoints: [...sight.ofSites()] };
}
