import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Page, Store } from '../store/store.ts';
import type { KnownChargePoint } from './charge-point-view.ts';

/** Most charge points looked at for one page: a rare match must not keep control from everything else. */
const MAX_SCANNED = 20_000;
const CHUNK = 500;

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
  for await (const candidate of merged(store, after)) {
    if (items.length === limit || scanned === MAX_SCANNED)
      return { items, ...(last !== undefined && { next: last }) };
    scanned++;
    last = candidate.id;
    if (matches(candidate)) items.push(candidate);
  }
  return { items };
}

/** Merges both listings by id. */
async function* merged(store: Store, after: string | undefined): AsyncGenerator<KnownChargePoint> {
  const provisioned = inOrder((options) => store.settings.list(options), after);
  const seen = inOrder((options) => store.chargePoints.list(options), after);
  let settings = await provisioned.next();
  let record = await seen.next();
  while (!settings.done || !record.done) {
    const order = settings.done ? 1 : record.done ? -1 : compareIds(settings.value.id, record.value.id);
    if (order < 0 && !settings.done) {
      yield { id: settings.value.id, settings: settings.value };
    } else if (order > 0 && !record.done) {
      yield { id: record.value.id, record: record.value };
    } else if (!settings.done && !record.done) {
      yield { id: record.value.id, settings: settings.value, record: record.value };
    }
    if (order <= 0) settings = await provisioned.next();
    if (order >= 0) record = await seen.next();
  }
}

async function* inOrder<Item>(
  list: (options: { after?: string; limit: number }) => Page<Item>,
  start: string | undefined,
): AsyncGenerator<Item> {
  let after = start;
  do {
    const page = list({ ...(after !== undefined && { after }), limit: CHUNK });
    yield* page.items;
    after = page.next;
    if (after !== undefined) await nextTurn();
  } while (after !== undefined);
}

/** The store's order of keys: UTF-8 bytes, which differs from that of JavaScript strings beyond the basic plane. */
export function compareIds(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
