import { expect, test } from 'vitest';
import { outboxRows, scratchStore } from './scratch.ts';
import { MINUTE, NOON, start, stop } from './starts-and-stops.ts';

async function storeWithOpen() {
  const store = scratchStore();
  const { transaction } = await store.transactions.start(start());
  return { store, transactions: store.transactions, id: transaction.transactionId };
}

test('a stop closes its transaction, in the record and in the outbox', async () => {
  const { store, transactions, id } = await storeWithOpen();
  const { transaction, outcome } = await transactions.stop(
    stop(id, { reason: 'EVDisconnected', flags: ['odd'] }),
  );

  expect(outcome).toBe('stopped');
  expect(transaction).toMatchObject({
    transactionId: id,
    version: 2,
    state: 'stopped',
    meterStop: 5_000,
    stopReason: 'EVDisconnected',
    flags: ['odd'],
    closedAt: NOON + 30 * MINUTE,
  });
  expect(transactions.get(id)).toEqual(transaction);
  expect([
    transactions.openOn('CP-1', 1),
    ...transactions.openOf('CP-1'),
    ...transactions.openByTag('TAG-1'),
  ]).toEqual([undefined]);
  expect(
    outboxRows(store, 'transactions').map((row) => [
      row.transaction_id,
      row.version,
      row.state,
      row.meter_stop,
    ]),
  ).toEqual([
    [id, 1, 'open', null],
    [id, 2, 'stopped', 5_000],
  ]);
});

test('E5: a stop that makes no sense is recorded and flagged', async () => {
  const { transactions, id } = await storeWithOpen();
  const { transaction } = await transactions.stop(stop(id, { meterStop: 10, stoppedAt: NOON - MINUTE }));
  expect(transaction).toMatchObject({
    state: 'stopped',
    flags: ['meter-stop-below-start', 'stop-before-start'],
  });
});

test('E9: a repeated StopTransaction is answered again and changes nothing', async () => {
  const { store, transactions, id } = await storeWithOpen();
  const first = await transactions.stop(stop(id));
  const repeated = await transactions.stop(stop(id, { receivedAt: NOON + 90 * MINUTE }));

  expect(repeated).toEqual({ transaction: first.transaction, outcome: 'repeated' });
  expect(outboxRows(store, 'transactions')).toHaveLength(2);
});

test('E9: a different stop does not overwrite the first and is kept once, for review', async () => {
  const { store, transactions, id } = await storeWithOpen();
  const first = await transactions.stop(stop(id));
  const different = stop(id, { meterStop: 9_999, stoppedAt: NOON + 40 * MINUTE });
  expect(await transactions.stop(different)).toEqual({ transaction: first.transaction, outcome: 'repeated' });
  expect(await transactions.stop(different)).toEqual({ transaction: first.transaction, outcome: 'repeated' });

  expect(transactions.get(id)).toEqual(first.transaction);
  expect(transactions.list({ state: 'unmatched', limit: 10 }).transactions).toMatchObject([
    { meterStop: 9_999, flags: ['conflicting-stop'], rawStop: '{"stop":1}', reportedId: id },
  ]);
  expect(outboxRows(store, 'transactions')).toHaveLength(3);
});

test('E7: a stop of a transaction that nobody knows is kept under an id of our own, once', async () => {
  const store = scratchStore();
  const { transaction, outcome } = await store.transactions.stop(stop(4_711));
  expect(outcome).toBe('unmatched');
  expect(transaction).toMatchObject({
    state: 'unmatched',
    chargePointId: 'CP-1',
    reportedId: 4_711,
    flags: ['transaction-id-unknown'],
    rawStop: '{"stop":1}',
  });
  expect(transaction.transactionId).not.toBe(4_711);
  expect(await store.transactions.stop(stop(4_711))).toEqual({ transaction, outcome: 'repeated' });
  expect(outboxRows(store, 'transactions')).toMatchObject([{ state: 'unmatched', raw_stop: '{"stop":1}' }]);
});

test("E7: a stop with the id of another charge point's transaction does not close that one", async () => {
  const { transactions, id } = await storeWithOpen();
  expect(await transactions.stop(stop(id, { chargePointId: 'CP-2' }))).toMatchObject({
    outcome: 'unmatched',
  });
  expect(transactions.get(id)?.state).toBe('open');
});

test.each([Number('9223372036854775808'), 1.5, 2 ** 40])(
  'F5: the transactionId %d is answered, not matched',
  async (transactionId) => {
    const { transactions, id } = await storeWithOpen();
    expect(await transactions.stop(stop(transactionId))).toMatchObject({ outcome: 'unmatched' });
    expect(transactions.get(id)?.state).toBe('open');
  },
);

test('E6: a stop with transactionId -1 closes the open transaction it must mean, and its repeat changes nothing', async () => {
  const { transactions, id } = await storeWithOpen();
  const { transaction, outcome } = await transactions.stop(stop(-1));
  expect(outcome).toBe('stopped');
  expect(transaction).toMatchObject({
    transactionId: id,
    state: 'stopped',
    flags: ['transaction-id-missing'],
    reportedId: -1,
  });
  expect(await transactions.stop(stop(-1))).toEqual({ transaction, outcome: 'repeated' });
  expect(await transactions.stop(stop(id))).toEqual({ transaction, outcome: 'repeated' });
});

test('E6: with several open transactions the tag, the time and the meter tell which one a -1 means', async () => {
  const { transactions } = scratchStore();
  const one = await transactions.start(start({ connectorId: 1, idTag: 'A' }));
  const two = await transactions.start(start({ connectorId: 2, idTag: 'B' }));
  await transactions.start(start({ connectorId: 3, idTag: 'A', startedAt: NOON + 60 * MINUTE }));
  await transactions.start(start({ connectorId: 4, idTag: 'A', meterStart: 900_000 }));

  expect(await transactions.stop(stop(-1, { idTag: 'b' }))).toMatchObject({
    outcome: 'stopped',
    transaction: { transactionId: two.transaction.transactionId },
  });
  expect(await transactions.stop(stop(0, { idTag: '' }))).toMatchObject({
    outcome: 'stopped',
    transaction: { transactionId: one.transaction.transactionId },
  });
});

test('E6: a -1 that could mean two transactions closes neither', async () => {
  const { transactions } = scratchStore();
  await transactions.start(start({ connectorId: 1 }));
  await transactions.start(start({ connectorId: 2 }));
  expect(await transactions.stop(stop(-1))).toMatchObject({
    outcome: 'unmatched',
    transaction: { flags: ['transaction-id-missing'] },
  });
  expect(transactions.openOf('CP-1')).toHaveLength(2);
});

test('E16: the late stop of a superseded transaction is accepted and recorded, once', async () => {
  const { transactions, id } = await storeWithOpen();
  const next = await transactions.start(start({ startedAt: NOON + MINUTE }));
  const late = await transactions.stop(stop(id, { receivedAt: NOON + 60 * MINUTE }));

  expect(late).toMatchObject({
    outcome: 'late',
    transaction: { transactionId: id, version: 3, state: 'stopped', meterStop: 5_000, flags: ['late-stop'] },
  });
  expect(await transactions.stop(stop(id))).toMatchObject({ outcome: 'repeated' });
  expect(transactions.openOn('CP-1', 1)).toEqual(next.transaction);
});

test('the same stop on two sockets in one tick is recorded once', async () => {
  const { store, transactions, id } = await storeWithOpen();
  const outcomes = await Promise.all([transactions.stop(stop(id)), transactions.stop(stop(id))]);
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['stopped', 'repeated']);
  expect(outboxRows(store, 'transactions')).toHaveLength(2);
});
