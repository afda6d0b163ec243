import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Environment } from '../../../src/journal/environment.ts';
import { openStore } from '../../../src/store/store.ts';
import { drainOutbox, scratchDirectory, scratchStore } from './scratch.ts';
import { MINUTE, NOON, start, stop } from './starts-and-stops.ts';

/**
 * A data directory as it was while 0, the meterStart or the meterStop stood for a register that could not be
 * read.
 */
async function olderDirectory(fill: (store: ReturnType<typeof openStore>) => Promise<void>): Promise<string> {
  const dataDir = scratchDirectory();
  const store = openStore({ dataDir, role: 'setup' });
  await fill(store);
  await store.close();
  const state = new Environment(join(dataDir, 'state'));
  state.transactSync(() => {
    state.records<number>('schema').put(Buffer.from('transactions'), 2);
  });
  await state.close();
  return dataDir;
}

test('what stood for a register that could not be read is taken back, and found as before', async () => {
  const noStart = start({ meterStart: 0, flags: ['salvaged', 'meter-start-missing'] });
  const noStop = { meterStop: 1_000, flags: ['meter-stop-unreadable'] };
  let ids: number[] = [];
  const dataDir = await olderDirectory(async ({ transactions }) => {
    const first = await transactions.start(noStart);
    const second = await transactions.start(start({ connectorId: 2, startedAt: NOON + MINUTE }));
    const third = await transactions.start(start({ connectorId: 3, meterStart: 0 }));
    await transactions.stop(stop(second.transaction.transactionId, noStop));
    const unmatched = await transactions.stop(stop(999, { meterStop: 7_000 }));
    ids = [first, second, third, unmatched].map(({ transaction }) => transaction.transactionId);
  });

  const store = scratchStore({ dataDir, transactionRetention: 1 });
  const registers = ids.map((id) => {
    const record = store.transactions.get(id);
    return [record?.meterStart, record?.meterStop];
  });
  expect(registers).toEqual([
    [null, null],
    [1_000, null],
    [0, null],
    [null, 7_000],
  ]);

  const again = await store.transactions.start({ ...noStart, meterStart: null });
  expect(again).toMatchObject({ created: false, transaction: { transactionId: ids[0] } });
  const repeated = await store.transactions.stop(stop(ids[1] as number, { ...noStop, meterStop: null }));
  expect(repeated.outcome).toBe('repeated');
  const unmatched = await store.transactions.stop(stop(999, { meterStop: 7_000 }));
  expect(unmatched).toMatchObject({ outcome: 'repeated', transaction: { transactionId: ids[3] } });

  await store.transactions.stop(stop(ids[0] as number));
  await drainOutbox(store);
  await store.transactions.expire(NOON + 24 * 60 * MINUTE);
  expect(await store.transactions.start({ ...noStart, meterStart: null })).toMatchObject({ created: true });
});
