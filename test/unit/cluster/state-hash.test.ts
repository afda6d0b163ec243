import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EMPTY_HASH, type Entry, stateHash } from '../../../src/cluster/state-hash.ts';

const entry = (table: string, key: string, value: string): Entry => [
  table,
  Buffer.from(key),
  Buffer.from(value),
];

const anyEntries = fc
  .uniqueArray(
    fc.record({
      table: fc.constantFrom('sessions', 'connectors', 'jobs'),
      key: fc.string({ minLength: 1, maxLength: 4 }),
      value: fc.string({ maxLength: 8 }),
    }),
    { selector: ({ table, key }) => `${table} ${key}`, maxLength: 20 },
  )
  .map((all) => all.map(({ table, key, value }) => entry(table, key, value)));

test('is the same on all nodes and in all releases', () => {
  expect(stateHash([])).toBe(EMPTY_HASH);
  expect(stateHash([entry('sessions', 'CP-1', 'a'), entry('connectors', 'CP-1', 'b')])).toBe(
    '3ac94c6df6b0f952b7b7b47e83508b86070673e0d43f70b81ed9e4ef3f0ea50c',
  );
});

test('copies that hold the same have one hash, in any order and in any slices', () => {
  fc.assert(
    fc.property(
      anyEntries.chain((entries) =>
        fc.tuple(
          fc.constant(entries),
          fc.shuffledSubarray(entries, { minLength: entries.length }),
          fc.nat(entries.length),
        ),
      ),
      ([entries, shuffled, cut]) => {
        const hash = stateHash(entries);
        expect(stateHash(shuffled)).toBe(hash);
        const first = stateHash(shuffled.slice(0, cut));
        expect(stateHash(shuffled.slice(cut), new Set(), first)).toBe(hash);
      },
    ),
  );
});

test('copies that differ have different ones', () => {
  fc.assert(
    fc.property(anyEntries, anyEntries, (some, others) => {
      const texts = [some, others].map((entries) =>
        entries.map(([table, key, value]) => JSON.stringify([table, `${key}`, `${value}`])).sort(),
      );
      const isSame = JSON.stringify(texts[0]) === JSON.stringify(texts[1]);
      expect(stateHash(some) === stateHash(others)).toBe(isSame);
    }),
  );
});

test.each([
  ['a key and a value in two places', [entry('t', 'ab', 'c')], [entry('t', 'a', 'bc')]],
  ['a table and a key in two places', [entry('ta', 'b', 'c')], [entry('t', 'ab', 'c')]],
  [
    'values that have changed places',
    [entry('t', 'a', '1'), entry('t', 'b', '2')],
    [entry('t', 'a', '2'), entry('t', 'b', '1')],
  ],
  ['an empty value and no entry', [entry('t', 'a', '')], []],
])('tells %s apart', (_, some, others) => {
  expect(stateHash(some)).not.toBe(stateHash(others));
});

test('leaves out what is of one machine', () => {
  const shared = entry('sessions', 'CP-1', 'a');
  const without = new Set(['outbox']);
  expect(stateHash([shared, entry('outbox', '1', 'x')], without)).toBe(stateHash([shared]));
  expect(stateHash([shared, entry('outbox', '1', 'x')])).not.toBe(stateHash([shared]));
});
