import { expect, test } from 'vitest';
import { counted, idOf, infoOf, NOON, setUp, start, stop } from './central-system-fixture.ts';

const MINUTE = 60_000;

/** A tag that may charge once at a time and does so at CP-1. */
async function charging() {
  const stand = setUp({ settings: { concurrentTx: 1 } });
  await stand.store.tokens.put({ idTag: 'TAG-1', status: 'Accepted' });
  const chargePoint = await stand.booted();
  const id = idOf(await stand.send(chargePoint, 'StartTransaction', start()));
  stand.now = NOON + 60 * MINUTE;
  const close = () =>
    stand.central.closeTransaction({
      transactionId: id,
      cause: 'operator',
      by: 'night-shift',
      at: stand.now,
      reason: 'will never be stopped',
      stoppedAt: NOON + 2 * MINUTE,
      meterStop: 1200,
    });
  const startElsewhere = async (): Promise<unknown> =>
    infoOf(await stand.send(await stand.booted('CP-2'), 'StartTransaction', start())).status;
  const transactions = (event: string): number =>
    counted(stand.registry, 'farad_transactions_total', { event });
  return { stand, chargePoint, id, close, startElsewhere, transactions };
}

test('E15: a transaction that was closed does not count any more', async () => {
  const { chargePoint, close, startElsewhere, transactions } = await charging();
  expect((await close())?.state).toBe('closed');
  expect(chargePoint.openTransactions).toEqual([]);
  expect(await startElsewhere()).toBe('Accepted');
  expect(transactions('closed')).toBe(1);
  expect(await close()).toBeUndefined();
  expect(transactions('closed')).toBe(1);
});

test('E13: a stop that comes after the closing is answered like any other, and kept', async () => {
  const { stand, chargePoint, id, close, transactions } = await charging();
  await close();
  const answer = await stand.send(chargePoint, 'StopTransaction', stop(id, { idTag: 'TAG-1' }));
  expect(answer.payload).toEqual({ idTagInfo: expect.objectContaining({ status: 'Accepted' }) });
  expect(stand.store.transactions.get(id)).toMatchObject({
    state: 'stopped',
    meterStop: 2500,
    flags: ['late-stop'],
    closure: { by: 'night-shift', meterStop: 1200 },
  });
  expect(transactions('late')).toBe(1);
});

test('E14: meter values that come after the closing are kept with the transaction that they name', async () => {
  const { stand, chargePoint, id, close } = await charging();
  await close();
  const meterValue = [{ timestamp: '2026-03-01T12:03:00Z', sampledValue: [{ value: '1900' }] }];
  const told = { connectorId: 1, transactionId: id, meterValue };
  expect((await stand.send(chargePoint, 'MeterValues', told)).payload).toEqual({});
  await stand.send(chargePoint, 'MeterValues', { connectorId: 1, meterValue });
  expect(stand.samples().map((row) => [row.transaction_id, row.value, row.flags])).toEqual([
    [id, 1900, []],
    [null, 1900, []],
  ]);
});

test('E15: the transactions of a charge point that is deleted end with it', async () => {
  const { stand, chargePoint, id, startElsewhere } = await charging();
  await stand.send(chargePoint, 'StartTransaction', start({ connectorId: 2, idTag: 'TAG-2' }));
  await stand.central.closeTransactionsOf('CP-1', 'night-shift');
  expect(stand.store.transactions.openOf('CP-1')).toEqual([]);
  expect(stand.store.transactions.get(id)?.closure).toEqual({
    cause: 'charge-point-deleted',
    by: 'night-shift',
    at: stand.now,
    reason: '',
    stoppedAt: stand.now,
    meterStop: null,
  });
  expect(await startElsewhere()).toBe('Accepted');
});
