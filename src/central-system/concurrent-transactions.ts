import type { Token } from '../store/token.ts';

/**
 * Whether one more transaction would be too many for a tag (OCPP 1.6 ed. 2 §7.2, ConcurrentTx). `others` counts its open transactions
 * without a repeat of this start and without one that this start supersedes; it is asked only where there is a limit.
 */
export function exceedsConcurrency(
  token: Token | undefined,
  byDefault: number,
  others: () => { readonly length: number },
): boolean {
  const limit = token?.maxConcurrent ?? byDefault;
  return limit > 0 && others().length >= limit;
}
