import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Journal } from '../../src/journal/journal.ts';
import { unpackChunk } from '../../src/records/chunk.ts';
import { scratchDirectory, scratchJournal } from '../unit/journal/scratch.ts';
import { startProgram, startThread } from './children.ts';

type Told = { lane: number } | { confirmed: number } | { done: true };

const CHUNKS = 600;

/**
 * Reads, saves and removes until nothing is left, as the sink does; answers the texts of the chunks in the
 * order of reading.
 */
async function drainOnce({ queue }: Journal, into: string[]): Promise<void> {
  const entries = queue.lanes().flatMap((lane) => queue.read(lane, 0, { entries: 13, bytes: 1_000_000 }));
  if (entries.length === 0) return;
  const spans = [...new Set(entries.map(({ lane }) => lane))].map((lane) => {
    const seqs = entries.filter((entry) => entry.lane === lane).map(({ seq }) => seq);
    return { lane, from: seqs[0] ?? 0, to: seqs.at(-1) ?? 0 };
  });
  await queue.saveBatch(spans);
  into.push(...entries.map(({ chunk }) => unpackChunk(chunk).lines.toString().trimEnd()));
  await queue.finishBatch();
}

test('four writers with delayed commits, processes and threads, lose nothing to a reader that drains beside them', async () => {
  const path = scratchDirectory();
  const journal = scratchJournal({ path });
  const names = ['a', 'b', 'c', 'd'];
  const writers = names.map((name, index) => {
    const parameters = [path, name, String(CHUNKS)];
    return index < 2
      ? startProgram<Told>('journal-writer', parameters)
      : startThread<Told>('journal-writer', parameters);
  });
  let running = true;
  const allEnded = Promise.all(writers.map(({ ended }) => ended)).finally(() => {
    running = false;
  });

  const drained: string[] = [];
  while (running) {
    await drainOnce(journal, drained);
    await nextTurn();
  }
  expect(await allEnded).toEqual([0, 0, 0, 0]);
  while (journal.queue.lanes().length > 0) await drainOnce(journal, drained);

  for (const name of names) {
    const ofWriter = drained.filter((text) => text.startsWith(`${name}:`));
    expect(ofWriter).toEqual(Array.from({ length: CHUNKS }, (_, index) => `${name}:${index}`));
  }
  const lanes = writers.flatMap(({ told }) =>
    told.flatMap((message) => ('lane' in message ? [message.lane] : [])),
  );
  expect(new Set(lanes).size).toBe(4);
}, 60_000);
