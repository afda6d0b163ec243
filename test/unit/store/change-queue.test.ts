import { expect, onTestFinished, test, vi } from 'vitest';
import { ChangeQueue } from '../../../src/store/change-queue.ts';
import { LocalChanges } from '../../../src/store/local-changes.ts';
import { Recorder } from '../../../src/store/recorder.ts';
import { RecordingTable } from '../../../src/store/recording-table.ts';
import { scratchEnvironment } from '../journal/scratch.ts';

/** A queue whose changes reach the disk, or come too late, when the test says so. */
function setUp() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const environment = scratchEnvironment();
  const fences = {
    newest: environment.fences('newest-changes'),
    shared: environment.fences('shared-fences'),
  };
  const recorder = new Recorder(new LocalChanges(environment, fences), () => environment.reading);
  const table = new RecordingTable('connectors', environment.records<number>('connectors'), recorder);
  const appended: ((isNewest: boolean) => void)[] = [];
  const queue = new ChangeQueue({
    recorder,
    assertSpace: () => undefined,
    refresh: () => environment.endRead(),
    append: (changes) =>
      new Promise((resolve) => appended.push((isNewest) => resolve(changes.map(() => isNewest)))),
    onConflicts: () => undefined,
  });
  const add = (name: string, hurry: boolean) =>
    queue.add('CP-1', () => table.put(Buffer.from(name), 1), hurry);
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
  };
  return { appended, add, turns };
}

test('nobody waits for ever once others that waited were done with what was decided again', async () => {
  const { appended, add, turns } = setUp();
  const first = add('first', true);
  await turns();
  const second = add('second', false);
  appended[0]?.(false);
  await turns();
  appended[1]?.(true);
  await Promise.all([first, second]);

  vi.advanceTimersByTime(20);
  const third = add('third', false);
  vi.advanceTimersByTime(20);
  await turns();
  expect(appended).toHaveLength(3);
  appended[2]?.(true);
  await third;
});
