import { describe, expect, it } from 'vitest';
import { accountOf } from '../../../src/energy/account.ts';
import { reading, sum, transaction } from '../../support/energy-story.ts';

type Register = readonly [wh: number | null, time: string];

const begin = (wh: number, time: string) => reading(wh, time, { context: 'Transaction.Begin' });
const energyOf = (start: Register, stop: Register, readings: Parameters<typeof accountOf>[0]) => {
  const account = accountOf(readings, [transaction({ start, stop })]);
  const energy = account.transactions.get(1);
  expect(sum(account.pieces)).toBeCloseTo(energy?.energyWh ?? 0, 6);
  return energy;
};

describe('registers that the readings of a transaction refute', () => {
  it.each([
    [
      'a start of nought before lifetime readings',
      [0, '08:00'],
      [reading(900_000, '08:01'), reading(901_500, '08:30')],
      [903_000, '09:00'],
      3000,
      ['start-of-another-series'],
    ],
    [
      'a start of nought before the readings of a young meter',
      [0, '08:00'],
      [reading(50_000, '08:01'), reading(51_500, '08:30')],
      [53_000, '09:00'],
      3000,
      ['start-of-another-series'],
    ],
    [
      'a start of nought beside another begin value',
      [0, '08:00'],
      [begin(900_000, '08:00'), reading(901_500, '08:30'), begin(900_000, '08:30')],
      [903_000, '09:00'],
      3000,
      ['start-of-another-series'],
    ],
    [
      'a start of nought beside the begin value of a young meter, and nothing else',
      [0, '08:00'],
      [begin(5000, '08:00')],
      [8000, '09:00'],
      3000,
      ['start-of-another-series'],
    ],
    [
      'a stop that rose more than can have flowed since the last reading',
      [1000, '08:00'],
      [reading(2000, '09:00'), reading(5000, '12:00')],
      [60_000, '12:01'],
      4000,
      ['meter-stop-implausible'],
    ],
    [
      'a stop that is ten times too high after a long session',
      [100_000, '08:00'],
      [reading(102_000, '09:00'), reading(105_000, '12:00')],
      [1_055_000, '12:01'],
      5000,
      ['meter-stop-implausible'],
    ],
    [
      'start and stop of nought though energy flowed',
      [0, '08:00'],
      [reading(4000, '08:10'), reading(6000, '08:20')],
      [0, '08:50'],
      6000,
      ['meter-stop-implausible'],
    ],
    [
      'start and stop of nought beside lifetime readings',
      [0, '08:00'],
      [reading(900_000, '08:10'), reading(903_000, '08:20')],
      [0, '08:50'],
      3000,
      ['start-of-another-series', 'meter-stop-implausible'],
    ],
    [
      'a register that begins anew, and whose stop is above the start again',
      [1000, '08:00'],
      [2000, 3000, 0, 800, 1600].map((wh, index) => reading(wh, `08:${index + 1}0`)),
      [1800, '09:00'],
      3800,
      ['register-fell'],
    ],
    [
      'an exchanged meter that has counted more',
      [1000, '08:00'],
      [2000, 902_000, 903_000].map((wh, index) => reading(wh, `08:${index + 1}0`)),
      [904_000, '08:50'],
      3000,
      ['register-jumped'],
    ],
  ] as const)('do not count: %s', (_, start, readings, stop, energyWh, flags) => {
    expect(energyOf(start, stop, [...readings])).toEqual({ energyWh, energySource: 'readings', flags });
  });

  it.each([
    [
      'a single reading that is ten times too high',
      [1000, 4000],
      [[900_000, '08:10']],
      ['readings-left-out'],
    ],
    [
      'a single reading between a start and a stop that lie far apart',
      [0, 903_000],
      [[900_000, '08:10']],
      ['start-of-another-series'],
    ],
    [
      'two wild readings between others',
      [35_548_000, 35_552_000],
      [
        [35_548_800, '08:10'],
        [355_549_200, '08:20'],
        [355_549_900, '08:30'],
        [35_551_000, '08:40'],
      ],
      ['readings-left-out'],
    ],
    [
      'readings of which the first one comes late',
      [1000, 90_000],
      [
        [60_000, '09:00'],
        [80_000, '09:20'],
      ],
      [],
    ],
    [
      'readings that stand still',
      [1000, 60_000],
      [
        [1000, '08:10'],
        [1000, '08:20'],
        [1000, '09:49'],
      ],
      [],
    ],
    [
      'readings that stand still after a while',
      [1000, 60_000],
      [
        [7000, '08:10'],
        [13_000, '08:20'],
        [13_000, '08:30'],
        [13_000, '09:49'],
      ],
      [],
    ],
    [
      'readings in kWh that are told as Wh',
      [0, 50_661],
      [
        [2.278, '08:10'],
        [20.5, '09:00'],
        [49.698, '09:49'],
      ],
      ['meter-stop-implausible'],
    ],
    [
      'readings that count from the begin of the transaction',
      [4_076_000, 4_076_400],
      [
        [104, '08:10'],
        [228, '08:20'],
        [353, '08:30'],
      ],
      [],
    ],
    [
      'readings of a clock that was set back by an hour',
      [1000, 20_000],
      [
        [4000, '08:10'],
        [8000, '08:25'],
        [11_000, '08:40'],
        [14_000, '07:50'],
        [17_000, '08:05'],
      ],
      ['readings-left-out'],
    ],
    [
      'an exchange that may be times out of order',
      [1000, 3500],
      [2000, 3000, 1500, 1600, 1700].map((wh, index) => [wh, `08:${index + 1}0`] as const),
      ['register-fell', 'readings-left-out'],
    ],
    [
      'a car that draws twice as much at the end, after a clock was set back by ten minutes',
      [0, 31_000],
      [
        [5000, '08:15'],
        [10_000, '08:30'],
        [30_000, '08:49'],
      ],
      [],
    ],
  ] as const)('count where it is not clear: %s', (_, [start, stop], readings, flags) => {
    const own = readings.map(([wh, time]) => reading(wh, time));
    const energyWh = stop - start;
    expect(energyOf([start, '08:00'], [stop, '09:50'], own)).toEqual({
      energyWh,
      energySource: 'registers',
      flags,
    });
  });

  it('are the same while the transaction is open: its begin value counts', () => {
    const open = transaction({ start: [0, '08:00'] });
    const { transactions } = accountOf([begin(900_000, '08:00'), reading(901_500, '08:30')], [open]);
    expect(transactions.get(1)).toMatchObject({ energyWh: 1500, flags: ['start-of-another-series'] });
  });

  it('lend neither end to what lies between transactions', () => {
    const account = accountOf(
      [reading(903_000, '08:01', { transactionId: 2 }), reading(904_500, '08:30', { transactionId: 2 })],
      [
        transaction({ start: [899_000, '07:00'], stop: [900_000, '07:30'] }),
        transaction({ transactionId: 2, start: [0, '08:00'], stop: [906_000, '09:00'] }),
      ],
    );
    expect(account.transactions.get(2)?.energyWh).toBe(3000);
    expect(sum(account.pieces)).toBe(1000 + 3000 + 3000);
    expect(account.falls).toEqual([]);
  });
});

it('publishes thousandths of 1 Wh, without the noise of adding up', () => {
  const energy = energyOf(
    [0.1, '08:00'],
    [null, '09:00'],
    [reading(0.3, '08:10'), reading(0.7000000001, '08:20')],
  );
  expect(energy?.energyWh).toBe(0.6);
});
