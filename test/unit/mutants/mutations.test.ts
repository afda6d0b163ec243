import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

interface Mutation {
  readonly name: string;
  /** The obligation, as it stands in the names of the tests that must go red. */
  readonly breaks: string;
  readonly file: string;
  readonly replace: string;
  readonly with: string;
  readonly tests: readonly string[];
}

const root = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const mutations = JSON.parse(read('test/mutants/mutations.json')) as readonly Mutation[];

/** `npm run mutants` tells whether the tests notice them; here only that each can still be tried. */
describe('the kept mutations', () => {
  test('are at least twenty, each under a name of its own', () => {
    expect(new Set(mutations.map(({ name }) => name)).size).toBe(mutations.length);
    expect(mutations.length).toBeGreaterThanOrEqual(20);
  });

  test.each(mutations)('applies exactly once ($breaks): $name', (mutation) => {
    const { file, replace, breaks, tests } = mutation;
    expect(read(file).split(replace)).toHaveLength(2);
    expect(mutation.with).not.toBe(replace);
    expect(tests.length).toBeGreaterThan(0);
    for (const path of tests) expect(read(path)).toMatch(new RegExp(`\\b${breaks}\\b`));
  });
});
