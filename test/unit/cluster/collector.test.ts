import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Collector, type Written } from '../../../src/cluster/collector.ts';
import type { Appended } from '../../../src/cluster/fate.ts';

interface Sent {
  readonly ids: readonly string[];
  readonly deadline: number;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (reason: Error) => void;
}

/** A collector, and what it has sent so far; nothing is acknowledged by itself. */
function collecting(): { collector: Collector; sent: Sent[] } {
  const sent: Sent[] = [];
  const collector = new Collector(
    (changes, deadline) =>
      new Promise((resolve, reject) => {
        sent.push({ ids: changes.map(({ id }) => id), deadline, resolve, reject });
      }),
  );
  return { collector, sent };
}

const written = (id: string, bytes = 600): Written => ({ id, subject: id, bytes: Buffer.alloc(bytes) });
const idsOf = (sent: readonly Sent[]) => sent.map(({ ids }) => ids);
const numbered = (count: number) => Array.from({ length: count }, (_, number) => `c-${number}`);

/** Puts one message after the other on its way, as many as may be at a time. */
async function fill({ collector, sent }: ReturnType<typeof collecting>): Promise<void> {
  for (const id of ['x', 'y']) {
    void collector.append(written(id), 1000);
    await nextTurn();
    await nextTurn();
  }
  expect(idsOf(sent)).toEqual([['x'], ['y']]);
}

test('a change goes at once while few are on their way, with those of its turn', async () => {
  const { collector, sent } = collecting();
  void collector.append(written('a'), 1000);
  void collector.append(written('b'), 1000);
  expect(sent).toEqual([]);
  await nextTurn();
  expect(idsOf(sent)).toEqual([['a', 'b']]);
  void collector.append(written('c'), 1000);
  await nextTurn();
  expect(idsOf(sent)).toEqual([['a', 'b'], ['c']]);
});

test('changes wait while two messages are on their way, and share the next one in their order', async () => {
  const stand = collecting();
  const { collector, sent } = stand;
  await fill(stand);
  const waiting = numbered(3).map((id) => collector.append(written(id), 1000));
  await nextTurn();
  expect(sent).toHaveLength(2);
  sent[1]?.resolve({ outcome: 'stored', seq: 7 });
  await nextTurn();
  expect(idsOf(sent.slice(2))).toEqual([numbered(3)]);
  sent[2]?.resolve({ outcome: 'stored', seq: 9 });
  expect(await Promise.all(waiting)).toEqual(numbered(3).map(() => ({ outcome: 'stored', seq: 9 })));
});

test('a message has 64 KiB and 250 changes at most; what is larger goes alone', async () => {
  const { collector, sent } = collecting();
  for (const id of numbered(260)) void collector.append(written(id, 10), 1000);
  await nextTurn();
  expect(sent.map(({ ids }) => ids.length)).toEqual([250, 10]);
  for (const { resolve } of sent) resolve({ outcome: 'stored', seq: 1 });
  await nextTurn();
  for (const [id, kib] of [
    ['large', 200],
    ['a', 40],
    ['b', 24],
    ['c', 1],
  ] as const)
    void collector.append(written(id, kib * 1024), 1000);
  await nextTurn();
  expect(idsOf(sent.slice(2))).toEqual([['large'], ['a', 'b']]);
  sent[2]?.resolve({ outcome: 'stored', seq: 3 });
  await nextTurn();
  expect(idsOf(sent.slice(4))).toEqual([['c']]);
});

test('those of a message have about the same time left, and its deadline is the first of theirs', async () => {
  const { collector, sent } = collecting();
  void collector.append(written('a'), 10_000);
  void collector.append(written('b'), 9_900);
  void collector.append(written('c'), 10_500);
  void collector.append(written('d'), 10_501);
  await nextTurn();
  expect(sent.map(({ ids, deadline }) => [ids, deadline])).toEqual([
    [['a', 'b', 'c'], 9_900],
    [['d'], 10_501],
  ]);
});

test('a message that is refused for good fails all of it, and the next one goes', async () => {
  const stand = collecting();
  const { collector, sent } = stand;
  await fill(stand);
  const waiting = numbered(2).map((id) => collector.append(written(id), 1000));
  await nextTurn();
  sent[0]?.resolve({ outcome: 'unknown', cause: 'silence' });
  await nextTurn();
  const behind = collector.append(written('behind'), 1000);
  sent[2]?.reject(new Error('not of this stream'));
  const outcomes = await Promise.allSettled(waiting);
  expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.message)).toEqual([
    'not of this stream',
    'not of this stream',
  ]);
  await nextTurn();
  expect(idsOf(sent.slice(3))).toEqual([['behind']]);
  sent[3]?.resolve({ outcome: 'stored', seq: 3 });
  expect(await behind).toEqual({ outcome: 'stored', seq: 3 });
});
