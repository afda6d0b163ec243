import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { QueueLooks } from '../../../src/analytics/queue-looks.ts';
import { scratchDirectory } from '../journal/scratch.ts';

const EVERY_MS = 50;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  return () => vi.useRealTimers();
});

/** Looks at a file, whose queue holds something while `found` says so. */
function looksAt(file: string) {
  const queue = { found: false, looks: 0 };
  const looks = new QueueLooks({
    file,
    everyMs: EVERY_MS,
    look: () => {
      queue.looks++;
      return queue.found;
    },
  });
  onTestFinished(() => looks.stop());
  return queue;
}

/** How many looks there are in so much time. */
function looksIn(queue: { readonly looks: number }, ms: number): number {
  const before = queue.looks;
  vi.advanceTimersByTime(ms);
  return queue.looks - before;
}

function emptyFile(): string {
  const file = join(scratchDirectory(), 'data.mdb');
  writeFileSync(file, '');
  return file;
}

test('a queue is looked at again and again while something comes', () => {
  const queue = looksAt(emptyFile());
  queue.found = true;
  expect(looksIn(queue, 60_000)).toBe(60_000 / EVERY_MS);
});

test('an idle queue is left alone until its file is written to, then looked at as before', async () => {
  const file = emptyFile();
  const queue = looksAt(file);
  looksIn(queue, 5000);
  expect(looksIn(queue, 60_000)).toBeLessThanOrEqual(60);

  const before = queue.looks;
  queue.found = true;
  appendFileSync(file, 'x');
  // The system tells in its own time; the clock of the looks stands still meanwhile.
  await vi.waitUntil(() => {
    vi.advanceTimersByTime(0);
    return queue.looks > before;
  });
  expect(looksIn(queue, 10_000)).toBe(10_000 / EVERY_MS);

  queue.found = false;
  looksIn(queue, 5000);
  expect(looksIn(queue, 60_000)).toBeLessThanOrEqual(60);
});

test('a write that cannot be read yet is looked for a few times more', async () => {
  const file = emptyFile();
  const queue = looksAt(file);
  looksIn(queue, 5000);
  const before = queue.looks;
  appendFileSync(file, 'x');
  await vi.waitUntil(() => {
    vi.advanceTimersByTime(0);
    return queue.looks > before;
  });
  queue.found = true;
  expect(looksIn(queue, EVERY_MS)).toBe(1);
});

test('where a file cannot be watched, its queue is looked at all the time', () => {
  const queue = looksAt(join(scratchDirectory(), 'missing'));
  expect(looksIn(queue, 60_000)).toBe(60_000 / EVERY_MS);
});
