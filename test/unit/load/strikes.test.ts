import { expect, onTestFinished, test, vi } from 'vitest';
import { Strikes } from '../../../load/strikes.ts';

test('a strike waits for the one before, none are owed, and the last one ends before the stop', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const ends: (() => void)[] = [];
  const strikes = new Strikes(() => new Promise((resolve) => ends.push(resolve)));
  strikes.start(1_000);
  await vi.advanceTimersByTimeAsync(3_500);
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(ends).toHaveLength(2);

  let isStopped = false;
  const stopped = strikes.stop().then(() => {
    isStopped = true;
  });
  await vi.advanceTimersByTimeAsync(5_000);
  expect([ends.length, isStopped]).toEqual([2, false]);
  ends[1]?.();
  await stopped;
});
