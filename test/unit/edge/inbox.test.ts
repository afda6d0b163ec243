import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { EdgeMetrics } from '../../../src/edge/edge-metrics.ts';
import { Inbox, type InboxOptions } from '../../../src/edge/inbox.ts';
import { createRegistry } from '../../../src/telemetry/metrics.ts';
import type { BatchVerdict, FrameBatch, FrameVerdict } from '../../../src/workers/frame-batch.ts';
import { fakeSession } from './fake-session.ts';

const { session } = fakeSession();
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Frame workers that the test lets go on, or die, one batch at a time. */
class Workers {
  readonly under: {
    frames: string[];
    resolve: () => void;
    die: () => void;
    say: (verdict: unknown) => void;
  }[] = [];
  /** How many of them nobody waits for any more. */
  lost = 0;

  run(batch: FrameBatch, lost?: AbortSignal): Promise<BatchVerdict> {
    lost?.addEventListener('abort', () => this.lost++);
    const bytes = Buffer.from(batch.bytes);
    const frames = batch.frames.map(({ offset, length }) => bytes.toString('utf8', offset, offset + length));
    return new Promise((resolve, reject) => {
      const figures = { rows: frames.length, journalBytes: 0, decideMs: 0, flushMs: 0 };
      const verdicts = frames.map(
        (frame): FrameVerdict =>
          frame.startsWith('odd')
            ? { action: '', unhandled: true, samples: 0 }
            : { action: 'MeterValues', samples: 1 },
      );
      this.under.push({
        frames,
        resolve: () => resolve({ verdicts, figures, faults: [] }),
        die: () => reject(new Error('the worker died')),
        say: (verdict) => resolve(verdict as BatchVerdict),
      });
    });
  }

  async finish(how: 'resolve' | 'die' = 'resolve'): Promise<string[]> {
    const first = this.under.shift();
    first?.[how]();
    await turn();
    return first?.frames ?? [];
  }
}

describe('the inbox', () => {
  let workers: Workers;
  let decided: [frame: string, outcome: string][];
  let bytesOf: string[];
  let broken: string[];
  let inbox: Inbox;

  function open(options: Partial<InboxOptions> = {}): void {
    workers = new Workers();
    decided = [];
    bytesOf = [];
    broken = [];
    inbox = new Inbox({
      pool: workers,
      batchFrames: 4,
      batchesInFlight: 2,
      batchWait: 0,
      batchTimeout: 5000,
      inboxBytes: 1000,
      metrics: new EdgeMetrics(createRegistry({ process: 'test' })),
      log: { warn: () => undefined, error: () => undefined },
      decided({ messageId }, verdict, bytes) {
        decided.push([messageId, verdict.error?.code ?? 'kept']);
        bytesOf.push(bytes.toString());
        if (messageId === 'explosive') throw new Error('boom');
      },
      broken: ({ messageId }) => void broken.push(messageId),
      ...options,
    });
  }
  beforeEach(() => open());

  const add = (frame: string): boolean => inbox.add(session, frame, 'MeterValues', Buffer.from(frame), 0, 0);

  test('gathers the frames of one turn into one batch', async () => {
    add('a');
    add('b');
    expect(workers.under).toEqual([]);
    await turn();
    add('c');
    await turn();
    expect(workers.under.map(({ frames }) => frames)).toEqual([['a', 'b'], ['c']]);
  });

  test('sends a full batch at once', () => {
    for (const frame of ['a', 'b', 'c', 'd', 'e']) add(frame);
    expect(workers.under.map(({ frames }) => frames)).toEqual([['a', 'b', 'c', 'd']]);
  });

  test('keeps the workers busy but not more: what comes meanwhile goes together', async () => {
    for (const frame of 'abcdefghijklmn') add(frame);
    await turn();
    expect(workers.under.map(({ frames }) => frames.join(''))).toEqual(['abcd', 'efgh']);
    await workers.finish();
    expect(workers.under.map(({ frames }) => frames.join(''))).toEqual(['efgh', 'ijkl']);
    await workers.finish();
    await workers.finish();
    await workers.finish();
    expect(decided.map(([frame]) => frame).join('')).toBe('abcdefghijklmn');
    expect(inbox.size).toBe(0);
  });

  test('with a wait, the first after a pause goes at once and what follows goes together, full ones at once', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    open({ batchWait: 20, batchesInFlight: 8 });
    const batches = (): string[] => workers.under.map(({ frames }) => frames.join(''));
    vi.advanceTimersByTime(50);
    add('a');
    await turn();
    expect(batches()).toEqual(['a']);
    vi.advanceTimersByTime(5);
    add('b');
    await turn();
    await workers.finish();
    vi.advanceTimersByTime(14);
    add('c');
    await turn();
    expect(batches()).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(batches()).toEqual(['bc']);
    for (const frame of 'defgh') add(frame);
    expect(batches()).toEqual(['bc', 'defg']);
    vi.advanceTimersByTime(20);
    expect(batches()).toEqual(['bc', 'defg', 'h']);
    vi.advanceTimersByTime(20);
    add('i');
    await turn();
    expect(batches()).toEqual(['bc', 'defg', 'h', 'i']);
  });

  test('a frame larger than the buffer is carried whole, beside others', async () => {
    open({ inboxBytes: 10_000_000 });
    const big = 'x'.repeat(300_000);
    add('a');
    add(big);
    add('b');
    await turn();
    expect(workers.under[0]?.frames).toEqual(['a', big, 'b']);
    await workers.finish();
    expect(decided.map(([frame]) => frame.length)).toEqual([1, 300_000, 1]);
  });

  test('a frame that is none for a worker comes back with its bytes', async () => {
    for (const frame of ['a', 'odd one', 'b']) add(frame);
    await turn();
    await workers.finish();
    expect(bytesOf).toEqual(['', 'odd one', '']);
  });

  test('is bounded in bytes, and has room again when frames are decided', async () => {
    expect(add('x'.repeat(900))).toBe(true);
    expect(add('x'.repeat(200))).toBe(false);
    await turn();
    await workers.finish();
    expect(add('x'.repeat(200))).toBe(true);
  });

  test('when a worker dies of a batch its frames are tried one by one, with nothing beside them', async () => {
    for (const frame of 'abcdef') add(frame);
    await turn();
    expect(workers.under.map(({ frames }) => frames.join(''))).toEqual(['abcd', 'ef']);
    await workers.finish('die');
    // The other batch may have died of the same: the first suspect waits for it.
    expect(workers.under.map(({ frames }) => frames.join(''))).toEqual(['ef']);
    add('g');
    await turn();
    expect(workers.under).toHaveLength(1);
    await workers.finish();
    const order: string[] = [];
    while (workers.under.length > 0) {
      expect(workers.under).toHaveLength(1);
      order.push((await workers.finish(workers.under[0]?.frames[0] === 'b' ? 'die' : 'resolve')).join(''));
    }
    expect(order).toEqual(['a', 'b', 'c', 'd', 'g']);
    expect(Object.fromEntries(decided)).toEqual({
      a: 'kept',
      b: 'InternalError',
      c: 'kept',
      d: 'kept',
      e: 'kept',
      f: 'kept',
      g: 'kept',
    });
    expect(decided).toHaveLength(7);
  });

  test('an innocent frame that was alone in its batch beside a deadly one is tried again', async () => {
    open({ batchFrames: 1 });
    add('innocent');
    add('poison');
    expect(workers.under.map(({ frames }) => frames.join(''))).toEqual(['innocent', 'poison']);
    await workers.finish('die');
    await workers.finish('die');
    expect(workers.under.map(({ frames }) => frames.join(''))).toEqual(['innocent']);
    await workers.finish();
    await workers.finish('die');
    expect(decided).toEqual([
      ['innocent', 'kept'],
      ['poison', 'InternalError'],
    ]);
  });

  const seconds = async (count: number): Promise<void> => {
    for (let second = 0; second < count; second++) inbox.tick();
    await turn();
  };

  test('a batch without a verdict in time is lost: its frames are tried one by one, and only what hangs again fails', async () => {
    for (const frame of 'abc') add(frame);
    await turn();
    await seconds(5);
    expect(workers.lost).toBe(0);
    await seconds(1);
    expect(workers.lost).toBe(1);
    expect(workers.under.map(({ frames }) => frames.join(''))).toEqual(['abc', 'a']);
    const [late] = workers.under.splice(0, 1);
    await workers.finish();
    expect(workers.under.map(({ frames }) => frames.join(''))).toEqual(['b']);
    await seconds(4);
    expect(workers.under.map(({ frames }) => frames.join(''))).toEqual(['b', 'c']);
    workers.under.shift();
    await workers.finish();
    late?.resolve();
    await turn();
    expect(decided).toEqual([
      ['a', 'kept'],
      ['b', 'InternalError'],
      ['c', 'kept'],
    ]);
    expect(inbox.size).toBe(0);
    add('d');
    await turn();
    await workers.finish();
    expect(decided.at(-1)).toEqual(['d', 'kept']);
  });

  test('when every batch is lost, and every frame alone too, all are answered within half a minute and others go on', async () => {
    open({ batchFrames: 4, batchesInFlight: 8 });
    for (let frame = 0; frame < 32; frame++) add(`hanging ${frame}`);
    await turn();
    expect(workers.under).toHaveLength(8);
    await seconds(30);
    expect(decided).toHaveLength(32);
    expect(decided.every(([, outcome]) => outcome === 'InternalError')).toBe(true);
    workers.under.length = 0;
    add('sound');
    await turn();
    await workers.finish();
    expect(decided.at(-1)).toEqual(['sound', 'kept']);
  });

  const noVerdicts: [what: string, verdict: () => unknown][] = [
    ['nothing', () => undefined],
    ['a text', () => 'verdict'],
    ['no list', () => ({ verdicts: 7, figures: { rows: 0 }, faults: [] })],
    ['too few', () => ({ verdicts: [], figures: { rows: 0 }, faults: [] })],
    ['others', () => ({ verdicts: ['kept', null], figures: { rows: 0 }, faults: [] })],
    ['no figures', () => ({ verdicts: [{ action: 'MeterValues', samples: 1 }], faults: [] })],
    [
      'what throws when it is looked at',
      () => ({
        get verdicts() {
          throw new RangeError('Maximum call stack size exceeded');
        },
      }),
    ],
  ];
  test.each(noVerdicts)('a worker that sends %s has failed on that batch', async (_what, verdict) => {
    add('a');
    await turn();
    workers.under.shift()?.say(verdict());
    await turn();
    expect(workers.under.map(({ frames }) => frames)).toEqual([['a']]);
    workers.under.shift()?.say(verdict());
    await turn();
    expect(decided).toEqual([['a', 'InternalError']]);
  });

  test('a frame whose verdict cannot be dealt with breaks its session only', async () => {
    for (const frame of ['a', 'explosive', 'b']) add(frame);
    await turn();
    await workers.finish();
    expect(decided.map(([frame]) => frame)).toEqual(['a', 'explosive', 'b']);
    expect(broken).toEqual(['explosive']);
    expect(inbox.size).toBe(0);
  });

  test('says when the oldest batch was handed over', async () => {
    expect(inbox.oldestBatchAt).toBeUndefined();
    const before = performance.now();
    add('a');
    await turn();
    expect(inbox.oldestBatchAt).toBeGreaterThanOrEqual(before);
    await workers.finish();
    expect(inbox.oldestBatchAt).toBeUndefined();
  });
});
