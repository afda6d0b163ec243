import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { OFF_WHEEL, TimerWheel, type WheelEntry } from '../../../src/edge/timer-wheel.ts';

interface Named extends WheelEntry {
  readonly name: string;
}

const entry = (name: string): Named => ({ name, dueAt: 0, slot: OFF_WHEEL, place: 0 });

describe('a timer wheel', () => {
  let now = 0;
  let called: [name: string, at: number][] = [];
  let wheel: TimerWheel<Named>;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    now = 0;
    called = [];
    wheel = new TimerWheel<Named>(
      ({ name }, at) => called.push([name, at]),
      notExpected,
      () => now,
    );
  });
  afterEach(() => vi.useRealTimers());

  function notExpected(_entry: unknown, error: unknown): never {
    throw error;
  }

  function pass(ms: number, step = 10): void {
    for (let passed = 0; passed < ms; passed += step) {
      now += step;
      vi.advanceTimersByTime(step);
    }
  }

  test('calls an entry when it is due, not before and at most a tick later', () => {
    wheel.schedule(entry('a'), 250);
    pass(240);
    expect(called).toEqual([]);
    pass(120);
    expect(called).toHaveLength(1);
    expect(called[0]?.[1]).toBeGreaterThanOrEqual(250);
    expect(called[0]?.[1]).toBeLessThanOrEqual(350);
  });

  test('with a shorter tick an entry is called sooner after it is due', () => {
    const fine = new TimerWheel<Named>(
      ({ name }, at) => called.push([name, at]),
      notExpected,
      () => now,
      5,
    );
    fine.schedule(entry('far'), 30_001);
    fine.schedule(entry('near'), 253);
    pass(31_000, 1);
    expect(called.map(([name]) => name)).toEqual(['near', 'far']);
    expect((called[0]?.[1] ?? 0) - 253).toBeLessThanOrEqual(10);
    expect((called[1]?.[1] ?? 0) - 30_001).toBeLessThanOrEqual(10);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('what is due beyond a round of the wheel is called on time, too', () => {
    wheel.schedule(entry('far'), 300_050);
    pass(300_000, 100);
    expect(called).toEqual([]);
    pass(200);
    expect(called).toHaveLength(1);
  });

  test('an entry that was taken off is not called', () => {
    const kept = entry('kept');
    const gone = entry('gone');
    wheel.schedule(gone, 100);
    wheel.schedule(kept, 100);
    wheel.cancel(gone);
    wheel.cancel(gone);
    pass(300);
    expect(called.map(([name]) => name)).toEqual(['kept']);
  });

  test('an entry that is put on again is called once, at its new time', () => {
    const moved = entry('moved');
    wheel.schedule(moved, 100);
    wheel.schedule(moved, 500);
    pass(400);
    expect(called).toEqual([]);
    pass(300);
    expect(called).toHaveLength(1);
  });

  test('an entry may go on again, and take others off, while it is called', () => {
    const others = ['x', 'y', 'z'].map(entry);
    const again = entry('again');
    let rounds = 0;
    const busy = new TimerWheel<Named>(
      (due, at) => {
        called.push([due.name, at]);
        if (due !== again) return;
        for (const other of others) busy.cancel(other);
        if (++rounds < 3) busy.schedule(again, at + 200);
      },
      notExpected,
      () => now,
    );
    for (const other of others) busy.schedule(other, 100);
    busy.schedule(again, 100);
    pass(2000);
    expect(called.map(([name]) => name)).toEqual(['again', 'again', 'again']);
    expect(busy.size).toBe(0);
  });

  test('after a stall of the process nothing is lost', () => {
    for (let index = 0; index < 500; index++) wheel.schedule(entry(`${index}`), index * 1000);
    now = 600_000;
    vi.advanceTimersByTime(100);
    expect(called).toHaveLength(500);
  });

  test('many entries in disorder are each called once', () => {
    const entries = Array.from({ length: 2000 }, (_, index) => entry(`${index}`));
    entries.forEach((each, index) => {
      wheel.schedule(each, (index * 7919) % 20_000);
    });
    entries.forEach((each, index) => {
      if (index % 3 === 0) wheel.cancel(each);
    });
    pass(21_000);
    const names = called.map(([name]) => Number(name));
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBe(entries.filter((_, index) => index % 3 !== 0).length);
  });

  test('the one timer runs only while something is on the wheel', () => {
    expect(vi.getTimerCount()).toBe(0);
    const one = entry('one');
    const two = entry('two');
    wheel.schedule(one, 1000);
    wheel.schedule(two, 2000);
    expect(vi.getTimerCount()).toBe(1);
    wheel.cancel(one);
    wheel.cancel(two);
    expect(vi.getTimerCount()).toBe(0);
    now = 50_000;
    wheel.schedule(one, 50_500);
    pass(700);
    expect(called).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('an entry for which the call throws does not take the others with it', () => {
    const failed: string[] = [];
    const shaky = new TimerWheel<Named>(
      ({ name }) => {
        if (name === 'b') throw new Error('boom');
        called.push([name, now]);
      },
      ({ name }, error) => failed.push(`${name}: ${(error as Error).message}`),
      () => now,
    );
    for (const name of ['a', 'b', 'c']) shaky.schedule(entry(name), 100);
    pass(300);
    expect(called.map(([name]) => name).sort()).toEqual(['a', 'c']);
    expect(failed).toEqual(['b: boom']);
  });
});
