import { describe, expect, test } from 'vitest';
import { Backlog, type BacklogOptions } from '../../../src/edge/backlog.ts';
import { EdgeMetrics } from '../../../src/edge/edge-metrics.ts';
import type { Session } from '../../../src/edge/session.ts';
import { Allowance } from '../../../src/edge/session.ts';
import { createRegistry } from '../../../src/telemetry/metrics.ts';
import { until } from '../../support/until.ts';
import { type FakeSession, fakeSession } from './fake-session.ts';

describe('the backlog of an edge', () => {
  /** What was taken, as `<charge point> <frame>`. */
  function backlogOf(options: Partial<BacklogOptions> = {}): { backlog: Backlog; taken: string[] } {
    const taken: string[] = [];
    const backlog = new Backlog({
      allowance: new Allowance(1e6, 1e6),
      sessionBytes: 1e6,
      edgeBytes: 1e7,
      metrics: new EdgeMetrics(createRegistry({ process: 'edge-0' })),
      log: { warn: () => undefined, error: () => undefined },
      clock: () => performance.now(),
      take: ({ chargePoint }, { bytes }) => void taken.push(`${chargePoint.id} ${bytes.toString()}`),
      emptied: () => undefined,
      ...options,
    });
    return { backlog, taken };
  }

  function add(backlog: Backlog, session: Session, ...frames: string[]): void {
    for (const frame of frames) backlog.add(session, Buffer.from(frame), 0, 0);
  }

  /** A session whose transport stops reading when it is told to. */
  function pausable(id: string): FakeSession & { readonly words: string[] } {
    const fake = fakeSession({ id });
    const words: string[] = [];
    fake.session.socket.pause = () => words.push('pause') > 0;
    fake.session.socket.resume = () => void words.push('resume');
    return { ...fake, words };
  }

  test('takes frames of charge points in turns, those of each in their order', async () => {
    const { backlog, taken } = backlogOf();
    const [one, other] = [fakeSession({ id: 'A' }).session, fakeSession({ id: 'B' }).session];
    add(backlog, one, '1', '2', '3');
    add(backlog, other, '1', '2');
    await until('all are taken', () => taken.length === 5);
    expect(taken).toEqual(['A 1', 'B 1', 'A 2', 'B 2', 'A 3']);
    expect(backlog.isEmpty).toBe(true);
  });

  test('holds up nobody for longer than a slice of time', async () => {
    const { backlog, taken } = backlogOf({
      take: (session) => {
        const endsAt = performance.now() + 2;
        while (performance.now() < endsAt);
        taken.push(session.chargePoint.id);
      },
    });
    const { session } = fakeSession({ id: 'A' });
    add(backlog, session, ...Array.from({ length: 50 }, String));
    let turnsOfOthers = 0;
    while (taken.length < 50) {
      await new Promise(setImmediate);
      turnsOfOthers++;
    }
    expect(turnsOfOthers).toBeGreaterThan(40);
  });

  test('goes on with the others where one frame cannot be dealt with', async () => {
    const uncaught: unknown[] = [];
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.once('uncaughtException', (error) => uncaught.push(error));
    const { backlog, taken } = backlogOf({
      take: ({ chargePoint }) => {
        if (chargePoint.id === 'A') throw new Error('no');
        taken.push(chargePoint.id);
      },
    });
    add(backlog, fakeSession({ id: 'A' }).session, '1');
    add(backlog, fakeSession({ id: 'B' }).session, '1');
    await until('the other one is taken', () => taken.length === 1);
    for (const listener of listeners) process.on('uncaughtException', listener);
    expect(uncaught).toHaveLength(1);
  });

  test('a transport that can is told to stop reading, and to go on when half of it is answered', () => {
    const { backlog } = backlogOf({ sessionBytes: 500_000 });
    const { session, words } = pausable('A');
    session.undecided = true;
    for (let index = 0; index < 100; index++) add(backlog, session, 'x'.repeat(10_000));
    expect(words).toEqual(['pause']);
    expect(session.waiting?.count).toBe(100);
    while (words.length === 1) {
      session.undecided = false;
      backlog.proceed(session);
      session.undecided = true;
    }
    expect(words).toEqual(['pause', 'resume']);
    expect(session.waiting?.bytes).toBeLessThanOrEqual(250_000);
    expect(session.waiting?.count).toBeGreaterThan(0);
    expect(session.ending).toBeUndefined();
  });

  test('where all the room is used up nothing more is taken, whatever the transport can', () => {
    const { backlog } = backlogOf({ sessionBytes: 10_000, edgeBytes: 40_000 });
    const { session, sent } = pausable('A');
    session.undecided = true;
    for (let index = 0; index < 200; index++) add(backlog, session, 'x'.repeat(200));
    expect(session.waiting?.bytes).toBeLessThanOrEqual(35_000);
    expect(session.ending).toMatchObject({ cause: 'waiting_bytes', code: 1008 });
    expect(sent).toEqual([]);
    while (!session.closed) {
      session.undecided = false;
      backlog.proceed(session);
    }
    expect(sent).toEqual(['end 1008']);
    expect(backlog.isEmpty).toBe(true);
  });

  test('the fuller the room, the less may one have: some that send too much leave room for others', () => {
    const { backlog } = backlogOf({ sessionBytes: 1e6, edgeBytes: 2e6 });
    const talkers = Array.from({ length: 16 }, (_, index) => fakeSession({ id: `T-${index}` }).session);
    for (const session of talkers) {
      session.undecided = true;
      for (let index = 0; index < 1000; index++) add(backlog, session, 'x'.repeat(1000));
      expect(session.ending?.cause).toBe('waiting_bytes');
      expect(session.waiting?.count).toBeGreaterThan(8);
    }
    for (let index = 0; index < 50; index++) {
      const { session } = fakeSession({ id: `SMALL-${index}` });
      session.undecided = true;
      add(backlog, session, ...Array.from({ length: 10 }, String));
      expect([session.waiting?.count, session.ending]).toEqual([10, undefined]);
    }
  });

  test('a frame that is larger than the bound of one charge point may wait alone', () => {
    const { backlog } = backlogOf({ sessionBytes: 1000 });
    const { session } = fakeSession();
    session.undecided = true;
    add(backlog, session, 'x'.repeat(5000));
    expect([session.waiting?.count, session.ending]).toEqual([1, undefined]);
    add(backlog, session, 'y');
    expect(session.ending?.cause).toBe('waiting_bytes');
  });
});
