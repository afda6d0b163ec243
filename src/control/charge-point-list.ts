import { type KnownChargePoint, knownChargePoints } from '../store/known-charge-points.ts';
import type { Store } from '../store/store.ts';

/** Most charge points looked at for one page: a rare match must not keep control from everything else. */
const MAX_SCANNED = 20_000;

export interface ChargePointPage {
  readonly items: readonly KnownChargePoint[];
  /** Id to go on after; absent at the end. */
  readonly next?: string;
}

/**
 * Charge points in the order of their ids, from what is provisioned and what was seen, without ever holding all of them.
 * A page may be short, even empty, and yet have a `next`.
 */
export async function listChargePoints(
  store: Store,
  {
    after,
    limit,
    matches,
  }: { after?: string; limit: number; matches: (candidate: KnownChargePoint) => boolean },
): Promise<ChargePointPage> {
  const items: KnownChargePoint[] = [];
  let scanned = 0;
  let last = after;
  for await (const candidate of knownChargePoints(store, after)) {
    if (items.length === limit || scanned === MAX_SCANNED)
      return { items, ...(last !== undefined && { next: last }) };
    scanned++;
    last = candidate.id;
    if (matches(candidate)) items.push(candidate);
  }
  return { items };
}
