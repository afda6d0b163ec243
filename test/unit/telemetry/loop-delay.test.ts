import { expect, test, vi } from 'vitest';
import { LoopDelay } from '../../../src/telemetry/loop-delay.ts';

function blockFor(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test('an event loop is probed only while it has work', () => {
  let used = 0.5;
  const delay = new LoopDelay(() => used);
  used = 0.01;
  delay.look();
  expect(delay.isProbing).toBe(false);
  used = 0.2;
  delay.look();
  expect(delay.isProbing).toBe(true);
});

test('the time without work is no delay, and what was late before it is not forgotten', async () => {
  let used = 0.5;
  const delay = new LoopDelay(() => used);
  await vi.waitUntil(() => {
    blockFor(50);
    return delay.quantile(100) > 0.02;
  });
  const before = delay.quantile(100);
  used = 0.01;
  delay.look();
  const asleepUntil = performance.now() + before * 1000 + 400;
  await vi.waitUntil(() => performance.now() > asleepUntil);
  used = 0.5;
  delay.look();
  let turns = 0;
  await vi.waitUntil(() => ++turns > 10);
  expect(delay.quantile(100)).toBe(before);
});

test('tells how late an event loop was, until it is reset', async () => {
  const delay = new LoopDelay(() => 1);
  await vi.waitUntil(() => {
    blockFor(50);
    return delay.quantile(100) > 0.02;
  });
  delay.reset();
  expect(delay.quantile(100)).toBe(0);
});

test('a look that comes late shows the delay that no probe saw', async () => {
  const delay = new LoopDelay(() => 0);
  delay.look();
  delay.reset();
  vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 5000);
  delay.look();
  vi.restoreAllMocks();
  expect(delay.quantile(100)).toBeGreaterThan(3);
  expect(delay.quantile(50)).toBe(0);
});
