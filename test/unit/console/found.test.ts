import { expect, test } from 'vitest';
import { bayIn, type Found, withoutRepeats } from '../../../src/console/found.ts';

const found = (kind: Found['kind'], ...names: string[]): Found[] =>
  names.map((name) => ({ kind, name, more: '', url: `/${kind}/${name}` }));
const many = Array.from({ length: 20 }, (_, place) => `CP-${place}`);

test('a search puts charge points first, those that fit best before the others, each once', () => {
  const all = withoutRepeats([
    ...found('Charge point', 'CP-12'),
    ...found('Transaction', '12'),
    ...found('Token', '1200'),
    ...found('Charge point', 'CP-4', 'CP-12'),
  ]);
  expect(all.map(({ name }) => name)).toEqual(['CP-12', 'CP-4', '12', '1200']);
});

test('a transaction has its place, however many charge points there are', () => {
  const all = withoutRepeats([...found('Charge point', ...many), ...found('Transaction', '12')]);
  expect(all).toHaveLength(16);
  expect(all.at(-1)?.kind).toBe('Transaction');
  expect(withoutRepeats(found('Charge point', ...many))).toHaveLength(16);
});

test.each([
  ['12', '12'],
  ['bay 12', '12'],
  ['Bay  A 3', 'A 3'],
  ['Stellplatz 12', '12'],
  ['bay', 'bay'],
  ['BAY-12', 'BAY-12'],
  ['x'.repeat(51), undefined],
])('who looks for %j means the bay %j', (text, bay) => {
  expect(bayIn(text)).toBe(bay);
});
