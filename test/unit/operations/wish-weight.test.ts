import { expect, test } from 'vitest';
import { weightOf } from '../../../src/operations/sites/wish-weight.ts';

const NOW = Date.parse('2026-03-02T12:00:00Z');
const situation = { now: NOW, deliveredWh: 0, voltage: 230, phases: 3, minimumCurrent: 6 };
const wish = (given: { priority?: number; hours?: number; energyWh?: number }) => ({
  transactionId: 1,
  version: 1,
  priority: given.priority ?? 0,
  departure: given.hours === undefined ? null : NOW + given.hours * 3_600_000,
  energyWh: given.energyWh ?? null,
});

test('without a wish everybody weighs the same, with a priority more', () => {
  expect(weightOf(undefined, situation)).toBe(1);
  expect(weightOf(wish({}), situation)).toBe(1);
  expect(weightOf(wish({ priority: 3 }), situation)).toBe(4);
});

test('whoever needs twice the minimum current to be ready weighs twice as much, and less as it fills', () => {
  const needs = wish({ hours: 2, energyWh: 2 * 12 * 230 * 3 });
  expect(weightOf(needs, situation)).toBeCloseTo(2, 6);
  expect(weightOf(needs, { ...situation, deliveredWh: 12 * 230 * 3 })).toBeCloseTo(1, 6);
});

test('neither the impossible nor what is done gets everything or nothing', () => {
  expect(weightOf(wish({ hours: -1, energyWh: 1000 }), situation)).toBe(8);
  expect(weightOf(wish({ hours: 0.01, energyWh: 90_000 }), situation)).toBe(8);
  expect(weightOf(wish({ hours: 2, energyWh: 1000 }), { ...situation, deliveredWh: 1000 })).toBe(0.25);
});
