import { mkdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import {
  type Journal,
  journalNames,
  journalPath,
  overflowNames,
  removeUnfinished,
} from '../../../src/journal/journal.ts';
import { LaneQueue } from '../../../src/journal/lane-queue.ts';
import { Overflow, OverflowingLane } from '../../../src/journal/overflow.ts';
import { unpackChunk } from '../../../src/records/chunk.ts';
import { metrics } from '../../../src/telemetry/metrics.ts';
import { chunkOf, scratchDirectory, scratchEnvironment, scratchJournal } from './scratch.ts';

const BIG = 'x'.repeat(50_000);

/** The journal of an edge that goes into an overflow above 1 MB. */
function edgeJournal() {
  const dataDir = scratchDirectory();
  const path = journalPath(dataDir, 'edge-0');
  const journal = scratchJournal({ path, overflowAbove: 1_000_000 });
  const overflows = () =>
    overflowNames(dataDir).map((name) => scratchJournal({ path: journalPath(dataDir, name) }));
  return { dataDir, path, journal, overflows };
}

function textsOf({ queue }: Journal): string[] {
  const entries = queue.lanes().flatMap((lane) => queue.read(lane, 0, { entries: 10_000, bytes: 1e9 }));
  return entries.map(({ chunk }) => unpackChunk(chunk).lines.toString().trimEnd());
}

async function drain({ queue }: Journal): Promise<void> {
  const entries = queue.lanes().flatMap((lane) => queue.read(lane, 0, { entries: 10_000, bytes: 1e9 }));
  await queue.remove(entries.map(({ lane, seq }) => ({ lane, from: seq, to: seq })));
}

/** Appends big chunks until they go into an overflow. */
async function fill(lane: { append(chunk: Buffer): Promise<unknown> }, overflows: () => readonly unknown[]) {
  await vi.waitUntil(
    async () => {
      await lane.append(chunkOf(BIG));
      return overflows().length > 0;
    },
    { timeout: 20_000, interval: 1 },
  );
}

test('a journal that is far behind does not grow: what comes goes into an overflow, until it is drained', async () => {
  const { dataDir, path, journal, overflows } = edgeJournal();
  const lane = journal.openLane();
  await fill(lane, () => overflowNames(dataDir));
  const size = () => statSync(join(path, 'data.mdb')).size;
  const before = size();
  await Promise.all(Array.from({ length: 100 }, (_, index) => lane.append(chunkOf(`${index} ${BIG}`))));
  expect(size()).toBe(before);
  const [overflow] = overflows();
  const kept = textsOf(overflow as Journal).map((text) => Number.parseInt(text, 10));
  expect(kept.slice(-100)).toEqual(Array.from({ length: 100 }, (_, index) => index));

  await drain(journal);
  await vi.waitUntil(async () => {
    await lane.append(chunkOf('back'));
    return textsOf(journal).includes('back');
  });
});

test('an overflow ends only when nothing is left in it, and then takes nothing more: its writer begins another', async () => {
  const { dataDir, journal, overflows } = edgeJournal();
  const lane = journal.openLane();
  await fill(lane, () => overflowNames(dataDir));
  const first = overflows()[0] as Journal;
  expect(first.end()).toBe(false);
  await drain(first);
  expect(first.end()).toBe(true);

  await Promise.all(['a', 'b', 'c'].map((text) => lane.append(chunkOf(text))));
  expect(textsOf(first)).toEqual([]);
  const others = overflows().filter(({ uuid }) => uuid !== first.uuid);
  expect(others.map(textsOf)).toEqual([['a', 'b', 'c']]);
});

test('what is in overflows counts as waiting in the journal', async () => {
  const dataDir = scratchDirectory();
  const path = journalPath(dataDir, 'edge-0');
  const journal = scratchJournal({ path, overflowAbove: 1_000_000, budget: 4_000_000 });
  const other = scratchJournal({ path, budget: 4_000_000 });
  const lane = journal.openLane();
  await fill(lane, () => overflowNames(dataDir));
  await Promise.all(Array.from({ length: 60 }, () => lane.append(chunkOf(BIG))));
  await vi.waitFor(() => expect([journal.level(), other.level()]).toEqual(['no-samples', 'no-samples']));
});

test('an overflow is no journal of an edge, and one whose writer died before it was made is deleted in time', () => {
  const dataDir = scratchDirectory();
  const names = ['edge-0', 'edge-0.overflow-1', 'edge-0.overflow-new-2', 'edge-0.overflow-new-3'];
  for (const name of names) mkdirSync(journalPath(dataDir, name));
  const ago = new Date(Date.now() - 3_600_000);
  utimesSync(journalPath(dataDir, 'edge-0.overflow-new-2'), ago, ago);
  removeUnfinished(dataDir);
  expect([journalNames(dataDir), overflowNames(dataDir)]).toEqual([['edge-0'], ['edge-0.overflow-1']]);
  expect(statSync(journalPath(dataDir, 'edge-0.overflow-new-3')).isDirectory()).toBe(true);
  expect(() => statSync(journalPath(dataDir, 'edge-0.overflow-new-2'))).toThrow('ENOENT');
});

test('a full overflow is left for another one, so that each can be deleted as soon as it is drained', async () => {
  const dataDir = scratchDirectory();
  const path = journalPath(dataDir, 'edge-0');
  const journal = scratchJournal({ path, overflowAbove: -1, overflowFullAbove: 500_000, budget: 4_000_000 });
  const lane = journal.openLane();
  for (let index = 0; index < 60; index++) await lane.append(chunkOf(`${index} ${BIG}`));
  const overflows = overflowNames(dataDir).map((name) =>
    scratchJournal({ path: journalPath(dataDir, name) }),
  );
  expect(overflows.length).toBeGreaterThan(3);
  const kept = overflows.flatMap(textsOf).map((text) => Number.parseInt(text, 10));
  expect(kept.sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, index) => index));

  // Relief comes with each of them, not with the last.
  await vi.waitFor(() => expect(journal.level()).not.toBe('normal'));
  const [, ...drained] = overflows;
  for (const overflow of drained) {
    await drain(overflow);
    expect(overflow.end()).toBe(true);
  }
  for (const name of overflowNames(dataDir).slice(1)) rmSync(journalPath(dataDir, name), { recursive: true });
  await vi.waitFor(() => expect(journal.level()).toBe('normal'));
});

test('where no overflow can be made the rows go into the journal', async () => {
  const failed = () =>
    metrics
      .collect()
      .flatMap((family) => (family.type === 'counter' ? [family] : []))
      .find(({ name }) => name === 'farad_journal_overflow_failures_total')?.samples[0]?.value ?? Number.NaN;
  const before = failed();
  const dataDir = scratchDirectory();
  const path = journalPath(dataDir, 'edge-0');
  const overflow = new Overflow({
    path: join(dataDir, 'gone', 'journal-edge-0'),
    usedBytes: () => 1,
    above: 0,
  });
  const lane = new OverflowingLane(new LaneQueue(scratchEnvironment(path), 'entries'), overflow);
  await lane.append(chunkOf('a'));
  expect(failed()).toBe(before + 1);
  expect(textsOf(scratchJournal({ path }))).toEqual(['a']);
});

test('where no overflow can be made the journal itself is asked, and says why it cannot take the rows either', async () => {
  const { dataDir, path, journal } = edgeJournal();
  const lane = journal.openLane();
  await Promise.all(Array.from({ length: 40 }, () => lane.append(chunkOf(BIG))));
  const reader = scratchJournal({ path, overflowAbove: -1, diskReserve: Number.MAX_SAFE_INTEGER });
  await expect(reader.openLane().append(chunkOf('a'))).rejects.toThrow('full');
  expect(overflowNames(dataDir).length).toBeLessThanOrEqual(1);
});
