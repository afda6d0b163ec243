import { expect, test } from 'vitest';
import { QueueReader } from '../../../src/analytics/queue-reader.ts';
import type { Journal } from '../../../src/journal/journal.ts';
import { packChunk } from '../../../src/records/chunk.ts';
import { scratchJournal } from '../journal/scratch.ts';

const CHUNK_BYTES = packChunk(1, 10, 0, 'x'.repeat(87)).length;

/** A reader whose buffer holds five chunks, and the numbers of the chunks that were heard of. */
function readerOf(journal: Journal) {
  const heard: number[] = [];
  const reader = new QueueReader(
    journal.queue,
    { buffer: 5 * CHUNK_BYTES, read: 3 * CHUNK_BYTES },
    ({ lines }) => heard.push(Number.parseInt(lines.toString(), 10)),
  );
  return { reader, heard };
}

const chunk = (number: number) => packChunk(1, 10, 0, String(number).padEnd(87));

test('reads what is new, a bounded amount at a time, and hands it out in order', async () => {
  const journal = scratchJournal();
  const lane = journal.openLane();
  for (let number = 1; number <= 4; number++) await lane.append(chunk(number));
  const { reader, heard } = readerOf(journal);
  reader.advance();
  expect([heard, reader.rowsWaiting]).toEqual([[1, 2, 3], 30]);
  reader.advance();
  expect([heard, reader.rowsWaiting]).toEqual([[1, 2, 3, 4], 40]);
  expect(reader.take({ rows: 25, bytes: 1e6 }).map(({ seq }) => seq)).toEqual([1, 2]);
  expect(reader.take({ rows: 5, bytes: 1e6 }).map(({ seq }) => seq)).toEqual([3]);
  expect(reader.take({ rows: 100, bytes: 1e6 }).map(({ seq }) => seq)).toEqual([4]);
  expect([reader.rowsWaiting, reader.bytesWaiting, reader.waitingMs]).toEqual([0, 0, 0]);
});

test('with a full buffer it goes on for the listener alone, and later reads the same again for the engine, unheard', async () => {
  const journal = scratchJournal();
  const lanes = [journal.openLane(), journal.openLane()];
  for (let number = 1; number <= 12; number++) await lanes[number % 2]?.append(chunk(number));
  const { reader, heard } = readerOf(journal);
  for (let look = 0; look < 10; look++) reader.advance();
  expect([...heard].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect(reader.bytesWaiting).toBeLessThanOrEqual(6 * CHUNK_BYTES);

  const taken = new Set<string>();
  for (let look = 0; look < 10; look++) {
    for (const { lane, seq } of reader.take({ rows: 1000, bytes: 1e6 })) taken.add(`${lane}/${seq}`);
    reader.advance();
  }
  expect(taken.size).toBe(12);
  expect(heard).toHaveLength(12);
});

test('leaves out what was taken over from an earlier process, but tells of it', async () => {
  const journal = scratchJournal();
  const lane = journal.openLane();
  for (let number = 1; number <= 4; number++) await lane.append(chunk(number));
  const { reader, heard } = readerOf(journal);
  reader.skip(journal.queue.readSpan({ lane: lane.number, from: 1, to: 3 }));
  reader.advance();
  expect(reader.take({ rows: 1000, bytes: 1e6 }).map(({ seq }) => seq)).toEqual([4]);
  expect(heard).toEqual([1, 2, 3, 4]);
});

test('goes on where a lane goes on after it was drained', async () => {
  const journal = scratchJournal();
  const lane = journal.openLane();
  const { reader, heard } = readerOf(journal);
  await lane.append(chunk(1));
  reader.advance();
  const [entry] = reader.take({ rows: 10, bytes: 1e6 });
  await journal.queue.remove([{ lane: lane.number, from: entry?.seq ?? 0, to: entry?.seq ?? 0 }]);
  reader.advance();
  await lane.append(chunk(2));
  reader.advance();
  expect(heard).toEqual([1, 2]);
});

test('a chunk that cannot be read counts as one row, so that it gets into a batch', async () => {
  const journal = scratchJournal();
  await journal.openLane().append(Buffer.from('torn'));
  const { reader, heard } = readerOf(journal);
  reader.advance();
  expect([reader.rowsWaiting, heard]).toEqual([1, []]);
});
