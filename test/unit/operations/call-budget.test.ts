import { expect, test } from 'vitest';
import { CallBudget } from '../../../src/operations/sites/budget.ts';

function taken(budget: CallBudget, now: number): number {
  let count = 0;
  while (budget.take(now)) count++;
  return count;
}

test('a tenth of what a second allows goes at once, the rest over the second', () => {
  const budget = new CallBudget(100, 1000, 0);
  expect(taken(budget, 0)).toBe(10);
  expect(taken(budget, 0)).toBe(0);
  let later = 0;
  for (let ms = 100; ms <= 1000; ms += 100) later += taken(budget, ms);
  expect(later).toBe(100);
});

test('what stays unanswered is bounded, so that slow charge points do not take the link', () => {
  const budget = new CallBudget(100, 30, 0);
  let sent = 0;
  for (let second = 0; second < 10; second++) sent += taken(budget, second * 1000);
  expect(sent).toBe(30);
  budget.answered();
  expect(taken(budget, 11_000)).toBe(1);
});

test('one call a second is one call a second', () => {
  const budget = new CallBudget(1, 10, 0);
  expect(taken(budget, 0)).toBe(1);
  expect(taken(budget, 900)).toBe(0);
  expect(taken(budget, 1000)).toBe(1);
});
