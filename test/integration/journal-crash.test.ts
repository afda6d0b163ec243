import { expect, test, vi } from 'vitest';
import { type Engine, withLines } from '../../src/analytics/engine.ts';
import { journalPath, overflowNames } from '../../src/journal/journal.ts';
import { unpackChunk } from '../../src/records/chunk.ts';
import { openSinkUnderTest } from '../support/sink-under-test.ts';
import { scratchDirectory, scratchJournal } from '../unit/journal/scratch.ts';
import { startProgram } from './children.ts';

type WriterTold = { lane: number } | { confirmed: number } | { done: true };

const everything = { entries: 100_000, bytes: 100_000_000 };
const waiting = { timeout: 20_000, interval: 5 };

test('a writer that is killed while it appends has lost nothing that it confirmed, and stops nobody else', async () => {
  const path = scratchDirectory();
  const journal = scratchJournal({ path });
  const lane = journal.openLane();
  for (const name of ['first', 'second', 'third']) {
    const writer = startProgram<WriterTold>('journal-writer', [path, name, '1000000']);
    await vi.waitFor(() => expect(writer.told.length).toBeGreaterThan(200), waiting);
    writer.process.kill('SIGKILL');
    expect(await writer.ended).toBe('SIGKILL');
    await lane.append(Buffer.alloc(100));

    const told = writer.told;
    const number = told.flatMap((message) => ('lane' in message ? [message.lane] : []))[0] ?? 0;
    const confirmed = told.flatMap((message) => ('confirmed' in message ? [message.confirmed] : []));
    const kept = journal.queue.read(number, 0, everything);
    const texts = kept.map(({ chunk }) => unpackChunk(chunk).lines.toString().trimEnd());
    expect(texts).toEqual(texts.map((_, index) => `${name}:${index}`));
    expect(texts.length).toBeGreaterThan(Math.max(...confirmed));
  }
  expect(journal.queue.lanes()).toHaveLength(4);
}, 60_000);

test('a writer that is killed while its overflows are drained and deleted has lost nothing that it confirmed', async () => {
  const under = openSinkUnderTest();
  const arrived: string[] = [];
  const engine = {
    insert: async (insert) => void arrived.push(...withLines(insert).lines.toString().trimEnd().split('\n')),
  } satisfies Pick<Engine, 'insert'> as unknown as Engine;
  under.open(engine, { emptyFor: 0, discoverEvery: 20 });
  const seen = new Set<string>();
  const path = journalPath(under.dataDir, 'edge-0');
  const writer = startProgram<WriterTold>('journal-writer', [path, 'row', '1000000', 'overflow']);
  await vi.waitUntil(() => {
    for (const name of overflowNames(under.dataDir)) seen.add(name);
    return seen.size > 2 && writer.told.length > 200;
  }, waiting);
  writer.process.kill('SIGKILL');
  await writer.ended;

  await vi.waitUntil(() => overflowNames(under.dataDir).length === 0, waiting);
  await under.close();
  const confirmed = writer.told.flatMap((message) =>
    'confirmed' in message ? [`row:${message.confirmed}`] : [],
  );
  expect(new Set(arrived).size).toBe(arrived.length);
  expect(confirmed.filter((text) => !arrived.includes(text))).toEqual([]);
}, 60_000);

test('a batch that was saved by a reader that was then killed is still there, whole', async () => {
  const path = scratchDirectory();
  const journal = scratchJournal({ path });
  const lanes = [journal.openLane(), journal.openLane()];
  await Promise.all(lanes.flatMap((lane) => ['x', 'y', 'z'].map((text) => lane.append(Buffer.from(text)))));
  const reader = startProgram<{ spans: unknown[] }>('journal-drainer', [path]);
  await vi.waitFor(() => expect(reader.told).toHaveLength(1), waiting);
  reader.process.kill('SIGKILL');
  await reader.ended;

  const batch = journal.queue.savedBatch();
  expect(batch?.spans).toEqual(lanes.map(({ number }) => ({ lane: number, from: 1, to: 3 })));
  const texts = batch?.spans.map((span) => journal.queue.readSpan(span).map(({ chunk }) => chunk.toString()));
  expect(texts).toEqual([
    ['x', 'y', 'z'],
    ['x', 'y', 'z'],
  ]);
  await journal.queue.finishBatch();
  expect(journal.queue.lanes()).toEqual([]);
});
