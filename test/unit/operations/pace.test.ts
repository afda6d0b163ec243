import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Pace } from '../../../src/operations/sites/pace.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('calls that are decided on together leave a few at a time, in their order', async () => {
  const pace = new Pace(500);
  const gone: number[] = [];
  for (let call = 0; call < 20; call++) void pace.turn().then(() => gone.push(call));
  const after = async (ms: number): Promise<number> => {
    await vi.advanceTimersByTimeAsync(ms);
    return gone.length;
  };
  expect(await after(0)).toBe(6);
  expect(await after(9)).toBe(6);
  expect(await after(1)).toBe(12);
  expect(await after(10)).toBe(18);
  expect(await after(10)).toBe(20);
  expect(gone).toEqual(gone.toSorted((a, b) => a - b));
});

test('a single call does not wait, however many went before', async () => {
  const pace = new Pace(500);
  for (let call = 0; call < 6; call++) await pace.turn();
  await vi.advanceTimersByTimeAsync(20);
  let isGone = false;
  void pace.turn().then(() => {
    isGone = true;
  });
  await vi.advanceTimersByTimeAsync(0);
  expect(isGone).toBe(true);
  expect(vi.getTimerCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(50);
  expect(vi.getTimerCount()).toBe(0);
});

test('nobody leaves once it is stopped', async () => {
  const pace = new Pace(100);
  let gone = 0;
  for (let call = 0; call < 5; call++) void pace.turn().then(() => gone++);
  await vi.advanceTimersByTimeAsync(0);
  pace.stop();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(gone).toBe(2);
});
