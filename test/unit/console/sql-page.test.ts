import { describe, expect, test } from 'vitest';
import { insertWord } from '../../../src/console/insert-text.ts';
import { askedBefore, forgetAsked, type Keeper, keepAsked } from '../../../src/console/sql-history.ts';

/** As a browser keeps it. */
function storage(most = Number.POSITIVE_INFINITY): Keeper {
  const kept = new Map<string, string>();
  return {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem(name: string, value: string) {
      if (value.length > most) throw new Error('full');
      kept.set(name, value);
    },
  };
}

test.each([
  ['SELECT ', 7, 7, 'SELECT event', 12],
  ['SELECT', 6, 6, 'SELECT event', 12],
  ['count()', 6, 6, 'count(event)', 11],
  ['SELECT FROM t', 7, 7, 'SELECT event FROM t', 12],
  ['SELECT old FROM t', 7, 10, 'SELECT event FROM t', 12],
  ['', 0, 0, 'event', 5],
])('a name goes into %j from %i to %i: %j', (text, start, end, result, caret) => {
  expect(insertWord(text, start, end, 'event')).toEqual({ text: result, caret });
});

describe('what was asked in a browser', () => {
  test('is kept once, the latest first, and no more than fifty', () => {
    const here = storage();
    for (let at = 1; at <= 60; at++) keepAsked('ann', { sql: `SELECT ${at}`, at }, here);
    keepAsked('ann', { sql: 'SELECT 30', at: 99 }, here);
    const asked = askedBefore('ann', here);
    expect(asked).toHaveLength(50);
    expect(asked.slice(0, 2)).toEqual([
      { sql: 'SELECT 30', at: 99 },
      { sql: 'SELECT 60', at: 60 },
    ]);
    forgetAsked('ann', here);
    expect(askedBefore('ann', here)).toEqual([]);
  });

  test('is not shown to who logs in next', () => {
    const here = storage();
    keepAsked('ann', { sql: 'SELECT 1', at: 1 }, here);
    expect(askedBefore('bob', here)).toEqual([]);
    keepAsked('bob', { sql: 'SELECT 2', at: 2 }, here);
    expect(askedBefore('ann', here)).toEqual([]);
  });

  test('is begun anew where it cannot be read, and left out where nothing can be kept', () => {
    const broken = storage();
    for (const text of ['{', 'null', '{"ann":7}', '{"ann":[{"sql":1}]}']) {
      broken.setItem('farad-sql-history', text);
      expect(askedBefore('ann', broken)).toEqual([]);
    }
    const full = storage(10);
    expect(keepAsked('ann', { sql: 'SELECT 1', at: 1 }, full)).toHaveLength(1);
    expect(askedBefore('ann', full)).toEqual([]);
  });
});
