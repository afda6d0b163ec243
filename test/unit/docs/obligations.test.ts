import { describe, expect, test } from 'vitest';
import { filesIn, type Line, lines, read, shown } from './repository.ts';

interface Rule {
  readonly level: string;
  readonly owed: string;
  readonly clause: string;
  /** Empty: held. Else `partly: ...`, `not built` or `not ours: ...`. */
  readonly state: string;
}

interface Citation {
  readonly rule: string;
  readonly where: Line;
}

const RULE = String.raw`(?:2\.0\.1\/)?(?:[A-Z]\d{1,2}|J\.[23](?:-\d{1,2})?)`;
const RULES = `${RULE}(?:(?:, | and | to )${RULE})*`;
/** A row of a page: rule, level, what is owed, clause, state. */
const ROW = new RegExp(
  String.raw`^\| (${RULE}) \| ([^|]*) \| ((?:[^|\\]|\\.)*) \| ([^|]*) \|(?: ([^|]*)\|)?$`,
  'gm',
);
const IN_FRONT = new RegExp(String.raw`(?:['"\x60]|[;:] )(${RULES}): `, 'g');
const IN_BRACKETS = new RegExp(String.raw`\(((?:${RULE}|TC_\w+)(?:, (?:${RULE}|TC_\w+))*)\)`, 'g');
const SPOKEN = new RegExp(String.raw`obligations? ([A-Z]\b(?!\d|\.)|${RULES})`, 'gi');

const sixteen = rulesOf('docs/obligations/ocpp-1.6.md');
const twoZeroOne = rulesOf('docs/obligations/ocpp-2.0.1.md');
const all = new Map([...sixteen, ...twoZeroOne]);
const quirks = quirksOf('docs/field-quirks.md');
const entries = new Set([...all.keys(), ...quirks]);

const tests = lines.filter(({ file, isComment }) => file.endsWith('.test.ts') && !isComment);
const inTests = tests.flatMap((where) => [
  ...cited(where, IN_FRONT),
  ...cited(where, new RegExp(`${IN_BRACKETS.source}(?=['"\`;])`, 'g')),
]);
const inComments = lines
  .filter(({ text, isComment }) => isComment || text.includes('//'))
  .flatMap((where) => [...cited(where, SPOKEN), ...cited(where, IN_BRACKETS)]);
const tested = new Set(inTests.map(({ rule }) => rule));

describe('the pages of obligations', () => {
  test.each([
    ['1.6', sixteen],
    ['2.0.1', twoZeroOne],
  ])('OCPP %s: every rule has a level, a sentence, a clause and a state that means something', (_, rules) => {
    expect(rules.size).toBeGreaterThan(100);
    for (const [rule, { level, owed, clause, state }] of rules) {
      expect(`${rule}: ${level}`).toMatch(/: [MSA]$/);
      expect(`${rule}: ${owed}`).toMatch(/: \S.*[^.]\.$/);
      if (level !== 'A') expect(`${rule}: ${clause}`).toMatch(/: [A-Z]/);
      expect(`${rule}: ${state}`).toMatch(/: (|not built|partly: .+|not ours: .+)$/);
    }
  });

  test('OCPP 1.6: no number is missing within a letter', () => {
    for (const letter of 'ABCDEFGHIJKL') {
      const numbers = [...sixteen.keys()]
        .filter((rule) => rule.startsWith(letter) && !rule.includes('.'))
        .map((rule) => Number(rule.slice(1)));
      expect(numbers.length).toBeGreaterThan(0);
      expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    }
  });

  test('OCPP 1.6: whatever binds is held, or is not ours', () => {
    const open = [...sixteen].filter(([, { level, state }]) => level !== 'A' && state === 'not built');
    expect(open.map(([rule]) => rule)).toEqual([]);
  });

  test('every rule that is held has a test with its number, advice included', () => {
    const missing = [...all]
      .filter(([, { state }]) => !/^not /.test(state))
      .map(([rule]) => rule)
      .filter((rule) => !tested.has(rule));
    expect(missing).toEqual([]);
  });

  test('no rule is marked as not built, or not ours, that has a test', () => {
    const outlived = [...all].filter(([rule, { state }]) => /^not /.test(state) && tested.has(rule));
    expect(outlived.map(([rule]) => rule)).toEqual([]);
  });
});

describe('the page of quirks', () => {
  const fixture = JSON.parse(read('test/fixtures/field-quirks/messages.json')) as readonly {
    number: string;
  }[];
  const fixed = fixture.map(({ number }) => number);

  test('each has a test with its number, or a message among the fixtures', () => {
    expect(quirks.length).toBeGreaterThan(40);
    expect(quirks.filter((quirk) => !tested.has(quirk) && !fixed.includes(quirk))).toEqual([]);
  });

  test('each message among the fixtures has an entry', () => {
    expect(fixed.filter((quirk) => !quirks.includes(quirk))).toEqual([]);
  });
});

describe('citations', () => {
  test('are found where they are', () => {
    expect(tested.size).toBeGreaterThan(120);
    expect(inComments.length).toBeGreaterThan(30);
    expect(inTests.filter(({ rule }) => rule === 'H4').map(({ where }) => where.file)).toContain(
      'test/gateway/local-list.test.ts',
    );
  });

  test('in names of tests have an entry', () => {
    expect(unknown(inTests)).toEqual([]);
  });

  test('in comments have an entry', () => {
    expect(unknown(inComments)).toEqual([]);
  });

  test('in kept mutations have an entry, or are a case of the OCTT', () => {
    const mutations = JSON.parse(read('test/mutants/mutations.json')) as readonly { breaks: string }[];
    const rules = mutations.map(({ breaks }) => breaks).filter((rule) => new RegExp(`^${RULE}$`).test(rule));
    expect(rules.length).toBeGreaterThan(20);
    expect(rules.filter((rule) => !entries.has(rule))).toEqual([]);
  });

  test('in the documents have an entry', () => {
    const spoken = ['README.md', ...filesIn('docs', /\.md$/)].flatMap((file) =>
      read(file)
        .split('\n')
        .flatMap((text, index) => cited({ file, line: index + 1, text, isComment: true }, SPOKEN)),
    );
    expect(unknown(spoken)).toEqual([]);
  });
});

function rulesOf(page: string): Map<string, Rule> {
  const prefix = page.includes('2.0.1') ? '2.0.1/' : '';
  const rows = [...read(page).matchAll(ROW)];
  const rules = new Map(
    rows.map(([, rule = '', level = '', owed = '', clause = '', state = '']) => [
      prefix + rule,
      { level, owed, clause, state: prefix === '' ? state.trim() : 'not built' },
    ]),
  );
  expect(rules.size, `rules that come twice in ${page}`).toBe(rows.length);
  return rules;
}

/** The numbers of a page of quirks, without a gap. */
function quirksOf(page: string): string[] {
  const numbers = [...read(page).matchAll(/^\| (Q\d+) \| [^|]+ \| [^|]+ \|(?: [^|]+)? \|$/gm)].map(
    ([, number = '']) => number,
  );
  expect(new Set(numbers)).toEqual(new Set(numbers.map((_, index) => `Q${index + 1}`)));
  return numbers;
}

/** The rules that a line cites; `H1 to H8` are eight. */
function cited(where: Line, pattern: RegExp): Citation[] {
  return [...where.text.matchAll(pattern)].flatMap(([, list = '']) =>
    list.split(/, | and /).flatMap((part) => {
      const [from = '', to] = part.split(' to ');
      if (to === undefined) return { rule: from, where };
      const letter = from.replace(/\d+$/, '');
      const first = Number(from.slice(letter.length));
      const count = Number(to.slice(letter.length)) - first + 1;
      return Array.from({ length: count }, (_, index) => ({ rule: `${letter}${first + index}`, where }));
    }),
  );
}

/**
 * Citations of what no page has; a letter alone stands for its section, and cases of the OCTT are published.
 */
function unknown(citations: readonly Citation[]): string[] {
  const sections = new Set([...all.keys()].map((rule) => rule.charAt(0)));
  return citations
    .filter(({ rule }) => !entries.has(rule) && !sections.has(rule) && !rule.startsWith('TC_'))
    .map(({ rule, where }) => `${rule}: ${shown(where)}`);
}
