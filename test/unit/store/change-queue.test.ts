import { expect, onTestFinished, test, vi } from 'vitest';
import { ChangeQueue } from '../../../src/store/change-queue.ts';
import { LocalChanges } from '../../../src/store/local-changes.ts';
import { Recorder } from '../../../src/store/recorder.ts';
import { RecordingTable } from '../../../src/store/recording-table.ts';
import { writingThrough } from '../../../src/store/writing.ts';
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
  const table = new RecordingTable('connectors', environment.records<string>('connectors'), recorder);
  const appended: ((isNewest: boolean) => void)[] = [];
  /** Names that each of the appended changes writes. */
  const written: string[] = [];
  const queue = new ChangeQueue({
    recorder,
    assertSpace: () => undefined,
    refresh: () => environment.endRead(),
    append: (changes) => {
      for (const { tables } of changes)
        written.push(tables.flatMap(({ entries }) => entries.map(({ key }) => String(key))).join());
      return new Promise((resolve) => appended.push((isNewest) => resolve(changes.map(() => isNewest))));
    },
    onConflicts: () => undefined,
  });
  const add = (name: string, hurry: boolean, value = 'x') =>
    queue.add('CP-1', () => table.put(Buffer.from(name), value), hurry);
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
  };
  return { appended, written, add, turns };
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

test('no more work joins a change that is large enough, and what is left waits in its order', async () => {
  const { appended, written, add, turns } = setUp();
  const large = 'x'.repeat(30 * 1024);
  const done = Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => add(name, true, large)));
  for (const isNewest of [false, true, true]) {
    await turns();
    appended.at(-1)?.(isNewest);
  }
  await done;
  expect(written).toEqual(['a,b,c', 'a,b,c', 'd,e']);
});

test('where changes go several ways, those of one that stands still hold up none of the others', async () => {
  const environment = scratchEnvironment();
  const appended: string[] = [];
  let goOn = (): void => undefined;
  const goesOn = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const { recorder, changes } = writingThrough(environment, {
    newest: () => 0,
    wayOf: (scope) => scope.slice(0, 1),
    append: async (decided) => {
      appended.push(...decided.map(({ scope }) => scope));
      if (decided.some(({ scope }) => scope.startsWith('a'))) await goesOn;
      return decided.map(() => true);
    },
  });
  const table = new RecordingTable('connectors', environment.records<string>('connectors'), recorder);
  const add = (scope: string) => changes.add(scope, () => table.put(Buffer.from(scope), 'x'));
  const standing = Array.from({ length: 2_000 }, (_, number) => add(`a${number}`));
  await Promise.all([add('b1'), add('b2')]);
  expect(appended.length).toBeLessThan(2_000);

  let isDrained = false;
  const drained = changes.drain().then(() => {
    isDrained = true;
  });
  await add('b3');
  expect(isDrained).toBe(false);
  goOn();
  await Promise.all([drained, ...standing]);
  expect(appended).toHaveLength(2_003);
});
