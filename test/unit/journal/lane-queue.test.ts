import { expect, test } from 'vitest';
import { NewerDataError } from '../../../src/journal/format.ts';
import { openJournal } from '../../../src/journal/journal.ts';
import type { Entry } from '../../../src/journal/lane-queue.ts';
import { LaneQueue } from '../../../src/journal/lane-queue.ts';
import { unpackChunk } from '../../../src/records/chunk.ts';
import { chunkOf, scratchDirectory, scratchEnvironment, scratchJournal } from './scratch.ts';

const everything = { entries: 1_000, bytes: 1_000_000 };

function texts(entries: readonly Entry[]): string[] {
  return entries.map(({ chunk }) => unpackChunk(chunk).lines.toString().trimEnd());
}

test('a reader gets what a writer appended, in order, numbered without holes', async () => {
  const journal = scratchJournal();
  const lane = journal.openLane();
  await Promise.all(['a', 'b', 'c'].map((text) => lane.append(chunkOf(text))));

  const entries = journal.queue.read(lane.number, 0, everything);

  expect(texts(entries)).toEqual(['a', 'b', 'c']);
  expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3]);
});

test('every writer has a lane of its own, also after a restart', async () => {
  const path = scratchDirectory();
  const first = openJournal({ path });
  const lanes = [first.openLane(), first.openLane()].map(({ number }) => number);
  await first.close();
  const again = scratchJournal({ path });

  expect(new Set([...lanes, again.openLane().number]).size).toBe(3);
});

test('the identity of a journal stays the same over restarts, and no two journals share one', async () => {
  const path = scratchDirectory();
  const first = openJournal({ path });
  await first.close();

  expect(scratchJournal({ path }).uuid).toBe(first.uuid);
  expect(scratchJournal().uuid).not.toBe(first.uuid);
});

test('reading stops at the limits, but always gives the first entry', async () => {
  const journal = scratchJournal();
  const lane = journal.openLane();
  const size = chunkOf('a').length;
  await Promise.all(['a', 'b', 'c', 'd'].map((text) => lane.append(chunkOf(text))));
  const read = (from: number, entries: number, bytes: number) =>
    texts(journal.queue.read(lane.number, from, { entries, bytes }));

  expect(read(0, 2, 1_000_000)).toEqual(['a', 'b']);
  expect(read(2, 100, size * 2)).toEqual(['b', 'c']);
  expect(read(0, 100, 1)).toEqual(['a']);
  expect(read(5, 100, 1_000_000)).toEqual([]);
});

test('only the span that was read is removed: later entries and other lanes stay', async () => {
  const journal = scratchJournal();
  const [one, two] = [journal.openLane(), journal.openLane()];
  await Promise.all([one.append(chunkOf('1a')), one.append(chunkOf('1b')), two.append(chunkOf('2a'))]);
  const [first] = journal.queue.read(one.number, 0, { entries: 1, bytes: 1_000_000 });
  await one.append(chunkOf('1c'));

  await journal.queue.remove([{ lane: one.number, from: first?.seq ?? 0, to: first?.seq ?? 0 }]);

  expect(texts(journal.queue.read(one.number, 0, everything))).toEqual(['1b', '1c']);
  expect(texts(journal.queue.read(two.number, 0, everything))).toEqual(['2a']);
});

test('a run ends where a number is missing, so a span never names an entry that was not read', async () => {
  const journal = scratchJournal();
  const lane = journal.openLane();
  await Promise.all(['a', 'b', 'c', 'd'].map((text) => lane.append(chunkOf(text))));
  await journal.queue.remove([{ lane: lane.number, from: 2, to: 2 }]);

  expect(texts(journal.queue.read(lane.number, 0, everything))).toEqual(['a']);
  expect(texts(journal.queue.read(lane.number, 2, everything))).toEqual(['c', 'd']);
});

test('a lane that was drained is no longer listed', async () => {
  const journal = scratchJournal();
  const [one, two] = [journal.openLane(), journal.openLane()];
  expect(journal.queue.lanes()).toEqual([]);
  await Promise.all([one.append(chunkOf('a')), two.append(chunkOf('b'))]);
  expect(journal.queue.lanes()).toEqual([one.number, two.number]);

  await journal.queue.remove([{ lane: one.number, from: 1, to: 1 }]);

  expect(journal.queue.lanes()).toEqual([two.number]);
});

test('what a reader holds does not change when the entries are removed and their place is used again', async () => {
  const journal = scratchJournal();
  const lane = journal.openLane();
  await lane.append(chunkOf('x'.repeat(10_000)));
  const [held] = journal.queue.read(lane.number, 0, everything);
  await journal.queue.remove([{ lane: lane.number, from: 1, to: 1 }]);
  for (let round = 0; round < 20; round++) await lane.append(chunkOf('y'.repeat(10_000)));

  expect(texts(held ? [held] : [])).toEqual(['x'.repeat(10_000)]);
});

test('a saved batch survives a restart and can be read again in full until it is finished', async () => {
  const path = scratchDirectory();
  const before = openJournal({ path });
  const lane = before.openLane();
  await Promise.all(['a', 'b', 'c'].map((text) => lane.append(chunkOf(text))));
  const span = { lane: lane.number, from: 1, to: 2 };
  await before.queue.saveBatch([span]);
  await before.close();

  const { queue } = scratchJournal({ path });
  expect(queue.savedBatch()?.spans).toEqual([span]);
  expect(texts(queue.readSpan(span))).toEqual(['a', 'b']);
  await queue.finishBatch();

  expect(queue.savedBatch()).toBeUndefined();
  expect(texts(queue.read(lane.number, 0, everything))).toEqual(['c']);
  await queue.finishBatch();
  expect(texts(queue.read(lane.number, 0, everything))).toEqual(['c']);
});

test('how far each lane reaches is known, and when ClickHouse has all of it', async () => {
  const journal = scratchJournal();
  const { queue } = journal;
  const lanes = [journal.openLane(), journal.openLane(), journal.openLane()];
  const [first, , last] = lanes.map(({ number }) => number) as [number, number, number];
  const append = (lane: number, times: number) =>
    Promise.all(Array.from({ length: times }, () => lanes[lane]?.append(chunkOf('x'))));
  await append(0, 3);
  await append(2, 2);
  const ends = queue.ends();
  expect(ends).toEqual([
    { lane: first, seq: 3 },
    { lane: last, seq: 2 },
  ]);
  await append(0, 1);
  await append(1, 1);
  const drained = () => ends.map((end) => queue.isDrainedUpTo(end));
  expect(drained()).toEqual([false, false]);
  await queue.remove([{ lane: first, from: 1, to: 2 }]);
  expect(drained()).toEqual([false, false]);
  await queue.remove([
    { lane: first, from: 3, to: 3 },
    { lane: last, from: 1, to: 2 },
  ]);
  expect(drained()).toEqual([true, true]);
});

test('what was confirmed without a copy is noted by its name, for all processes, until it is forgotten', async () => {
  const path = scratchDirectory();
  const [writer, keeper] = [scratchJournal({ path }), scratchJournal({ path })];
  const lane = writer.openLane();
  const entries = await Promise.all(['a', 'b'].map((text) => lane.append(chunkOf(text))));
  expect(entries.map(({ queue, seq }) => [queue, seq])).toEqual([
    [writer.uuid, 1],
    [writer.uuid, 2],
  ]);
  for (const entry of entries) await writer.uncopied().note(entry);
  expect(keeper.uncopied().all()).toEqual(entries);
  await keeper.uncopied().forget(entries.slice(0, 1));
  expect(writer.uncopied().all()).toEqual(entries.slice(1));
});

test('a saved batch remembers which tables are inserted in parts, over a restart', async () => {
  const path = scratchDirectory();
  const before = openJournal({ path });
  const span = { lane: 1, from: 1, to: 2 };
  await before.queue.saveBatch([span]);
  expect(before.queue.savedBatch()?.split).toBeUndefined();
  await before.queue.saveBatch([span], ['meter_samples']);
  await before.close();

  expect(scratchJournal({ path }).queue.savedBatch()).toMatchObject({
    spans: [span],
    split: ['meter_samples'],
  });
});

test('clearing a batch forgets it and removes nothing', async () => {
  const { queue, openLane } = scratchJournal();
  const lane = openLane();
  await lane.append(chunkOf('a'));
  await queue.saveBatch([{ lane: lane.number, from: 1, to: 1 }]);

  await queue.clearBatch();

  expect(queue.savedBatch()).toBeUndefined();
  expect(texts(queue.read(lane.number, 0, everything))).toEqual(['a']);
});

test('depth counts entries and bytes, knows the oldest chunk, and goes down again', async () => {
  const { queue, openLane } = scratchJournal();
  const [one, two] = [openLane(), openLane()];
  expect(queue.depth()).toMatchObject({ entries: 0, oldestWrittenAt: undefined });
  await Promise.all([
    one.append(chunkOf('x'.repeat(100_000), 3_000)),
    two.append(chunkOf('y', 2_000)),
    two.append(chunkOf('z', 4_000)),
  ]);
  const full = queue.depth();
  expect(full).toMatchObject({ entries: 3, oldestWrittenAt: 2_000 });
  expect(full.bytes).toBeGreaterThan(100_000);

  await queue.remove([{ lane: one.number, from: 1, to: 1 }]);

  expect(queue.depth()).toMatchObject({ entries: 2, oldestWrittenAt: 2_000 });
  expect(queue.depth().bytes).toBeLessThan(20_000);
});

test('removal of a long span happens in several transactions and leaves nothing of it', async () => {
  const { queue, openLane } = scratchJournal();
  const lane = openLane();
  await Promise.all(Array.from({ length: 1_234 }, (_, index) => lane.append(chunkOf(String(index)))));

  await queue.remove([{ lane: lane.number, from: 1, to: 1_230 }]);

  expect(texts(queue.read(lane.number, 0, everything))).toEqual(['1230', '1231', '1232', '1233']);
});

test('chunks of write transactions appear with them, or not at all', async () => {
  const environment = scratchEnvironment();
  const queue = new LaneQueue(environment, 'outbox');
  const [lane, other] = [queue.openTransactionLane(), queue.openTransactionLane()];
  const work = (text: string, fail = false) =>
    environment.transact(() => {
      const place = lane.append(chunkOf(text));
      if (fail) throw new Error('changed my mind');
      return place;
    });

  const outcomes = await Promise.allSettled([work('a'), work('b', true), work('c')]);
  const beside = await environment.transact(() => other.append(chunkOf('d')));

  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  const places = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const [number = 0] = places.map((place) => place.lane);
  expect(queue.lanes()).toEqual([number, beside.lane]);
  // What was given up leaves a hole, which ends a run.
  const runs = places.map(({ seq }) => texts(queue.read(number, seq, everything)));
  expect(runs).toEqual([['a'], ['c']]);
  expect(texts(queue.read(beside.lane, 0, everything))).toEqual(['d']);
});

test('the sequence of such a lane goes on after it was drained', async () => {
  const environment = scratchEnvironment();
  const queue = new LaneQueue(environment, 'outbox');
  const writer = queue.openTransactionLane();
  const append = () => environment.transact(() => writer.append(chunkOf('a')));
  const { lane, seq } = await append();
  expect(queue.isDrained({ lane, seq })).toBe(false);
  await queue.remove([{ lane, from: seq, to: seq }]);

  expect(queue.isDrained({ lane, seq })).toBe(true);
  expect(await append()).toEqual({ lane, seq: seq + 1 });
});

test('appending to such a lane outside a transaction is a programming error', () => {
  const lane = new LaneQueue(scratchEnvironment(), 'outbox').openTransactionLane();
  expect(() => lane.append(chunkOf('a'))).toThrow(/outside a write transaction/);
});

test('a journal that a newer Farad wrote is refused, and says why', async () => {
  const path = scratchDirectory();
  await openJournal({ path }).close();
  const environment = scratchEnvironment(path);
  await environment.transact(() => environment.records('entries-meta').put(Buffer.from('format'), 99));

  expect(() => openJournal({ path })).toThrow(NewerDataError);
  expect(() => openJournal({ path })).toThrow(/format 99.*up to 1.*newer version/);
});
