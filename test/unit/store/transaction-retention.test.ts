import { expect, test } from 'vitest';
import { drainOutbox, scratchStore } from './scratch.ts';
import { MINUTE, NOON, start, stop } from './starts-and-stops.ts';

const RETENTION = 60 * MINUTE;
const CLOSED = NOON + 30 * MINUTE;

test('a closed transaction leaves once its retention is over and ClickHouse has it, not before', async () => {
  const store = scratchStore({ transactionRetention: RETENTION });
  const { transaction } = await store.transactions.start(start());
  const { transactionId: id } = transaction;
  await store.transactions.stop(stop(id));

  expect(await store.transactions.expire(CLOSED + RETENTION + 1)).toBe(0);
  expect(store.transactions.get(id)).toBeDefined();
  await drainOutbox(store);
  expect(await store.transactions.expire(CLOSED + RETENTION - 1)).toBe(0);
  expect(await store.transactions.expire(CLOSED + RETENTION + 1)).toBe(1);

  expect(store.transactions.get(id)).toBeUndefined();
  expect(store.transactions.list({ limit: 10 }).transactions).toEqual([]);
  expect(store.transactions.list({ limit: 10, chargePointId: 'CP-1' }).transactions).toEqual([]);
  expect(await store.transactions.start(start())).toMatchObject({ created: true });
});

test('an open transaction stays however old it is', async () => {
  const store = scratchStore({ transactionRetention: RETENTION });
  await store.transactions.start(start());
  await drainOutbox(store);
  expect(await store.transactions.expire(NOON + 1_000 * RETENTION)).toBe(0);
  expect(store.transactions.openOf('CP-1')).toHaveLength(1);
});

test('a late stop begins the retention again', async () => {
  const store = scratchStore({ transactionRetention: RETENTION });
  const { transaction } = await store.transactions.start(start());
  await store.transactions.start(start({ startedAt: NOON + MINUTE }));
  await store.transactions.stop(stop(transaction.transactionId, { receivedAt: NOON + RETENTION }));
  await drainOutbox(store);

  expect(await store.transactions.expire(NOON + RETENTION + 2 * MINUTE)).toBe(0);
  expect(await store.transactions.expire(NOON + 2 * RETENTION + 1)).toBe(1);
});

test('what is removed frees only its own identity: a later transaction with the same words is still found by its repeat', async () => {
  const store = scratchStore({ transactionRetention: RETENTION });
  const dead = { startedAt: 0, timestampPlausible: false, receivedAt: NOON };
  const first = await store.transactions.start(start(dead));
  await store.transactions.stop(stop(first.transaction.transactionId));
  const second = await store.transactions.start(start(dead));
  await drainOutbox(store);
  expect(await store.transactions.expire(CLOSED + RETENTION + 1)).toBe(1);

  expect(await store.transactions.start(start(dead))).toMatchObject({
    created: false,
    transaction: { transactionId: second.transaction.transactionId },
  });
});

test('unmatched stops expire too, and can then be kept again', async () => {
  const store = scratchStore({ transactionRetention: RETENTION });
  await store.transactions.stop(stop(4_711));
  await drainOutbox(store);
  expect(await store.transactions.expire(CLOSED + RETENTION + 1)).toBe(1);
  expect(await store.transactions.stop(stop(4_711))).toMatchObject({ outcome: 'unmatched' });
});

test('each call removes a bounded number, so that nobody waits long for the write lock', async () => {
  const store = scratchStore({ transactionRetention: RETENTION });
  await Promise.all(Array.from({ length: 250 }, (_, index) => store.transactions.stop(stop(10_000 + index))));
  await drainOutbox(store);
  const now = CLOSED + RETENTION + 1;

  expect(await store.transactions.expire(now)).toBe(200);
  expect(await store.transactions.expire(now)).toBe(50);
  expect(await store.transactions.expire(now)).toBe(0);
});
