import { expect, test } from 'vitest';
import { type JournalLevel, nextLevel } from '../../../src/journal/journal.ts';

/** Levels while the journal fills and drains, percent by percent. */
function follow(shares: number[]): JournalLevel[] {
  let level: JournalLevel = 'normal';
  return shares.map((share) => {
    level = nextLevel(level, share * 10, 1_000);
    return level;
  });
}

test('messages stop at 70 %, samples at 90 % of the budget', () => {
  expect(follow([0, 69, 70, 89, 90, 120])).toEqual([
    'normal',
    'normal',
    'no-messages',
    'no-messages',
    'no-samples',
    'no-samples',
  ]);
});

test('a journal that drains gives both back, a little later than it took them', () => {
  expect(follow([95, 86, 84, 69, 66, 64])).toEqual([
    'no-samples',
    'no-samples',
    'no-messages',
    'no-messages',
    'no-messages',
    'normal',
  ]);
});

test('a journal that drains at once is normal at once', () => {
  expect(follow([95, 0])).toEqual(['no-samples', 'normal']);
});
