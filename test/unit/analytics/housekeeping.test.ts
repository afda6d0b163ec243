import { expect, test, vi } from 'vitest';
import { Housekeeping } from '../../../src/analytics/housekeeping.ts';

const log = () => ({ debug: vi.fn(), warn: vi.fn() });

/** Answers one after the other, then 0. */
const answers = (...done: number[]) => vi.fn(() => Promise.resolve(done.shift() ?? 0));

test('expires transactions and silent jobs until nothing is left to do', async () => {
  const transactions = answers(200, 200, 7);
  const jobs = answers(3);
  const store = { transactions: { expire: transactions }, jobs: { expire: jobs } } as never;
  const lines = log();
  await new Housekeeping({ store, jobSilence: 1_000, log: lines as never, trustedNow: () => 5_000 }).look();
  expect(transactions.mock.calls).toEqual([[5_000], [5_000], [5_000], [5_000]]);
  expect(jobs.mock.calls).toEqual([
    [4_000, 5_000],
    [4_000, 5_000],
  ]);
  expect(lines.debug).toHaveBeenCalledWith({ removed: 407 }, expect.any(String));
});

test('looks again and again, and not after a stop', async () => {
  const expire = answers();
  const store = { transactions: { expire }, jobs: { expire: answers() } } as never;
  const housekeeping = new Housekeeping({
    store,
    jobSilence: 1_000,
    log: log() as never,
    everyMs: 1,
    trustedNow: Date.now,
  });
  housekeeping.start();
  await vi.waitFor(() => expect(expire.mock.calls.length).toBeGreaterThan(2));
  await housekeeping.stop();
  const calls = expire.mock.calls.length;
  await housekeeping.look();
  expect(expire.mock.calls.length).toBe(calls);
});

test('a store that cannot be written to is told, and tried again by the next look', async () => {
  const expire = vi.fn(() => Promise.reject(new Error('disk full')));
  const store = { transactions: { expire }, jobs: { expire: answers() } } as never;
  const lines = log();
  const housekeeping = new Housekeeping({
    store,
    jobSilence: 1_000,
    log: lines as never,
    trustedNow: Date.now,
  });
  await housekeeping.look();
  await housekeeping.look();
  expect(lines.warn).toHaveBeenCalledTimes(2);
});

test('does nothing while the clock is doubted', async () => {
  const expire = answers();
  const store = { transactions: { expire }, jobs: { expire } } as never;
  await new Housekeeping({ store, jobSilence: 1, log: log() as never, trustedNow: () => undefined }).look();
  expect(expire).not.toHaveBeenCalled();
});
