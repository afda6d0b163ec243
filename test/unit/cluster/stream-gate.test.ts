import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { StreamGate } from '../../../src/cluster/stream-gate.ts';

/** As in use, forty times as fast. */
const PATIENCE = { firstMs: 50, againMs: 12, pauseMs: 3 };

const inMs = (ms: number): number => performance.now() + ms;

/** A stream whose n-th answer (from 1) comes `delayOf` it later; null: it says nothing before `deadline`. */
function fakeStream(deadline: number, delayOf: (question: number) => number | null) {
  const stream = {
    asked: 0,
    ask: async (): Promise<number | undefined> => {
      const question = ++stream.asked;
      const delay = delayOf(question);
      await pause(delay ?? deadline - performance.now());
      return delay === null ? undefined : question;
    },
  };
  return stream;
}

test('a stream that is slow is heard, although the next question is asked before it answers', async () => {
  const deadline = inMs(20_000);
  const gate = new StreamGate(PATIENCE);
  // Its leader was away for the first question, and answers each later one after three more were asked.
  const stream = fakeStream(deadline, (question) => (question === 1 ? null : 45));
  expect(await gate.through(deadline, stream.ask)).toBe(2);
  expect(performance.now()).toBeLessThan(deadline - 10_000);
  // The gate is open for the others.
  const others = fakeStream(deadline, () => 0);
  const before = performance.now();
  await Promise.all([gate.through(deadline, others.ask), gate.through(deadline, others.ask)]);
  expect(others.asked).toBe(2);
  expect(performance.now() - before).toBeLessThan(5000);
});

test('the first question may be answered late, also after others were asked', async () => {
  const deadline = inMs(20_000);
  const gate = new StreamGate(PATIENCE);
  const stream = fakeStream(deadline, (question) => (question === 1 ? 100 : null));
  expect(await gate.through(deadline, stream.ask)).toBe(1);
  expect(stream.asked).toBeGreaterThan(1);
});

test('while it is silent one asks, and the others wait', async () => {
  const gate = new StreamGate(PATIENCE);
  let asked = 0;
  let isBack = false;
  let most = 0;
  const ask = async (): Promise<true | undefined> => {
    asked++;
    await pause(1);
    return isBack || undefined;
  };
  const deadline = inMs(20_000);
  await gate.through(inMs(30), ask);
  asked = 0;
  const waiting = Array.from({ length: 50 }, () => gate.through(deadline, ask));
  while (asked < 10) await pause(1);
  most = asked;
  isBack = true;
  expect(await Promise.all(waiting)).toEqual(waiting.map(() => true));
  expect(most).toBeLessThan(30);
});

test('nothing is heard where the time is over, and what is asked then goes to the next', async () => {
  const gate = new StreamGate(PATIENCE);
  const deadline = inMs(80);
  const stream = fakeStream(deadline, () => null);
  expect(await gate.through(deadline, stream.ask)).toBeUndefined();
  expect(performance.now()).toBeGreaterThanOrEqual(deadline - 1);
  expect(await gate.through(inMs(20_000), () => Promise.resolve('there'))).toBe('there');
});

test('a refusal is an answer, and comes out', async () => {
  const gate = new StreamGate(PATIENCE);
  await expect(gate.through(inMs(20_000), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
});

test('where it answers others, who is not answered asks again after a pause', async () => {
  const gate = new StreamGate(PATIENCE);
  const deadline = inMs(20_000);
  let asked = 0;
  const overloaded = async (): Promise<true | undefined> => {
    asked++;
    await gate.through(deadline, () => Promise.resolve('another one'));
    return asked > 3 || undefined;
  };
  const begun = performance.now();
  expect(await gate.through(deadline, overloaded)).toBe(true);
  expect(performance.now() - begun).toBeGreaterThan(3 * PATIENCE.pauseMs - 1);
});
