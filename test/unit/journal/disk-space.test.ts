import { expect, onTestFinished, test, vi } from 'vitest';
import { DiskSpace } from '../../../src/journal/disk-space.ts';
import { CommitError } from '../../../src/journal/group-commit.ts';
import { openJournal } from '../../../src/journal/journal.ts';
import { scratchStore } from '../store/scratch.ts';
import { start } from '../store/starts-and-stops.ts';
import { chunkOf, scratchDirectory, scratchEnvironment, scratchJournal } from './scratch.ts';

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

test('E20: a disk that fills up while a write waits for its turn refuses it, and nothing of it is kept', async () => {
  const environment = scratchEnvironment();
  const table = environment.bytes('things');
  const put = (key: string) =>
    environment.transact(() => void table.put(Buffer.from(key), Buffer.from('value')));
  const left = vi
    .spyOn(environment.space, 'left')
    .mockReturnValueOnce(1)
    .mockReturnValueOnce(1)
    .mockReturnValue(-1);
  const writes = await Promise.allSettled([put('a'), put('b')]);
  expect(writes.map((write) => write.status === 'rejected' && write.reason)).toEqual([
    expect.any(CommitError),
    expect.any(CommitError),
  ]);
  left.mockRestore();
  await put('c');
  expect([...table.getKeys({})].map(String)).toEqual(['c']);
});

test('the less is left, the sooner the disk is looked at again: before a fast writer can have filled it', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const MIB = 1024 * 1024;
  let free = 1000 * MIB;
  let looks = 0;
  const space = new DiskSpace('', 64 * MIB, () => {
    looks++;
    return free;
  });
  const looksWithin = (ms: number): number => {
    const before = looks;
    for (let passed = 0; passed < ms; passed++) {
      vi.advanceTimersByTime(1);
      space.left();
    }
    return looks - before;
  };
  space.left();
  expect(looksWithin(100)).toBe(1);
  free = (64 + 40) * MIB;
  looksWithin(100);
  expect(looksWithin(100)).toBe(10);
  free = 0;
  looksWithin(10);
  expect(looksWithin(100)).toBe(100);
});
