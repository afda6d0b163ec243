import { expect, test, vi } from 'vitest';
import { Housekeeping } from '../../../src/analytics/housekeeping.ts';
import { ClockGuard } from '../../../src/store/clock-guard.ts';
import { drainOutbox, scratchDirectory, scratchStore } from './scratch.ts';
import { MINUTE, NOON, start, stop } from './starts-and-stops.ts';

const DAY = 24 * 60 * MINUTE;

test('a clock that jumps by ten years costs no transaction until an operator says that it is right', async () => {
  const dataDir = scratchDirectory();
  const store = scratchStore({ dataDir, transactionRetention: 30 * DAY });
  const { transaction } = await store.transactions.start(start());
  await store.transactions.stop(stop(transaction.transactionId));
  await drainOutbox(store);
  let wall = NOON + DAY;
  const guard = new ClockGuard(dataDir, () => ({ wall, uptime: DAY, boot: 'first' }));
  const log = { debug: vi.fn(), warn: vi.fn() };
  const housekeeping = new Housekeeping({
    store,
    jobSilence: DAY,
    log: log as never,
    trustedNow: () => guard.trustedNow(),
  });
  guard.look();

  wall += 3650 * DAY;
  guard.look();
  await housekeeping.look();
  expect(store.transactions.get(transaction.transactionId)).toBeDefined();

  guard.adopt();
  await housekeeping.look();
  expect(store.transactions.get(transaction.transactionId)).toBeUndefined();
  expect(log.warn).not.toHaveBeenCalled();
});
