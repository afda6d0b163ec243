import { expect, it } from 'vitest';
import { accountOf } from '../../../src/energy/account.ts';
import type { TransactionRegisters } from '../../../src/energy/transaction-energy.ts';
import { reading, sum, transaction } from '../../support/energy-story.ts';

type Register = readonly [wh: number | null, time: string];
const runs = (transactionId: number, start: Register, stop?: Register) =>
  transaction({ transactionId, start, ...(stop && { stop }) });

it.each<[string, TransactionRegisters[], (number | null)[], number]>([
  [
    'whose stop comes late, with what the meter stood at by then',
    [runs(1, [1000, '08:00'], [6000, '10:30']), runs(2, [3000, '09:00'], [5000, '10:00'])],
    [2000, 2000],
    4000,
  ],
  [
    'whose stop comes late, before a third one',
    [
      runs(1, [1000, '08:00'], [6000, '10:30']),
      runs(2, [3000, '09:00'], [5000, '10:00']),
      runs(3, [6000, '11:00'], [7000, '12:00']),
    ],
    [2000, 2000, 1000],
    6000,
  ],
  [
    'that was told twice',
    [runs(1, [1000, '08:00'], [5000, '10:00']), runs(2, [1000, '08:01'], [5000, '10:00'])],
    [0, 4000],
    4000,
  ],
  [
    'inside of another one by its register, though it began before',
    [runs(1, [3000, '08:00'], [5000, '10:00']), runs(2, [1000, '09:00'], [6000, '10:30'])],
    [null, 5000],
    5000,
  ],
])('counts once what two transactions claim: one %s', (_, told, energies, delivered) => {
  const { transactions, pieces } = accountOf([], [...told].reverse());
  const found = told.map(({ transactionId }) => transactions.get(transactionId));
  expect(found.map((energy) => energy?.energyWh)).toEqual(energies);
  expect(found.slice(0, 2).map((energy) => energy?.flags)).toEqual([['overlapping'], ['overlapping']]);
  expect(sum(pieces)).toBe(delivered);
});

it('leaves what readings told after the next one began out of the first one', () => {
  const told = [runs(1, [1000, '08:00'], [6000, '10:30']), runs(2, [3000, '09:00'], [5000, '10:00'])];
  const readings = [reading(2000, '08:30'), reading(4000, '09:30'), reading(5500, '10:15')];
  const { transactions, pieces } = accountOf(readings, told);
  expect(transactions.get(1)?.energyWh).toBe(2000);
  expect(sum(pieces.filter(({ transactionId }) => transactionId === 1))).toBe(2000);
});

it('leaves transactions alone whose times overlap and whose registers do not', () => {
  const told = [runs(1, [1000, '08:00'], [2900, '09:10']), runs(2, [3000, '09:00'], [5000, '10:00'])];
  const { transactions } = accountOf([], told);
  expect([1, 2].map((id) => transactions.get(id))).toEqual([
    { energyWh: 1900, energySource: 'registers', flags: [] },
    { energyWh: 2000, energySource: 'registers', flags: [] },
  ]);
});
