import { expect, test } from 'vitest';
import type { CentralSystemSettings } from '../../../src/central-system/central-system.ts';
import { counted, idOf, infoOf, NOON, setUp, start, stop } from './central-system-fixture.ts';

const MINUTE = 60_000;

/** A tag that may charge once at a time and does so at CP-1. */
async function charging(settings: Partial<CentralSystemSettings> = {}) {
  const stand = setUp({ settings: { concurrentTx: 1, ...settings } });
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
  /** What a start at another charge point is answered, which ends at once. */
  const startElsewhere = async (): Promise<unknown> => {
    const other = await stand.booted('CP-2');
    const timestamp = new Date(stand.now).toISOString();
    const answer = await stand.send(other, 'StartTransaction', start({ timestamp }));
    await stand.send(other, 'StopTransaction', stop(idOf(answer), { timestamp }));
    return infoOf(answer).status;
  };
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

test.each([
  ['keep', 'ConcurrentTx'],
  ['ignore', 'Accepted'],
  ['close', 'Accepted'],
] as const)('E15: a forgotten transaction with the setting %s: %s', async (forgotten, answered) => {
  const { stand, chargePoint, startElsewhere } = await charging({ forgotten, forgottenAfter: 30 * MINUTE });
  const session = { chargePointId: 'CP-1', edge: 'edge-0', connectedAt: NOON, remoteAddress: '192.0.2.1' };
  await stand.store.sessions.claim(session);
  const available = { connectorId: 1, errorCode: 'NoError', status: 'Available' };
  await stand.send(chargePoint, 'StatusNotification', { ...available, timestamp: '2026-03-01T13:00:00Z' });
  stand.now += 29 * MINUTE;
  expect(await startElsewhere()).toBe('ConcurrentTx');
  stand.now += MINUTE;
  expect(await startElsewhere()).toBe(answered);
});
