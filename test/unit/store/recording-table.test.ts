import { expect, onTestFinished, test } from 'vitest';
import type { KeyRange } from '../../../src/journal/table.ts';
import { StatePath } from '../../../src/store/state-path.ts';
import { scratchEnvironment } from '../journal/scratch.ts';

const KEYS = 12;

/** The same numbers each time. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A key that others begin with, too. */
const keyOf = (number: number) => Buffer.from(`k${number.toString(2)}`);

/** What a range means, on a plain list. */
function found(model: ReadonlyMap<string, number>, range: KeyRange): [string, number][] {
  const { start, end, reverse = false, exclusiveStart = false, inclusiveEnd = false, limit } = range;
  const order = (a: Uint8Array, b: Uint8Array) => (reverse ? -1 : 1) * Buffer.compare(a, b);
  return [...model]
    .map(([key, value]) => ({ key: Buffer.from(key), value }))
    .filter(({ key }) => start === undefined || order(key, start) > (exclusiveStart ? 0 : -1))
    .filter(({ key }) => end === undefined || order(key, end) < (inclusiveEnd ? 1 : 0))
    .sort((a, b) => order(a.key, b.key))
    .slice(0, limit)
    .map(({ key, value }) => [key.toString(), value]);
}

test.each([1, 2, 3])('what work has written reads as if it were stored (seed %i)', async (seed) => {
  const below = randomOf(seed);
  const environment = scratchEnvironment();
  const path = new StatePath(environment, true);
  const table = path.records<number>('connectors');
  const model = new Map<string, number>();
  const change = (): void => {
    const key = keyOf(below(KEYS));
    const was = model.has(key.toString());
    if (below(3) > 0) {
      const value = below(1_000);
      table.put(key, value);
      model.set(key.toString(), value);
      return;
    }
    if (below(2) > 0) table.remove(key);
    else expect(table.removeSync(key)).toBe(was);
    model.delete(key.toString());
  };
  const look = (): void => {
    const key = keyOf(below(KEYS));
    expect(table.get(key)).toBe(model.get(key.toString()));
    expect(table.doesExist(key)).toBe(model.has(key.toString()));
    expect(table.isEmpty).toBe(model.size === 0);
    const reverse = below(2) > 0;
    const bounds = [keyOf(below(KEYS)), keyOf(below(KEYS))].sort(Buffer.compare);
    const [start, end] = reverse ? bounds.reverse() : bounds;
    const range: KeyRange = {
      ...(below(4) > 0 && { start }),
      ...(below(4) > 0 && { end }),
      ...(below(2) > 0 && { limit: below(5) + 1 }),
      ...{ reverse, exclusiveStart: below(2) > 0, inclusiveEnd: below(2) > 0 },
    };
    const expected = found(model, range);
    expect(Array.from(table.getRange(range), ({ key, value }) => [key.toString(), value])).toEqual(expected);
    expect(Array.from(table.getKeys(range), (key) => key.toString())).toEqual(expected.map(([key]) => key));
    const { limit: _, ...whole } = range;
    expect(table.getCount(whole)).toBe(found(model, whole).length);
  };

  for (let round = 0; round < 60; round++) {
    await path.transact('CP-1', () => {
      for (let step = below(round % 10 === 0 ? 60 : 4); step >= 0; step--) {
        change();
        look();
      }
    });
    look();
  }
  expect(found(model, {})).toEqual(
    Array.from(environment.records<number>('connectors').getRange({}), ({ key, value }) => [
      key.toString(),
      value,
    ]),
  );
});

test('a key that LMDB cannot keep, or a value that cannot be encoded, fails the work that writes it alone', async () => {
  const path = new StatePath(scratchEnvironment(), true);
  onTestFinished(() => path.drain());
  const table = path.records<unknown>('connectors');
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  const outcomes = await Promise.allSettled([
    path.transact('CP-1', () => table.put(keyOf(1), 'one')),
    path.transact('CP-1', () => table.put(Buffer.alloc(2_000, 1), 'long')),
    path.transact('CP-1', () => table.put(keyOf(2), cyclic)),
    path.transact('CP-1', () => table.put(keyOf(3), 'three')),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
  expect([1, 2, 3].map((number) => table.get(keyOf(number)))).toEqual(['one', undefined, 'three']);
});

test('a table has one place where it is written, and is written within transactions only', () => {
  const path = new StatePath(scratchEnvironment(), true);
  const table = path.records<number>('connectors');
  expect(() => path.records('connectors')).toThrow(/opened twice/);
  expect(() => table.put(keyOf(1), 1)).toThrow(/outside a write transaction/);
  expect(() => path.restOn('tag', 'TAG-1')).toThrow(/outside a write transaction/);
});
