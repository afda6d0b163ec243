import { expect, test } from 'vitest';
import type { Outcome } from '../../../src/store/change-driver.ts';
import { LocalChanges } from '../../../src/store/local-changes.ts';
import { Recorder } from '../../../src/store/recorder.ts';
import { RecordingTable } from '../../../src/store/recording-table.ts';
import { ScopeQueues } from '../../../src/store/scope-queues.ts';
import { scratchEnvironment } from '../journal/scratch.ts';

/** Queues whose changes take effect, or come too late, when the test says so. */
function setUp(mostScopes?: number) {
  const environment = scratchEnvironment();
  const fences = {
    newest: environment.fences('newest-changes'),
    shared: environment.fences('shared-fences'),
  };
  const recorder = new Recorder(new LocalChanges(environment, fences), () => environment.reading);
  const table = new RecordingTable('connectors', environment.records<string>('connectors'), recorder);
  /** What was appended and is not settled yet: names by scope. */
  const onTheWay = new Map<string, { names: string; settle: (outcome: Outcome) => void }>();
  const queues = new ScopeQueues(
    {
      recorder,
      assertSpace: () => undefined,
      refresh: () => environment.endRead(),
      append: async (changes) => {
        const [change, ...others] = changes;
        if (!change || others.length > 0) throw new Error('changes of several scopes came together');
        const names = change.tables.flatMap(({ entries }) => entries.map(({ key }) => String(key))).join();
        const outcome = await new Promise<Outcome>((settle) => {
          onTheWay.set(change.scope, { names, settle });
        });
        onTheWay.delete(change.scope);
        return [outcome];
      },
      onConflicts: () => undefined,
    },
    mostScopes,
  );
  const done: string[] = [];
  const add = async (scope: string, name: string): Promise<void> => {
    await queues.add(scope, () => table.put(Buffer.from(name), 'x'));
    done.push(name);
  };
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 4; turn++) await new Promise(setImmediate);
  };
  const names = (): Record<string, string> =>
    Object.fromEntries([...onTheWay].map(([scope, { names: written }]) => [scope, written]));
  const settle = async (scope: string, outcome: Outcome = true): Promise<void> => {
    onTheWay.get(scope)?.settle(outcome);
    await turns();
  };
  return { queues, add, turns, names, settle, done };
}

test('a change that takes long holds up nobody but its own scope', async () => {
  const { add, turns, names, settle, done, queues } = setUp();
  const all = ['a1', 'b1'].map((name) => add(name.charAt(0), name));
  await turns();
  all.push(add('a', 'a2'), add('a', 'a3'), add('b', 'b2'));
  await turns();
  expect(names()).toEqual({ a: 'a1', b: 'b1' });

  await settle('b');
  expect([names(), done]).toEqual([{ a: 'a1', b: 'b2' }, ['b1']]);
  // What came too late is decided again, before what came later.
  await settle('a', false);
  expect(names()).toEqual({ a: 'a1,a2,a3', b: 'b2' });
  await Promise.all([settle('a'), settle('b')]);
  await Promise.all([...all, queues.drain()]);
  expect([...done].sort()).toEqual(['a1', 'a2', 'a3', 'b1', 'b2']);
});

test('so many scopes go at a time, and the others in their order, each with all of its work', async () => {
  const { add, turns, names, settle, done } = setUp(2);
  const all = Promise.allSettled(
    ['a1', 'b1', 'c1', 'd1', 'c2', 'e1'].map((name) => add(name.charAt(0), name)),
  );
  await turns();
  expect(names()).toEqual({ a: 'a1', b: 'b1' });
  await settle('b');
  expect(names()).toEqual({ a: 'a1', c: 'c1,c2' });
  await settle('a', new Error('nobody knows'));
  expect(names()).toEqual({ c: 'c1,c2', d: 'd1' });
  await settle('d');
  await settle('c');
  await settle('e');
  const outcomes = await all;
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', ...Array(5).fill('fulfilled')]);
  expect(done).toEqual(['b1', 'd1', 'c1', 'c2', 'e1']);
});
