import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Environment } from '../../../src/journal/environment.ts';
import { CommitError } from '../../../src/journal/group-commit.ts';
import { StatePath } from '../../../src/store/state-path.ts';
import { scratchDirectory, scratchEnvironment } from '../journal/scratch.ts';

const key = (name: string) => Buffer.from(name);

/** As one process has it, with an environment of its own. */
function open(directory = scratchDirectory()) {
  const environment = scratchEnvironment(directory);
  const path = new StatePath(environment, true);
  return { environment, path, table: path.records<number>('connectors') };
}

test('nobody else sees what work has written before it is on the disk', async () => {
  const directory = scratchDirectory();
  const [one, other] = [open(directory), open(directory)];
  const seen: unknown[] = [];
  await Promise.all([
    one.path.transact('CP-1', () => {
      one.table.put(key('a'), 1);
      seen.push(one.table.get(key('a')));
    }),
    one.path.transact('CP-2', () => void seen.push(one.table.get(key('a')))),
    one.path.transact('CP-1', () => void seen.push(one.table.get(key('a')))),
  ]);
  expect(seen).toEqual([1, 1, undefined]);
  other.environment.endRead();
  expect([one.table.get(key('a')), other.table.get(key('a'))]).toEqual([1, 1]);
});

test('of work that threw nothing is kept, and what came beside it is done once', async () => {
  const { path, table } = open();
  const count = (fail = false) =>
    path.transact('CP-1', () => {
      const next = (table.get(key('counter')) ?? 0) + 1;
      table.put(key('counter'), next);
      if (fail) throw new RangeError('no');
      return next;
    });
  const outcomes = await Promise.allSettled([count(), count(true), count()]);
  expect(outcomes.map((outcome) => outcome.status === 'fulfilled' && outcome.value)).toEqual([1, false, 2]);
  expect(outcomes[1]).toMatchObject({ reason: { message: 'no' } });
  expect(table.get(key('counter'))).toBe(2);
});

test('E1: processes that change one charge point decide after each other, and each change counts', async () => {
  const directory = scratchDirectory();
  const all = [open(directory), open(directory), open(directory)];
  // Where the disk is fast, too, others decide before a decision is written.
  for (const { environment } of all) {
    const commit = environment.commit.bind(environment);
    environment.commit = async (write) => {
      await nextTurn();
      return commit(write);
    };
  }
  let runs = 0;
  const count = ({ path, table }: ReturnType<typeof open>, chargePointId: string) =>
    path.transact(chargePointId, () => {
      runs++;
      const next = (table.get(key(chargePointId)) ?? 0) + 1;
      table.put(key(chargePointId), next);
      return next;
    });
  const counted = new Map<string, number[]>();
  await Promise.all(
    all.flatMap((one) =>
      ['CP-1', 'CP-2'].map(async (chargePointId) => {
        for (let index = 0; index < 50; index++) {
          const next = await count(one, chargePointId);
          counted.set(chargePointId, [...(counted.get(chargePointId) ?? []), next]);
        }
      }),
    ),
  );
  const expected = Array.from({ length: 150 }, (_, index) => index + 1);
  for (const numbers of counted.values()) expect(numbers.sort((a, b) => a - b)).toEqual(expected);
  // Otherwise none of them was ever too late, and this shows nothing.
  expect(runs).toBeGreaterThan(300);
});

test('E15: of what rests on one name, only one is decided at a time, whoever it is about', async () => {
  const directory = scratchDirectory();
  const all = [open(directory), open(directory)];
  const claim = ({ path, table }: ReturnType<typeof open>, chargePointId: string, tag: string) =>
    path.transact(chargePointId, () => {
      path.restOn('tag', tag);
      for (const { value } of table.getRange({})) if (value === Number(tag)) return false;
      table.put(key(chargePointId), Number(tag));
      return true;
    });
  const tags = Array.from({ length: 20 }, (_, index) => String(index));
  const won = await Promise.all(
    tags.flatMap((tag) =>
      all.flatMap((one, at) => [`${tag}-${at}-x`, `${tag}-${at}-y`].map((id) => claim(one, id, tag))),
    ),
  );
  expect(won.filter(Boolean)).toHaveLength(tags.length);
});

test('work that writes nothing waits for no disk', async () => {
  const { path, table, environment } = open();
  await path.transact('CP-1', () => table.put(key('a'), 1));
  environment.commit = () => Promise.reject(new Error('nothing is to be written'));
  expect(await path.transact('CP-1', () => table.get(key('a')))).toBe(1);
});

test('on a full disk work is refused at once, and none is kept', async () => {
  const environment = new Environment(scratchDirectory(), { diskReserve: Number.MAX_SAFE_INTEGER });
  onTestFinished(() => environment.close());
  const path = new StatePath(environment, true);
  await expect(path.transact('CP-1', () => undefined)).rejects.toThrow(CommitError);
  expect(() => path.transactLater('CP-1', () => undefined)).toThrow(CommitError);
});

test('thousands at once are all done', async () => {
  const { path, table } = open();
  await Promise.all(
    Array.from({ length: 2_500 }, (_, index) =>
      path.transact(`CP-${index}`, () => table.put(key(`${index}`), index)),
    ),
  );
  expect(table.getCount({})).toBe(2_500);
});

describe('work that nobody waits for', () => {
  const inOrder = () => {
    const { path, table } = open();
    const done: string[] = [];
    const work = (name: string) => () => {
      done.push(name);
      table.put(key(name), done.length);
    };
    return { path, done, work, kept: (name: string) => table.get(key(name)) };
  };

  test('is written with the next that somebody waits for, before it', async () => {
    const { path, work, kept } = inOrder();
    const later = path.transactLater('CP-1', work('later'));
    await path.transact('CP-1', work('now'));
    expect([kept('later'), kept('now')]).toEqual([1, 2]);
    await later;
  });

  test('is written by itself where nobody else wants anything, and only then', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { path, done, work, kept } = inOrder();
    const later = path.transactLater('CP-1', work('later'));
    // It would have begun by now.
    for (let turn = 0; turn < 5; turn++) await nextTurn();
    expect(done).toEqual([]);
    vi.advanceTimersByTime(20);
    await later;
    expect(kept('later')).toBe(1);
  });

  test('is written when all is drained', async () => {
    const { path, work, kept } = inOrder();
    for (let index = 0; index < 2_500; index++) void path.transactLater(`CP-${index % 7}`, work('later'));
    await path.drain();
    expect(kept('later')).toBe(2_500);
  });
});
