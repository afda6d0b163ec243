import { expect, test } from 'vitest';
import type { CloseInput } from '../../../src/store/transaction-record.ts';
import { drainOutbox, outboxRows, outboxSizes, scratchDirectory, scratchStore } from './scratch.ts';
import { MINUTE, NOON, start, stop } from './starts-and-stops.ts';

const HOUR = 60 * MINUTE;

const ending = (transactionId: number, rest: Partial<CloseInput> = {}): CloseInput => ({
  transactionId,
  cause: 'operator',
  by: 'night-shift',
  at: NOON + 5 * HOUR,
  reason: 'burnt down',
  stoppedAt: NOON + HOUR,
  meterStop: 4_000,
  ...rest,
});

async function storeWithOpen() {
  const store = scratchStore();
  const { transaction } = await store.transactions.start(start());
  return { store, transactions: store.transactions, id: transaction.transactionId };
}

test('an open transaction is closed beside what the charge point says, in the record and in the outbox', async () => {
  const { store, transactions, id } = await storeWithOpen();
  const { transactionId, ...closure } = ending(id);
  const closed = await transactions.close({ transactionId, ...closure });
  expect(closed).toMatchObject({
    state: 'closed',
    version: 2,
    stoppedAt: NOON + HOUR,
    meterStop: 4_000,
    stopReason: '',
    rawStop: '',
    closedAt: NOON + 5 * HOUR,
    closure,
  });
  expect(transactions.get(id)).toEqual(closed);
  expect([
    transactions.openOn('CP-1', 1),
    transactions.openOf('CP-1'),
    transactions.openByTag('TAG-1'),
  ]).toEqual([undefined, [], []]);
  expect(outboxRows(store, 'transactions').map((row) => [row.version, row.state, row.meter_stop])).toEqual([
    [1, 'open', null],
    [2, 'closed', 4_000],
  ]);
  expect(outboxRows(store, 'transaction_closures')).toEqual([
    {
      transaction_id: id,
      charge_point_id: 'CP-1',
      cause: 'operator',
      closed_by: 'night-shift',
      reason: 'burnt down',
      stopped_at: NOON + HOUR,
      meter_stop: 4_000,
      received_at: NOON + 5 * HOUR,
    },
  ]);
});

test('only an open transaction can be closed, and only once', async () => {
  const { store, transactions, id } = await storeWithOpen();
  await transactions.close(ending(id));
  expect(await transactions.close(ending(id, { by: 'day-shift' }))).toBeUndefined();
  expect(await transactions.close(ending(id + 1))).toBeUndefined();
  expect(transactions.get(id)?.closure?.by).toBe('night-shift');

  const { transaction } = await transactions.start(start({ connectorId: 2 }));
  await transactions.stop(stop(transaction.transactionId));
  expect(await transactions.close(ending(transaction.transactionId))).toBeUndefined();
  expect(outboxRows(store, 'transaction_closures')).toHaveLength(1);
});

test('E13: a stop that comes after the closing is kept: its values stand, the closure stays beside them', async () => {
  const { store, transactions, id } = await storeWithOpen();
  const closed = await transactions.close(ending(id));
  const late = stop(id, { receivedAt: NOON + 9 * HOUR });
  const { transaction, outcome } = await transactions.stop(late);
  expect(outcome).toBe('late');
  expect(transaction).toMatchObject({
    state: 'stopped',
    version: 3,
    meterStop: 5_000,
    stoppedAt: NOON + 30 * MINUTE,
    stopReason: 'Local',
    rawStop: '{"stop":1}',
    flags: ['late-stop'],
    closure: closed?.closure,
  });
  expect(await transactions.stop(late)).toEqual({ transaction, outcome: 'repeated' });
  // The days of the assumed end are touched once more, so that their energy is worked out without this
  // transaction.
  expect(outboxRows(store, 'transactions').map((row) => [row.version, row.stopped_at])).toEqual([
    [1, null],
    [2, NOON + HOUR],
    [2, NOON + HOUR],
    [3, NOON + 30 * MINUTE],
  ]);
  // Together with what took its place, so that nobody is told of it as of something new.
  expect(outboxSizes(store, 'transactions')).toEqual([1, 1, 2]);
});

test('a repeated start of a closed transaction gets its number again and opens nothing', async () => {
  const { transactions, id } = await storeWithOpen();
  await transactions.close(ending(id));
  const { transaction, created } = await transactions.start(start());
  expect([transaction.transactionId, created, transaction.state]).toEqual([id, false, 'closed']);
});

test('a closure outlasts a restart, and goes with its transaction when the retention is over', async () => {
  const dataDir = scratchDirectory();
  const first = scratchStore({ dataDir });
  const { transaction } = await first.transactions.start(start());
  const closed = await first.transactions.close(ending(transaction.transactionId));
  await first.close();
  const again = scratchStore({ dataDir, transactionRetention: HOUR });
  expect(again.transactions.get(transaction.transactionId)).toEqual(closed);
  await drainOutbox(again);
  expect(await again.transactions.expire(NOON + 7 * HOUR)).toBe(1);
  expect(again.transactions.get(transaction.transactionId)).toBeUndefined();
});
