import { describe, expect, test } from 'vitest';
import { Admission, retryAfterSeconds } from '../../../src/edge/admission.ts';
import { TokenBucket } from '../../../src/edge/token-bucket.ts';

describe('a token bucket', () => {
  test('lets the burst pass at once and the rate for long', () => {
    const bucket = new TokenBucket(10, 3);
    const passed = (now: number): boolean => bucket.take(now);
    expect([passed(0), passed(0), passed(0), passed(0)]).toEqual([true, true, true, false]);
    expect([passed(99), passed(100), passed(100), passed(200)]).toEqual([false, true, false, true]);
  });

  test('does not save up more than the burst', () => {
    const bucket = new TokenBucket(10, 2);
    expect(bucket.take(0)).toBe(true);
    expect([bucket.take(60_000), bucket.take(60_000), bucket.take(60_000)]).toEqual([true, true, false]);
  });
});

describe('admission', () => {
  const admission = (): Admission =>
    new Admission({ maxConnections: 2, upgradesPerSecond: 3, registrationsPerSecond: 1, maxChargePoints: 5 });

  test('there is room for so many connections, and for one that takes the place of its own', () => {
    const door = admission();
    expect(door.upgrade(0, 1, false)).toBeUndefined();
    expect(door.upgrade(0, 2, false)).toBe('connections');
    expect(door.upgrade(0, 2, true)).toBeUndefined();
  });

  test('connections that find no room do not use up the rate of the others', () => {
    const door = admission();
    for (let index = 0; index < 10; index++) door.upgrade(0, 2, false);
    expect(door.upgrade(0, 1, false)).toBeUndefined();
  });

  test('upgrades are bounded per second', () => {
    const door = admission();
    const refusals = [0, 0, 0, 0, 334].map((now) => door.upgrade(now, 0, false));
    expect(refusals).toEqual([undefined, undefined, undefined, 'upgrade_rate', undefined]);
  });

  test('registrations are bounded in number and per second', () => {
    const door = admission();
    expect(door.register(0, 5)).toBe('charge_points');
    expect(door.register(0, 4)).toBeUndefined();
    expect(door.register(0, 4)).toBe('registration_rate');
    expect(door.register(1000, 4)).toBeUndefined();
  });

  test('A3, Q38: those refused together are not told to return together', () => {
    const told = new Set(Array.from({ length: 200 }, () => retryAfterSeconds('connections')));
    expect(told.size).toBeGreaterThan(10);
    for (const seconds of told)
      expect(Number.isInteger(seconds) && seconds >= 30 && seconds <= 90).toBe(true);
  });
});
