import { describe, expect, test } from 'vitest';
import { scratchDirectory, scratchEnvironment } from './scratch.ts';

const key = (text: string) => Buffer.from(text);

test('work that throws leaves nothing behind, and the work beside it in the same commit stays', async () => {
  const environment = scratchEnvironment();
  const table = environment.records<number>('things');
  const put = (name: string, fail: boolean) =>
    environment.transact(() => {
      table.put(key(name), 1);
      if (fail) throw new RangeError('no');
    });

  const outcomes = await Promise.allSettled([put('a', false), put('b', true), put('c', false)]);

  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(outcomes[1]).toMatchObject({ reason: new RangeError('no') });
  expect(['a', 'b', 'c'].map((name) => table.get(key(name)))).toEqual([1, undefined, 1]);
});

test('work is done once, however much beside it in the same commit throws', async () => {
  const environment = scratchEnvironment();
  const table = environment.records<number>('things');
  const increment = (fail: boolean) =>
    environment.transact(() => {
      const next = (table.get(key('counter')) ?? 0) + 1;
      table.put(key('counter'), next);
      if (fail) throw new RangeError('no');
      return next;
    });

  const outcomes = await Promise.allSettled(
    Array.from({ length: 100 }, (_, index) => increment(index % 10 === 9)),
  );

  const counted = outcomes.filter((outcome) => outcome.status === 'fulfilled').map(({ value }) => value);
  expect(counted).toEqual(Array.from({ length: 90 }, (_, index) => index + 1));
  expect(table.get(key('counter'))).toBe(90);
});

test('a transaction does a bounded amount of work, and what is left over is in the next', async () => {
  const environment = scratchEnvironment();
  const table = environment.records<number>('things');
  const works = Array.from({ length: 2_500 }, (_, index) =>
    environment.transact(() => table.put(key(`${index}`), index)),
  );
  await works[0];
  expect([999, 1_000].map((index) => table.get(key(`${index}`)))).toEqual([999, undefined]);
  await Promise.all(works);
  expect(table.get(key('2499'))).toBe(2_499);
});

test('work that throws with nothing beside it leaves nothing behind', async () => {
  const environment = scratchEnvironment();
  const table = environment.records<number>('things');
  const failing = environment.transact(() => {
    table.put(key('a'), 1);
    throw new RangeError('no');
  });
  await expect(failing).rejects.toThrow(new RangeError('no'));
  await environment.transact(() => table.put(key('b'), 1));
  expect(['a', 'b'].map((name) => table.get(key(name)))).toEqual([undefined, 1]);
});

test('work that is asked for while a commit is under way is in the next', async () => {
  const environment = scratchEnvironment();
  const table = environment.records<number>('things');
  let later: Promise<unknown> | undefined;
  await environment.transact(() => {
    later ??= Promise.resolve().then(() => environment.transact(() => table.put(key('b'), 2)));
    return table.put(key('a'), 1);
  });
  await later;
  expect(['a', 'b'].map((name) => table.get(key(name)))).toEqual([1, 2]);
});

test('whoever asks after the environment was closed is told so', async () => {
  const environment = scratchEnvironment();
  const table = environment.records<number>('things');
  await environment.close();
  await expect(environment.transact(() => table.put(key('a'), 1))).rejects.toThrow('closed');
});

test('work sees what work of the same turn wrote before it', async () => {
  const environment = scratchEnvironment();
  const table = environment.records<number>('things');
  const increment = () =>
    environment.transact(() => {
      const next = (table.get(key('counter')) ?? 0) + 1;
      table.put(key('counter'), next);
      return next;
    });

  const seen = await Promise.all(Array.from({ length: 100 }, increment));

  expect(seen).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
});

test('what a transaction resolved with can be read at once', async () => {
  const environment = scratchEnvironment();
  const table = environment.records<number>('things');
  table.get(key('a'));
  await environment.transact(() => table.put(key('a'), 1));
  expect(table.get(key('a'))).toBe(1);
});

test('a record written by one opening is read by another in another environment of the same directory', async () => {
  const path = scratchDirectory();
  const writer = scratchEnvironment(path);
  const reader = scratchEnvironment(path);
  const records = reader.records<object>('things');
  await writer.transact(() =>
    writer.records<object>('things').put(key('a'), { name: 'CP-1', tags: ['x'], none: null }),
  );
  expect(records.get(key('a'))).toEqual({ name: 'CP-1', tags: ['x'], none: null });
});

describe('records of a layout', () => {
  interface Thing {
    readonly name: string;
    readonly size?: number | null;
    readonly tags?: readonly object[];
  }
  const layouts = [
    ['name', 'size'],
    ['name', 'size', 'tags'],
  ] as const;
  const thing: Thing = { name: 'CP-1', size: null };
  const later: Thing = { name: 'CP-2', size: 7, tags: [{ name: 'x', other: [1] }] };
  const odd: Thing = { tags: [{ name: 'y', size: 3 }], name: 'CP-3' };

  test('are read beside others, by processes that have never seen one written', async () => {
    const path = scratchDirectory();
    const writer = scratchEnvironment(path);
    const written = writer.records<Thing>('things', layouts);
    const all = Object.entries({ thing, odd, later });
    await writer.transact(() => {
      for (const [name, value] of all) written.put(key(name), value);
    });
    for (const [name, value] of all) expect(written.get(key(name))).toEqual(value);

    const read = scratchEnvironment(path).records<Thing>('things', layouts);
    for (const [name, value] of all.toReversed()) expect(read.get(key(name))).toEqual(value);
    for (const [name, value] of all) expect(read.get(key(name))).toEqual(value);
  });

  test('stand beside what was written before there were layouts, and before there were as many', async () => {
    const path = scratchDirectory();
    const environments = [[], layouts.slice(0, 1), layouts].map((known) => {
      const environment = scratchEnvironment(path);
      return { environment, table: environment.records<Thing>('things', known) };
    });
    for (const [index, { environment, table }] of environments.entries()) {
      await environment.transact(() => {
        table.put(key(`thing-${index}`), thing);
        table.put(key(`odd-${index}`), odd);
        table.put(key(`later-${index}`), later);
      });
    }
    const newest = scratchEnvironment(path).records<Thing>('things', layouts);
    const found = Array.from(newest.getRange({}), ({ value }) => value);
    expect(found).toEqual([later, later, later, odd, odd, odd, thing, thing, thing]);
  });

  test('do not carry the names of their members', async () => {
    const environment = scratchEnvironment();
    const sizeWith = async (name: string, known: typeof layouts | []): Promise<number | undefined> => {
      await environment.transact(() => environment.records<Thing>(name, known).put(key('a'), thing));
      return environment.bytes(name).get(key('a'))?.length;
    };
    expect(await sizeWith('short', layouts)).toBe(1 + 5 + 1);
    expect(await sizeWith('long', [])).toBeGreaterThan(15);
  });
});

test('a directory with a dot in its name is a directory all the same', async () => {
  const path = `${scratchDirectory()}/journal-edge.example`;
  const environment = scratchEnvironment(path);
  const table = environment.records<number>('things');
  await environment.transact(() => table.put(key('a'), 1));
  expect(table.get(key('a'))).toBe(1);
});

test('closing waits for writes under way, and does no harm twice', async () => {
  const path = scratchDirectory();
  const environment = scratchEnvironment(path);
  const table = environment.records<number>('things');
  const writes = Array.from({ length: 200 }, (_, index) =>
    environment.transact(() => table.put(key(String(index)), index)),
  );
  await environment.close();
  await environment.close();
  await Promise.all(writes);

  expect(scratchEnvironment(path).records<number>('things').get(key('199'))).toBe(199);
});

test('what transactSync wrote is committed when it returns, also where its work returns the promise of a put', () => {
  const path = scratchDirectory();
  const [writer, reader] = [scratchEnvironment(path), scratchEnvironment(path)];
  writer.transactSync(() => writer.records<number>('things').put(key('a'), 1));
  reader.endRead();
  expect(reader.records<number>('things').get(key('a'))).toBe(1);
});
