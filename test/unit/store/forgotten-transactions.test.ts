import { describe, expect, test } from 'vitest';
import { isForgotten, suspicionsOf } from '../../../src/store/forgotten-transactions.ts';
import type { Store } from '../../../src/store/store.ts';
import { scratchStore } from './scratch.ts';
import { MINUTE, NOON, start } from './starts-and-stops.ts';

const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** CP-1 with an open transaction on connector 1, begun and last heard of at noon. */
async function charging() {
  const store = scratchStore();
  await store.chargePoints.register('CP-1', NOON - DAY, 10);
  await store.chargePoints.seen(new Map([['CP-1', NOON]]));
  const { transaction } = await store.transactions.start(start());
  const suspicions = (now: number) => suspicionsOf(store, transaction, now, DAY);
  return { store, transaction, suspicions };
}

const status = (store: Store, word: string, at: number, ts = at) =>
  store.connectors.report({
    chargePointId: 'CP-1',
    connectorId: 1,
    status: word,
    errorCode: 'NoError',
    info: '',
    vendorId: '',
    vendorErrorCode: '',
    ts,
    receivedAt: at,
  });

const connect = (store: Store) =>
  store.sessions.claim({
    chargePointId: 'CP-1',
    edge: 'edge-0',
    connectedAt: NOON,
    remoteAddress: '192.0.2.1',
  });

describe('an open transaction', () => {
  test('whose charge point is away is suspect once that was silent for long enough', async () => {
    const { store, suspicions } = await charging();
    expect(suspicions(NOON + DAY - 1)).toEqual([]);
    expect(suspicions(NOON + DAY)).toEqual([{ reason: 'silent', since: NOON }]);
    await connect(store);
    expect(suspicions(NOON + DAY)).toEqual([]);
  });

  test('is suspect once its connector is Available again, and no longer when a vehicle comes', async () => {
    const { store, suspicions } = await charging();
    await status(store, 'Charging', NOON + MINUTE);
    expect(suspicions(NOON + HOUR)).toEqual([]);
    await status(store, 'Available', NOON + 30 * MINUTE);
    expect(suspicions(NOON + HOUR)).toEqual([{ reason: 'connector-available', since: NOON + 30 * MINUTE }]);
    await status(store, 'Available', NOON + 50 * MINUTE);
    expect(suspicions(NOON + HOUR)).toEqual([{ reason: 'connector-available', since: NOON + 30 * MINUTE }]);
    await status(store, 'Preparing', NOON + 55 * MINUTE);
    expect(suspicions(NOON + HOUR)).toEqual([]);
  });

  test('is not suspect because its connector was Available before it began, or another one is', async () => {
    const { store, suspicions } = await charging();
    await status(store, 'Available', NOON - MINUTE);
    await store.connectors.report({
      ...(await status(store, 'Available', NOON - MINUTE)).connector,
      connectorId: 2,
      ts: NOON + MINUTE,
      receivedAt: NOON + MINUTE,
    });
    expect(suspicions(NOON + HOUR)).toEqual([]);
  });

  test('is not suspect because of a report from before it began that came late', async () => {
    const { store, transaction, suspicions } = await charging();
    const { startedAt } = transaction;
    await status(store, 'Available', NOON + MINUTE, startedAt - 1);
    expect(suspicions(NOON + HOUR)).toEqual([]);
    await status(store, 'Available', NOON + MINUTE, startedAt);
    expect(suspicions(NOON + HOUR)).toEqual([]);
    await status(store, 'Available', NOON + 2 * MINUTE, startedAt + 1);
    expect(suspicions(NOON + HOUR)).toMatchObject([{ reason: 'connector-available' }]);
  });

  test.each([
    ['years behind', NOON - 3000 * DAY, NOON],
    ['years ahead', NOON + 3000 * DAY, NOON + HOUR],
  ])(
    'is suspect since a time that can be, also where the clock of the charge point is %s',
    async (_, ts, since) => {
      const { store, suspicions } = await charging();
      await status(store, 'Available', NOON + HOUR, ts);
      expect(suspicions(NOON + 2 * HOUR)).toEqual([{ reason: 'connector-available', since }]);
    },
  );

  test('is suspect when its charge point is gone', async () => {
    const { store, suspicions } = await charging();
    await store.chargePoints.remove('CP-1');
    expect(suspicions(NOON + 1)).toEqual([{ reason: 'charge-point-gone', since: null }]);
  });

  test('is forgotten when a reason has stood for long enough; silence only while Farad was there', async () => {
    const { store, transaction, suspicions } = await charging();
    const forgotten = (now: number, beganAt = 0) =>
      isForgotten(transaction, suspicions(now), { now, after: DAY, beganAt });
    expect(forgotten(NOON + DAY - 1)).toBe(false);
    expect(forgotten(NOON + DAY)).toBe(true);
    // Farad was away for two days: charge points need time to come back.
    expect(forgotten(NOON + 2 * DAY, NOON + 2 * DAY)).toBe(false);
    expect(forgotten(NOON + 3 * DAY, NOON + 2 * DAY)).toBe(true);
    await status(store, 'Available', NOON + HOUR);
    expect(forgotten(NOON + DAY + HOUR - 1, NOON + 2 * DAY)).toBe(false);
    expect(forgotten(NOON + DAY + HOUR, NOON + 2 * DAY)).toBe(true);
    await store.chargePoints.remove('CP-1');
    expect(forgotten(NOON + DAY - 1)).toBe(false);
    expect(forgotten(NOON + DAY)).toBe(true);
  });
});

test('one that has ended is not suspect', async () => {
  const { store, transaction } = await charging();
  const closed = await store.transactions.close({
    transactionId: transaction.transactionId,
    cause: 'operator',
    by: '',
    at: NOON,
    reason: '',
    stoppedAt: NOON,
    meterStop: null,
  });
  expect(closed && suspicionsOf(store, closed, NOON + 10 * DAY, DAY)).toEqual([]);
});

test('open transactions are listed by charge point and connector, page by page', async () => {
  const { transactions } = scratchStore();
  for (const [chargePointId, connectorId] of [
    ['CP-2', 1],
    ['CP-1', 2],
    ['CP 1', 1],
    ['CP-1', 10],
    ['CP-10', 1],
  ] as const) {
    await transactions.start(start({ chargePointId, connectorId }));
  }
  const places = (options: { chargePointId?: string; limit: number }): unknown[] => {
    const found: unknown[] = [];
    let after: string | undefined;
    do {
      const page = transactions.listOpen({ ...options, after });
      expect(page.transactions.length).toBeLessThanOrEqual(options.limit);
      found.push(
        ...page.transactions.map(({ chargePointId, connectorId }) => `${chargePointId}/${connectorId}`),
      );
      after = page.next;
    } while (after !== undefined);
    return found;
  };
  const all = ['CP 1/1', 'CP-1/2', 'CP-1/10', 'CP-10/1', 'CP-2/1'];
  for (const limit of [1, 2, 5, 100]) expect(places({ limit })).toEqual(all);
  expect(places({ chargePointId: 'CP-1', limit: 1 })).toEqual(['CP-1/2', 'CP-1/10']);
  expect(() => transactions.listOpen({ after: 'nonsense', limit: 1 })).toThrow(RangeError);
});
