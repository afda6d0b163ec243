import { expect, test } from 'vitest';
import type { Store } from '../../../src/store/store.ts';
import type { TransactionFilter } from '../../../src/store/transaction-record.ts';
import { scratchStore } from './scratch.ts';
import { MINUTE, NOON, start, stop } from './starts-and-stops.ts';

/** Follows the pages to the end: times of receipt in minutes after noon. */
function minutes(store: Store, filter: TransactionFilter): number[] {
  const seen: number[] = [];
  let before: string | undefined;
  do {
    const page = store.transactions.list(before === undefined ? filter : { ...filter, before });
    expect(page.transactions.length).toBeLessThanOrEqual(filter.limit);
    seen.push(...page.transactions.map(({ receivedAt }) => (receivedAt - NOON) / MINUTE));
    before = page.next;
  } while (before !== undefined);
  return seen;
}

async function storeWith(count: number): Promise<Store> {
  const store = scratchStore();
  await Promise.all(
    Array.from({ length: count }, (_, minute) =>
      store.transactions.start(
        start({ chargePointId: `CP-${minute % 2}`, connectorId: minute, startedAt: NOON + minute * MINUTE }),
      ),
    ),
  );
  return store;
}

test('pages meet every transaction once, newest first', async () => {
  const store = await storeWith(7);
  expect(minutes(store, { limit: 3 })).toEqual([6, 5, 4, 3, 2, 1, 0]);
  expect(minutes(store, { limit: 100 })).toEqual([6, 5, 4, 3, 2, 1, 0]);
});

test('a listing can be narrowed to a charge point and to a state', async () => {
  const store = await storeWith(6);
  const open = store.transactions.openOn('CP-1', 3);
  await store.transactions.stop(stop(open?.transactionId ?? 0, { chargePointId: 'CP-1' }));

  expect(minutes(store, { limit: 2, chargePointId: 'CP-1' })).toEqual([5, 3, 1]);
  expect(minutes(store, { limit: 2, state: 'open' })).toEqual([5, 4, 2, 1, 0]);
  expect(minutes(store, { limit: 2, chargePointId: 'CP-1', state: 'stopped' })).toEqual([3]);
  expect(minutes(store, { limit: 2, chargePointId: 'CP' })).toEqual([]);
});

test('transactions of one millisecond are all met', async () => {
  const store = scratchStore();
  await Promise.all(
    Array.from({ length: 5 }, (_, connectorId) => store.transactions.start(start({ connectorId }))),
  );
  expect(minutes(store, { limit: 2 })).toEqual([0, 0, 0, 0, 0]);
});

test('a transaction that starts between two pages does not shift them', async () => {
  const store = await storeWith(4);
  const first = store.transactions.list({ limit: 2 });
  await store.transactions.start(start({ chargePointId: 'NEW', startedAt: NOON + 60 * MINUTE }));
  const second = store.transactions.list({ limit: 2, before: first.next ?? '' });
  expect(
    [...first.transactions, ...second.transactions].map(({ receivedAt }) => (receivedAt - NOON) / MINUTE),
  ).toEqual([3, 2, 1, 0]);
});

test('a search for a rare state looks at a bounded number per call and says where to go on', async () => {
  const store = scratchStore();
  await store.transactions.stop(stop(4_711, { receivedAt: NOON - MINUTE }));
  await Promise.all(
    Array.from({ length: 2_100 }, (_, connectorId) => store.transactions.start(start({ connectorId }))),
  );
  const first = store.transactions.list({ limit: 10, state: 'unmatched' });
  expect(first.transactions).toEqual([]);
  const second = store.transactions.list({ limit: 10, state: 'unmatched', before: first.next ?? '' });
  expect(second.transactions).toMatchObject([{ reportedId: 4_711 }]);
  expect(second.next).toBeUndefined();
});

test('what is no cursor is refused', async () => {
  const store = await storeWith(1);
  expect(() => store.transactions.list({ limit: 1, before: 'yesterday' })).toThrow(RangeError);
});
