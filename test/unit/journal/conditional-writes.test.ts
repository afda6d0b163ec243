import { expect, test } from 'vitest';
import type { ConditionalWrite, Fence } from '../../../src/journal/conditional-writes.ts';
import { scratchEnvironment } from './scratch.ts';

const key = (name: string) => Buffer.from(name);

/** Every way in which so many fences may stand or have fallen, of what is new and of what is known. */
function combinations(count: number): { stands: boolean; isNew: boolean }[][] {
  if (count === 0) return [[]];
  return combinations(count - 1).flatMap((others) =>
    [true, false].flatMap((stands) => [true, false].map((isNew) => [...others, { stands, isNew }])),
  );
}

test('a write is done if all of its fences stand, however many it has, and what follows it as if it were alone', async () => {
  const environment = scratchEnvironment();
  const fences = environment.fences('numbers');
  const table = environment.records<number>('things');
  const counted = async (name: string): Promise<Fence> => {
    await environment.writeWhereNewest([{ fences: [fences.newest(key(name))], write: () => undefined }]);
    return fences.newest(key(name));
  };
  const cases = [1, 2, 3].flatMap(combinations);
  const writes: ConditionalWrite[] = [];
  for (const [number, all] of cases.entries()) {
    const decidedOn: Fence[] = [];
    for (const [at, { stands, isNew }] of all.entries()) {
      const name = `${number}-${at}`;
      const fence = isNew ? fences.newest(key(name)) : await counted(name);
      if (!stands) await counted(name);
      decidedOn.push(fence);
    }
    writes.push({ fences: decidedOn, write: () => table.put(key(String(number)), number) });
  }
  const expected = cases.map((all) => all.every(({ stands }) => stands));
  expect(expected.filter(Boolean)).toHaveLength(2 + 4 + 8);

  expect(await environment.writeWhereNewest(writes)).toEqual(expected);
  expect(cases.map((_, number) => table.get(key(String(number))) === number)).toEqual(expected);
  // Decided on what is not the newest any more.
  expect(await environment.writeWhereNewest(writes)).toEqual(cases.map(() => false));
});
