import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Liveness, type LivenessOptions } from '../../../src/edge/liveness.ts';
import { Counter } from '../../../src/telemetry/metrics.ts';
import { type FakeSession, fakeGuard, fakeSession } from './fake-session.ts';

describe('liveness', () => {
  let now = 0;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    now = 1000;
  });
  afterEach(() => vi.useRealTimers());

  function pass(ms: number): void {
    for (let passed = 0; passed < ms; passed += 50) {
      now += 50;
      vi.advanceTimersByTime(50);
    }
  }

  function watch(pingInterval: number, options: Partial<LivenessOptions> = {}): FakeSession {
    const liveness = new Liveness({
      pongTimeout: 30_000,
      idleTimeout: 0,
      guard: fakeGuard(),
      pings: new Counter(),
      clock: () => now,
      ...options,
    });
    const fake = fakeSession({ pingInterval, heardAt: now, onClose: (session) => liveness.forget(session) });
    liveness.watch(fake.session);
    return fake;
  }

  test('A9: a silent charge point is pinged after the interval, and dropped if it stays silent', () => {
    const { session, sent } = watch(60_000);
    pass(59_900);
    expect(sent).toEqual([]);
    pass(300);
    expect(sent).toEqual(['ping']);
    pass(29_600);
    expect(session.closed).toBe(false);
    pass(700);
    expect(sent).toEqual(['ping', 'drop']);
    expect(session.cause).toBe('unresponsive');
  });

  test('a socket that is not read cannot show a sign of life: it is left alone meanwhile', () => {
    const { session, sent } = watch(60_000, { idleTimeout: 100_000 });
    pass(61_000);
    expect(sent).toEqual(['ping']);
    session.paused = true;
    pass(300_000);
    expect(sent).toEqual(['ping']);
    session.paused = false;
    pass(95_000);
    expect(sent).toEqual(['ping', 'ping', 'drop']);
  });

  test('a charge point whose frames wait for their turn is not closed as idle', () => {
    const { session, sent } = watch(0, { idleTimeout: 10_000 });
    session.undecided = true;
    pass(30_000);
    expect(sent).toEqual([]);
    session.undecided = false;
    pass(1000);
    expect(sent).toEqual(['end 1001']);
  });

  test('C13: any sign of life spares the ping and answers one', () => {
    const { session, sent } = watch(60_000);
    for (let minute = 0; minute < 10; minute++) {
      pass(50_000);
      session.heardAt = now;
    }
    expect(sent).toEqual([]);
    pass(61_000);
    expect(sent).toEqual(['ping']);
    session.heardAt = now;
    pass(31_000);
    expect(session.closed).toBe(false);
    pass(30_000);
    expect(sent).toEqual(['ping', 'ping']);
  });

  test('with interval 0 a charge point that never answers pings is left alone', () => {
    const { sent } = watch(0);
    pass(600_000);
    expect(sent).toEqual([]);
  });

  test('with an idle timeout a socket without any sign of life is closed', () => {
    const { session, sent } = watch(0, { idleTimeout: 120_000 });
    pass(100_000);
    session.heardAt = now;
    pass(119_900);
    expect(sent).toEqual([]);
    pass(300);
    expect(sent).toEqual(['end 1001']);
    expect(session.cause).toBe('idle');
  });

  test('a closed session is not looked at any more', () => {
    const { session, sent } = watch(60_000);
    session.end('disconnected', 1008, 'x');
    pass(300_000);
    expect(sent).toEqual(['end 1008']);
    expect(vi.getTimerCount()).toBe(0);
  });
});
