import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

/** Rules by level: `must` in the standard's text, `should` in it, or `advice` of our own. */
interface Section {
  readonly title: string;
  readonly must: readonly number[];
  readonly should: readonly number[];
  readonly advice: readonly number[];
}

/** The obligations of a Central System that speaks OCPP 1.6J, in our numbering; tests carry these numbers in their names. */
const SECTIONS: Readonly<Record<string, Section>> = {
  A: {
    title: 'connection and handshake',
    must: [1, 4, 5, 7, 9, 14],
    should: [2, 8, 10, 13],
    advice: [3, 6, 11, 12],
  },
  B: {
    title: 'RPC framing',
    must: [1, 2, 4, 5, 8, 12, 13, 14, 15],
    should: [3, 6, 7],
    advice: [9, 10, 11, 16, 17],
  },
  G: {
    title: 'commands from the Central System',
    must: [1, 3, 4, 5, 6, 7, 9, 10, 11, 12, 14],
    should: [8],
    advice: [2, 13, 15],
  },
  H: { title: 'local authorization list', must: [1, 2, 3, 4, 5, 6, 8, 9], should: [7], advice: [10] },
  I: { title: 'reservation', must: [1, 2, 3, 4, 5, 6], should: [], advice: [7, 8] },
  J: {
    title: 'smart charging',
    must: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 18, 19, 20],
    should: [15, 17],
    advice: [],
  },
  K: {
    title: 'firmware, diagnostics, logs',
    must: [1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 13],
    should: [7, 11],
    advice: [],
  },
};

/** Rules without a test, and why. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  A10: 'is about a setting inside the charge point, which an operator makes; Farad pings by its own setting',
};

const TESTS = new URL('../../', import.meta.url);

/** Lines of test files that are no comments, which is where names of tests stand. */
const lines = readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts') && !file.includes('obligations'))
  .flatMap((file) => readFileSync(new URL(file.replaceAll('\\', '/'), TESTS), 'utf8').split('\n'))
  .filter((line) => !/^\s*(\/\/|\/?\*)/.test(line));

/** The rule numbers with which a name begins (`'G1, G2: ...'`), or that stand in brackets at its end (`... (A8, E10)'`). */
const named = new Set(
  lines
    .flatMap((line) => [
      ...line.matchAll(
        /['"`](?:[^'"`]*?; )?((?:[A-L]\d{1,2}, )*(?:J\.\d-\d, )?[A-L]\d{1,2}(?:, J\.\d-\d)?):? /g,
      ),
      ...line.matchAll(/\(((?:[A-L]\d{1,2}, )*[A-L]\d{1,2})\)['"`]/g),
    ])
    .flatMap(([, numbers]) => (numbers ?? '').match(/\b[A-L]\d{1,2}\b/g) ?? []),
);

describe.each(Object.entries(SECTIONS))('obligations %s', (letter, { title, must, should, advice }) => {
  const binding = [...must, ...should];

  test(`${title}: every rule has its level`, () => {
    const all = [...binding, ...advice].sort((a, b) => a - b);
    expect(all).toEqual(all.map((_, index) => index + 1));
  });

  test(`${title}: each rule that binds has a test with its number, or a reason why not`, () => {
    const missing = binding
      .map((number) => `${letter}${number}`)
      .filter((rule) => !named.has(rule) && EXCEPTIONS[rule] === undefined);
    expect(missing).toEqual([]);
  });

  test(`${title}: no exception has outlived its reason`, () => {
    const rules = Object.keys(EXCEPTIONS).filter((rule) => rule.startsWith(letter));
    expect(rules.filter((rule) => named.has(rule))).toEqual([]);
    expect(binding).toEqual(expect.arrayContaining(rules.map((rule) => Number(rule.slice(1)))));
  });
});
