import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Alarm, Scheduler } from '../../../src/simulator/scheduler.ts';

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'],
  });
});

afterEach(() => {
  vi.useRealTimers();
});

test('alarms ring in order of their time, whatever order they were set, moved and cancelled in', () => {
  const operation = fc.record({ alarm: fc.nat(30), at: fc.nat(1_000), cancel: fc.boolean() });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
      const scheduler = new Scheduler();
      const rang: [number, number][] = [];
      const owner = { onAlarm: (kind: number, dueAt: number) => void rang.push([dueAt, kind]) };
      const alarms = Array.from({ length: 31 }, (_, kind) => new Alarm(owner, kind));
      const expected = new Map<number, number>();
      const start = scheduler.now();
      for (const { alarm, at, cancel } of operations) {
        if (cancel) {
          scheduler.cancel(alarms[alarm] as Alarm);
          expected.delete(alarm);
        } else {
          scheduler.set(alarms[alarm] as Alarm, start + at);
          expected.set(alarm, start + at);
        }
      }
      expect(scheduler.size).toBe(expected.size);
      vi.advanceTimersByTime(1_001);
      expect(rang.map(([dueAt]) => dueAt)).toEqual([...expected.values()].sort((a, b) => a - b));
      expect(new Map(rang.map(([dueAt, kind]) => [kind, dueAt]))).toEqual(expected);
      scheduler.close();
    }),
  );
});

test('an alarm may set itself again, others, and cancel others while it rings', () => {
  const scheduler = new Scheduler();
  const rang: number[] = [];
  const other = new Alarm({ onAlarm: () => void rang.push(-1) }, 0);
  const cancelled = new Alarm({ onAlarm: () => void rang.push(-2) }, 0);
  const self: Alarm = new Alarm(
    {
      onAlarm: (_, dueAt) => {
        rang.push(dueAt);
        scheduler.cancel(cancelled);
        if (rang.length < 3) scheduler.set(self, dueAt + 10);
        else scheduler.set(other, dueAt);
      },
    },
    0,
  );
  const start = scheduler.now();
  scheduler.set(self, start + 10);
  scheduler.set(cancelled, start + 15);
  vi.advanceTimersByTime(100);
  expect(rang).toEqual([start + 10, start + 20, start + 30, -1]);
});

test('a burst leaves the event loop to others after a while', () => {
  const scheduler = new Scheduler();
  let rang = 0;
  for (let count = 0; count < 1_000; count++) scheduler.set(new Alarm({ onAlarm: () => rang++ }, 0), 5);
  vi.advanceTimersToNextTimer();
  expect(rang).toBeGreaterThan(0);
  expect(rang).toBeLessThan(1_000);
  vi.advanceTimersByTime(10);
  expect(rang).toBe(1_000);
});

test('an alarm beyond what setTimeout can count does not ring at once', () => {
  const scheduler = new Scheduler();
  let rang = 0;
  scheduler.set(new Alarm({ onAlarm: () => rang++ }, 0), scheduler.now() + 3_000_000_000);
  vi.advanceTimersByTime(2_999_999_000);
  expect(rang).toBe(0);
  vi.advanceTimersByTime(2_000);
  expect(rang).toBe(1);
});

test('lateness is told: how far the generator itself lags behind', () => {
  const lateness: number[] = [];
  const scheduler = new Scheduler((ms) => lateness.push(ms));
  scheduler.set(new Alarm({ onAlarm: () => undefined }, 0), scheduler.now() - 40);
  vi.advanceTimersByTime(1);
  expect(lateness[0]).toBeGreaterThanOrEqual(40);
});
