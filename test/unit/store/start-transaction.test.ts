import { expect, test } from 'vitest';
import type { TransactionRecord } from '../../../src/store/transaction-record.ts';
import { outboxRows, scratchDirectory, scratchStore } from './scratch.ts';
import { MINUTE, NOON, start, stop } from './starts-and-stops.ts';

const ids = (records: readonly TransactionRecord[]) => records.map(({ transactionId }) => transactionId);

test('a started transaction is found by id, by connector, by charge point and by tag', async () => {
  const { transactions } = scratchStore();
  const { transaction, created } = await transactions.start(start());

  expect(created).toBe(true);
  expect(transaction).toMatchObject({ state: 'open', version: 1, meterStart: 1_000, closedAt: null });
  expect(transactions.get(transaction.transactionId)).toEqual(transaction);
  expect(transactions.openOn('CP-1', 1)).toEqual(transaction);
  expect(transactions.openOf('CP-1')).toEqual([transaction]);
  expect(transactions.openByTag('tag-1')).toEqual([transaction]);
  expect(transactions.openOn('CP-1', 2)).toBeUndefined();
  expect(transactions.openOf('CP-10')).toEqual([]);
});

test('E1: a start that is not authorized gets an id all the same and is recorded with its answer', async () => {
  const store = scratchStore();
  const { transaction } = await store.transactions.start(
    start({ authorize: () => ({ status: 'Blocked', parentIdTag: 'FLEET' }) }),
  );

  expect(transaction.transactionId).toBeGreaterThan(0);
  expect(transaction).toMatchObject({ authorization: 'Blocked', parentIdTag: 'FLEET', state: 'open' });
  expect(outboxRows(store, 'transactions')).toMatchObject([
    {
      transaction_id: transaction.transactionId,
      authorization: 'Blocked',
      version: 1,
      state: 'open',
      raw_start: '{"start":1}',
    },
  ]);
});

test('E4: ids are positive, different and fit 32 signed bits, also over restarts and on several edges', async () => {
  const dataDir = scratchDirectory();
  const seen: number[] = [];
  for (const owner of ['edge-0', 'edge-1', 'edge-0']) {
    const store = scratchStore({ dataDir, role: 'edge' });
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        store.transactions.start(start({ connectorId: index, chargePointId: `${owner}-${seen.length}` })),
      ),
    );
    seen.push(...ids(outcomes.map(({ transaction }) => transaction)));
    await store.close();
  }

  expect(new Set(seen).size).toBe(120);
  expect(Math.min(...seen)).toBeGreaterThan(0);
  expect(Math.max(...seen)).toBeLessThan(2 ** 31);
});

test('E8: a repeated StartTransaction gets the same transactionId and status, whatever is decided by now', async () => {
  const store = scratchStore();
  const first = await store.transactions.start(start());
  const repeated = await store.transactions.start(
    start({
      idTag: 'tag-1',
      receivedAt: NOON + MINUTE,
      authorize: () => {
        throw new Error('a repeated start is not decided again');
      },
    }),
  );

  expect(repeated).toEqual({ transaction: first.transaction, created: false });
  expect(outboxRows(store, 'transactions')).toHaveLength(1);
});

test('E8: the same StartTransaction on two sockets in one tick gets one id', async () => {
  const { transactions } = scratchStore();
  const outcomes = await Promise.all([transactions.start(start()), transactions.start(start())]);

  expect(new Set(ids(outcomes.map(({ transaction }) => transaction))).size).toBe(1);
  expect(outcomes.map(({ created }) => created)).toEqual([true, false]);
});

test.each([
  ['connector', { connectorId: 2 }],
  ['charge point', { chargePointId: 'CP-2' }],
  ['idTag', { idTag: 'TAG-2' }],
  ['timestamp', { startedAt: NOON + 1 }],
  ['meterStart', { meterStart: 1_001 }],
  ['reservationId', { reservationId: 0 }],
])('E8: a start that differs in its %s is another transaction', async (_what, difference) => {
  const { transactions } = scratchStore();
  const first = await transactions.start(start());
  const second = await transactions.start(start(difference));
  expect(second.created).toBe(true);
  expect(second.transaction.transactionId).not.toBe(first.transaction.transactionId);
});

test('E8: a repeat that comes after the stop still gets the id of the transaction that has ended', async () => {
  const { transactions } = scratchStore();
  const { transaction } = await transactions.start(start());
  await transactions.stop(stop(transaction.transactionId));
  const repeated = await transactions.start(start());

  expect(repeated).toMatchObject({
    created: false,
    transaction: { transactionId: transaction.transactionId, state: 'stopped' },
  });
  expect(transactions.openOn('CP-1', 1)).toBeUndefined();
});

test('a charge point whose clock is dead starts anew with the same words: a new transaction, flagged', async () => {
  const { transactions } = scratchStore();
  const dead = { startedAt: 0, timestampPlausible: false, flags: ['start-time-implausible'] };
  const first = await transactions.start(start(dead));
  const retry = await transactions.start(start(dead));
  expect(retry).toMatchObject({ created: false });
  await transactions.stop(stop(first.transaction.transactionId));
  const second = await transactions.start(start(dead));

  expect(second).toMatchObject({
    created: true,
    transaction: { flags: ['start-time-implausible', 'start-repeats-closed'], state: 'open' },
  });
  expect(second.transaction.transactionId).not.toBe(first.transaction.transactionId);
  expect(await transactions.start(start(dead))).toMatchObject({
    created: false,
    transaction: second.transaction,
  });
});

test('E16: a new start on a connector supersedes the transaction that was open there', async () => {
  const store = scratchStore();
  const { transactions } = store;
  const first = await transactions.start(start());
  const other = await transactions.start(start({ connectorId: 2, idTag: 'TAG-2' }));
  const second = await transactions.start(start({ startedAt: NOON + MINUTE }));

  expect(second.superseded).toEqual({
    ...first.transaction,
    version: 2,
    state: 'superseded',
    closedAt: NOON + MINUTE,
  });
  expect(transactions.openOn('CP-1', 1)).toEqual(second.transaction);
  expect(ids(transactions.openOf('CP-1'))).toEqual(ids([second.transaction, other.transaction]));
  expect(ids(transactions.openByTag('TAG-1'))).toEqual(ids([second.transaction]));
  expect(
    outboxRows(store, 'transactions').map((row) => [row.transaction_id, row.version, row.state]),
  ).toEqual([
    [first.transaction.transactionId, 1, 'open'],
    [other.transaction.transactionId, 1, 'open'],
    [first.transaction.transactionId, 2, 'superseded'],
    [second.transaction.transactionId, 1, 'open'],
  ]);
});

test('E15: what counts against a limit are other open transactions of the tag, not the one that this start ends', async () => {
  const { transactions } = scratchStore();
  const others = async (input: Parameters<typeof start>[0]) => {
    let counted: number[] = [];
    const { transaction } = await transactions.start(
      start({
        ...input,
        authorize: (open) => {
          counted = ids(open());
          return { status: 'Accepted', parentIdTag: '' };
        },
      }),
    );
    return { counted, id: transaction.transactionId };
  };
  const first = await others({});
  expect(first.counted).toEqual([]);
  const elsewhere = await others({ chargePointId: 'CP-2', idTag: 'tag-1' });
  expect(elsewhere.counted).toEqual([first.id]);
  const sameConnector = await others({ startedAt: NOON + MINUTE });
  expect(sameConnector.counted).toEqual([elsewhere.id]);
  expect((await others({ chargePointId: 'CP-3', idTag: 'TAG-10' })).counted).toEqual([]);
});

test('two starts with one tag in one tick see each other: a limit of one holds', async () => {
  const { transactions } = scratchStore();
  const limited = (chargePointId: string) =>
    transactions.start(
      start({
        chargePointId,
        authorize: (open) => ({ status: open().length >= 1 ? 'ConcurrentTx' : 'Accepted', parentIdTag: '' }),
      }),
    );
  const outcomes = await Promise.all([limited('CP-1'), limited('CP-2')]);

  expect(outcomes.map(({ transaction }) => transaction.authorization)).toEqual(['Accepted', 'ConcurrentTx']);
});

test('a start whose decision fails leaves nothing behind: no record, no row, nothing superseded', async () => {
  const store = scratchStore();
  const { transaction: open } = await store.transactions.start(start());
  const failing = store.transactions.start(
    start({
      startedAt: NOON + MINUTE,
      authorize: () => {
        throw new Error('directory unreadable');
      },
    }),
  );

  await expect(failing).rejects.toThrow('directory unreadable');
  expect(store.transactions.openOn('CP-1', 1)).toEqual(open);
  expect(outboxRows(store, 'transactions')).toHaveLength(1);
});

test('strange content is kept: an endless idTag, a connector that cannot be, a text that is no time', async () => {
  const { transactions } = scratchStore();
  const idTag = '\u0000Ä'.repeat(2_000);
  const { transaction } = await transactions.start(
    start({ idTag, connectorId: -7, timestamp: 'x'.repeat(10_000), reservationId: -1 }),
  );
  expect(transactions.openByTag(idTag)).toEqual([transaction]);
  expect(transactions.openOn('CP-1', -7)).toEqual(transaction);
});
