import { type KnownChargePoint, knownChargePoints } from '../store/known-charge-points.ts';
import type { Sight } from '../store/sight.ts';
import type { Store } from '../store/store.ts';

export interface ChargePointPage {
  readonly items: readonly KnownChargePoint[];
  /** Id to go on after; absent at the end. */
  readonly next?: string;
}

/**
 * Charge points in sight in the order of their ids, from what is provisioned and what was seen, without ever
 * holding all of them.
 */
export async function listChargePoints(
  store: Store,
  sight: Sight,
  { after, limit }: { after?: string; limit: number },
): Promise<ChargePointPage> {
  const items: KnownChargePoint[] = [];
  for await (const candidate of knownChargePoints(store, after)) {
    if (!sight.sees(candidate.id)) continue;
    const last = items.at(-1);
    if (items.length === limit && last) return { items, next: last.id };
    items.push(candidate);
  }
  return { items };
}
