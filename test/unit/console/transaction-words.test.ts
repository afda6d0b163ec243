import { expect, test } from 'vitest';
import type { Transaction } from '../../../src/console/model.ts';
import { flagInWords, oddities, sourceInWords } from '../../../src/console/transaction-words.ts';

test.each([
  ['late-stop', 'its stop came when it was taken for ended'],
  ['meter-stop-below-start', 'meterStop is below meterStart'],
  ['meter-start-missing', 'meterStart is missing'],
  ['stop-time-in-future', 'the time of the stop lies in the future'],
  ['stop-id-tag-too-long', 'the idTag of the stop is too long'],
  ['id-tag-unreadable', 'the idTag cannot be read'],
  ['meter-stop-beyond-32-bits', 'meterStop does not fit into 32 bits'],
  ['start-time-clock-at-epoch', 'the time of the start: clock at epoch'],
  ['meterStop: rounded', 'meterStop was repaired (rounded)'],
  ['something-that-comes-later', 'something that comes later'],
])('the flag %s reads: %s', (flag, words) => {
  expect(flagInWords(flag)).toBe(words);
});

const told = (change: Partial<Transaction>): Transaction =>
  ({
    state: 'stopped',
    flags: [],
    energyFlags: [],
    energyReason: null,
    energySource: 'none',
    ...change,
  }) as Transaction;

test('what was odd is told once, with why there is no energy; an open transaction needs no reason yet', () => {
  const odd = told({
    flags: ['meter-stop-below-start', 'late-stop'],
    energyFlags: ['meter-stop-below-start'],
    energyReason: 'meter-stop-below-start',
  });
  expect(oddities(odd)).toEqual([
    'meterStop is below meterStart',
    'its stop came when it was taken for ended',
  ]);
  expect(oddities(told({ state: 'open', energyReason: 'no-readings' }))).toEqual([]);
});

test.each([
  [{ energySource: 'registers' }, 'meterStop − meterStart'],
  [{ energySource: 'readings' }, 'worked out from its meter values'],
  [{ energySource: 'none', energyReason: 'unmatched' }, 'not known: it is a stop that fits no transaction'],
] as const)('%j reads: %s', (change, words) => {
  expect(sourceInWords(told(change))).toBe(words);
});
