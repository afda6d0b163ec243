import { expect, test } from 'vitest';
import { Demand } from '../../../src/analytics/demand.ts';

test('who asks for rows is taken to ask again, for some seconds', () => {
  let now = 100_000;
  const demand = new Demand(() => now);
  expect(demand.isThere).toBe(false);
  expect(demand.of(() => 'answer')).toBe('answer');
  now += 9_000;
  expect(demand.isThere).toBe(true);
  now += 2_000;
  expect(demand.isThere).toBe(false);
});
