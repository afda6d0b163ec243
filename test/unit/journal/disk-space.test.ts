import { expect, test } from 'vitest';
import { CommitError } from '../../../src/journal/durable.ts';
import { openJournal } from '../../../src/journal/journal.ts';
import { scratchStore } from '../store/scratch.ts';
import { start } from '../store/starts-and-stops.ts';
import { chunkOf, scratchDirectory, scratchJournal } from './scratch.ts';

/** More than any disk has: as if every byte that is left were part of the reserve. */
const EVERYTHING = Number.MAX_SAFE_INTEGER;

test('when only the reserve of the disk is left, appends are refused, and what is there can be read and removed', async () => {
  const path = scratchDirectory();
  const before = openJournal({ path });
  const lane = before.openLane();
  await Promise.all([lane.append(chunkOf('a')), lane.append(chunkOf('b'))]);
  await before.close();

  const full = scratchJournal({ path, diskReserve: EVERYTHING });
  await expect(full.openLane().append(chunkOf('c'))).rejects.toThrow(CommitError);
  await full.queue.saveBatch([{ lane: lane.number, from: 1, to: 1 }]);
  await full.queue.finishBatch();

  expect(full.queue.read(lane.number, 0, { entries: 10, bytes: 1_000 })).toMatchObject([{ seq: 2 }]);
});

test('a disk that fills up stops meter samples before it stops transactions', () => {
  expect(scratchJournal({ diskReserve: 0 }).level()).toBe('normal');
  expect(scratchJournal({ diskReserve: EVERYTHING }).level()).toBe('no-samples');
});

test('E20: when only the reserve of the disk is left, a start is refused so that the charge point retries', async () => {
  const dataDir = scratchDirectory();
  const full = scratchStore({ dataDir, diskReserve: EVERYTHING });
  await expect(full.transactions.start(start())).rejects.toThrow(/disk of .* is full/);
  expect(full.transactions.openOf('CP-1')).toEqual([]);

  const relieved = scratchStore({ dataDir });
  expect(await relieved.transactions.start(start())).toMatchObject({ created: true });
});
