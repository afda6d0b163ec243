import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { journalNames, journalPath, openJournal } from '../../../src/journal/journal.ts';
import { exposeQueue } from '../../../src/journal/queue-metrics.ts';
import { createRegistry } from '../../../src/telemetry/metrics.ts';
import { chunkOf, scratchDirectory, scratchJournal } from './scratch.ts';

const chunk = chunkOf('x'.repeat(50_000));

async function fill(journal: ReturnType<typeof scratchJournal>, chunks: number) {
  const lane = journal.openLane();
  await Promise.all(Array.from({ length: chunks }, () => lane.append(chunk)));
  return { lane: lane.number, from: 1, to: chunks };
}

test('the level follows the bytes that are really held: it rises with the journal and falls as it drains', async () => {
  const journal = scratchJournal({ budget: 1_000_000 });
  expect(journal.level()).toBe('normal');
  const first = await fill(journal, 14);
  await vi.waitFor(() => expect(journal.level()).toBe('no-messages'));
  const second = await fill(journal, 4);
  await vi.waitFor(() => expect(journal.level()).toBe('no-samples'));

  await journal.queue.remove([second]);
  await vi.waitFor(() => expect(journal.level()).toBe('no-messages'));
  await journal.queue.remove([first]);
  await vi.waitFor(() => expect(journal.level()).toBe('normal'));
});

test('disk space that was drained is used again: the file does not grow with every outage', async () => {
  const journal = scratchJournal();
  const size = () => statSync(join(journal.path, 'data.mdb')).size;
  await journal.queue.remove([await fill(journal, 200)]);
  const afterFirst = size();
  for (let outage = 0; outage < 5; outage++) await journal.queue.remove([await fill(journal, 200)]);

  expect(afterFirst).toBeGreaterThan(10_000_000);
  expect(size()).toBeLessThan(afterFirst * 1.5);
});

test('without a budget the level stays normal', async () => {
  const journal = scratchJournal();
  await fill(journal, 20);
  expect(journal.level()).toBe('normal');
});

test('the journals of a data directory are found by name, also those of edges that no longer run', async () => {
  const dataDir = scratchDirectory();
  for (const edge of ['edge-1', 'edge-0']) await openJournal({ path: journalPath(dataDir, edge) }).close();
  mkdirSync(join(dataDir, 'state'));
  writeFileSync(join(dataDir, 'journal-of-nothing.txt'), '');

  expect(journalNames(dataDir)).toEqual(['edge-0', 'edge-1']);
});

test('a journal opened for reading shows what a writer appends', async () => {
  const journal = scratchJournal();
  const lane = journal.openLane();
  const reader = scratchJournal({ path: journal.path, readOnly: true });
  await lane.append(chunkOf('a'));

  expect(reader.queue.read(lane.number, 0, { entries: 10, bytes: 1_000 })).toHaveLength(1);
});

test('depth and age of a queue are metrics, measured when somebody asks, and harmless after it is closed', async () => {
  const registry = createRegistry({ process: 'test' });
  const journal = scratchJournal();
  exposeQueue('journal-edge-0', journal.queue, registry);
  const value = (name: string) => {
    const family = registry.collect().find((candidate) => candidate.name === name);
    return family?.type === 'gauge' ? family.samples[0]?.value : undefined;
  };
  expect([value('farad_queue_entries'), value('farad_queue_age_seconds')]).toEqual([0, 0]);

  await journal.openLane().append(chunkOf('a', Date.now() - 5_000));

  expect(value('farad_queue_entries')).toBe(1);
  expect(value('farad_queue_bytes')).toBeGreaterThan(0);
  expect(value('farad_queue_age_seconds')).toBeGreaterThanOrEqual(5);
  expect(value('farad_queue_age_seconds')).toBeLessThan(60);
  await journal.close();
  expect(value('farad_queue_entries')).toBe(1);
});
